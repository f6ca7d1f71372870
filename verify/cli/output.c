/* SPDX-License-Identifier: MIT */
#include "cli/output.h"

#include "base/cleanup.h"
#include "exit_status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SUFFIX ".part-XXXXXX"

/* mkostemp makes it 0600; a file made by open() would have had what the umask leaves. */
static void mode_apply(int fd)
{
    mode_t mask = umask(0);

    (void)umask(mask);
    (void)fchmod(fd, 0666 & ~mask);
}

int output_open(const char *path, struct output *ret, struct err *err)
{
    CLEANUP_FREE char *name = NULL;
    struct stat st;
    int fd;

    if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return err_set(err, STATUS_USAGE, EEXIST, "write the stream to %s: not a regular file",
                       path);
    if (asprintf(&name, "%s" SUFFIX, path) < 0)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "write the stream to %s", path);
    fd = mkostemp(name, O_CLOEXEC);
    if (fd < 0)
        return err_set(err, STATUS_USAGE, errno, "write the stream to %s", path);
    mode_apply(fd);
    *ret = (struct output){.path = path, .temporary = name, .fd = fd};
    name = NULL;
    return 0;
}

int output_commit(struct output *output, struct err *err)
{
    if (fsync(output->fd) < 0 && errno != EINVAL)
        return err_set(err, STATUS_INTERNAL, errno, "write the stream to %s", output->path);
    if (rename(output->temporary, output->path) < 0)
        return err_set(err, STATUS_INTERNAL, errno, "move the stream to %s", output->path);
    free(output->temporary);
    output->temporary = NULL;
    return 0;
}

void output_close(struct output *output)
{
    if (output->temporary)
        (void)unlink(output->temporary);
    free(output->temporary);
    fd_cleanup(&output->fd);
    *output = OUTPUT_NONE;
}
