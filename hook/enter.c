#include "enter.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "exit_status.h"
#include "privilege.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

static void label_read(int fd, char label[LSM_LABEL_MAX])
{
    char text[LSM_LABEL_MAX];
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

    label[0] = '\0';
    if (length <= 0)
        return;
    text[length] = '\0';
    text[strcspn(text, "\n")] = '\0';
    /* AppArmor writes "PROFILE (enforce)"; SELinux and an unconfined process have no mode. */
    if (strstr(text, " (enforce)"))
        text_printable(label, LSM_LABEL_MAX, text);
}

void enter_leave_apparmor(char label[LSM_LABEL_MAX])
{
    static const char leave[] = "changeprofile unconfined";
    CLEANUP_FD int fd = open("/proc/self/attr/current", O_RDWR | O_CLOEXEC);

    label_read(fd, label);
    /* At offset 0: after the read the file stands elsewhere, and attr files refuse any other
     * offset. */
    if (label[0] && pwrite(fd, leave, sizeof(leave) - 1, 0) == (ssize_t)sizeof(leave) - 1)
        label[0] = '\0';
}

/* The parent has its own. */
static void close_way_back(const struct guest *guest)
{
    (void)close(guest->proc);
    (void)close(guest->mnt_ns);
    if (guest->user_ns >= 0)
        (void)close(guest->user_ns);
    if (guest->cgroup >= 0)
        (void)close(guest->cgroup);
}

int enter_namespaces(const struct guest *guest, struct err *err)
{
    if (guest->user_ns >= 0 && setns(guest->user_ns, CLONE_NEWUSER) < 0)
        return err_set(err, STATUS_PRIVILEGE, errno, "enter the container's user namespace");
    if (setns(guest->mnt_ns, CLONE_NEWNS) < 0)
        return err_set(err, STATUS_PRIVILEGE, errno, "enter the container's mount namespace");
    close_way_back(guest);
    /* Real root is unmapped in there: it could not even make a folder (EOVERFLOW). */
    if (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
        return err_set(err, STATUS_PRIVILEGE, errno, "become the container's root");
    /* A change of ids makes a process dumpable again and clears its parent's death signal. */
    (void)prctl(PR_SET_DUMPABLE, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    return privilege_enter(PHASE_ATTACH, err);
}
