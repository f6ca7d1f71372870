/* SPDX-License-Identifier: MIT */
/*
 * lxc-gpu-bind SOURCE: binds SOURCE on the file that descriptor 3 is open on, with libmount, which
 * knows new kernels and old ones. Started by lxc-gpu-hook; bind_program.h says why and how it ends.
 * Has no rights of its own: who may not mount gets EPERM.
 */
#include "start/bind_program.h"

#include <errno.h>
#include <libmount/libmount.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

static int bind_with(struct libmnt_context *context, const char *source, const char *target)
{
    int r;

    /* The target is one file: nothing may be looked up again, and nothing is written to utab. */
    (void)mnt_context_disable_canonicalize(context, 1);
    (void)mnt_context_disable_mtab(context, 1);
    (void)mnt_context_disable_helpers(context, 1);
    r = mnt_context_set_source(context, source);
    if (r == 0)
        r = mnt_context_set_target(context, target);
    if (r == 0)
        r = mnt_context_set_mflags(context, MS_BIND);
    if (r < 0)
        return BIND_NO_MEMORY;
    if (mnt_context_mount(context) == 0)
        return BIND_DONE;
    return mnt_context_syscall_called(context) ? mnt_context_get_syscall_errno(context) : EINVAL;
}

/*
 * What the descriptor's link leads to: move_mount(2), which libmount uses from 2.39 on, does not
 * follow the link itself. No process of the container runs yet that could exchange it.
 */
static ssize_t target_path(char *ret, size_t size)
{
    char name[32];
    ssize_t length;

    snprintf(name, sizeof(name), "/proc/self/fd/%d", BIND_TARGET_FD);
    length = readlink(name, ret, size - 1);
    if (length > 0)
        ret[length] = '\0';
    return length;
}

int main(int argc, char **argv)
{
    struct libmnt_context *context;
    char target[PATH_MAX];
    int status;

    if (argc != 2 || argv[1][0] != '/' || target_path(target, sizeof(target)) <= 0) {
        (void)fprintf(stderr, "lxc-gpu-bind is started by lxc-gpu-hook\n");
        return BIND_USAGE;
    }
    context = mnt_new_context();
    if (!context)
        return BIND_NO_MEMORY;
    status = bind_with(context, argv[1], target);
    mnt_free_context(context);
    /* Not by exit(3): what libraries do at the end of a process must not change the answer. */
    _exit(status);
}
