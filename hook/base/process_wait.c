#include "base/process_wait.h"

#include "exit_status.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/wait.h>

/* No signal of ours has a handler, so an interrupted wait is an oddity, and may start over. */
bool process_gone_within(pid_t pid, int pipe_end, int seconds)
{
    struct pollfd wait = {.fd = pipe_end, .events = POLLIN};

    while (poll(&wait, 1, seconds * 1000) < 0 && errno == EINTR)
        continue;
    if (!wait.revents)
        return false;
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    return true;
}

int process_no_answer(int seconds, struct err *err)
{
    (void)err_set(err, STATUS_UNSAFE_PATH, ETIMEDOUT,
                  "no answer from the container's files or the node for %d seconds", seconds);
    err_fix(err, "dmesg | grep -iE 'drm|gpu|blocked for|not responding'    # which hangs");
    err_fix(err, "# it is the GPU, or what is mounted in the container on /, /etc or /dev");
    return -ETIMEDOUT;
}
