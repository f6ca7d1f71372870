#include "log.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

static int log_socket = -1;

void log_open(void)
{
    static const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = _PATH_LOG};
    static const struct timeval patience = {.tv_sec = 1};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) == 0 &&
        connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
        log_socket = fd;
    else if (fd >= 0)
        (void)close(fd);
}

void log_line(int priority, const char *line)
{
    char text[1400];

    if (log_socket < 0)
        return;
    snprintf(text, sizeof(text), "<%d>lxc-gpu-hook[%d]: %s", LOG_DAEMON | priority, (int)getpid(),
             line);
    if (send(log_socket, text, strlen(text), MSG_NOSIGNAL) >= 0)
        return;
    (void)close(log_socket);
    log_socket = -1;
}

void log_leave(void)
{
    if (log_socket >= 0)
        (void)close(log_socket);
}
