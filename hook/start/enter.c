#include "start/enter.h"

#include "exit_status.h"
#include "start/privilege.h"

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

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
