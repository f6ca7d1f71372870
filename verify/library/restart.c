/* SPDX-License-Identifier: MIT */
/* --libva: this program once more, with another program's libraries. */
#include "library/library.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "exit_status.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATHS_MAX 8192

static bool has_file(const char *directory, const char *name)
{
    char path[PATH_MAX + 32];

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    return access(path, F_OK) == 0;
}

/* Whether LD_LIBRARY_PATH begins with the directory: it has been restarted. */
static bool is_first(const char *paths, const char *directory)
{
    size_t length = strlen(directory);

    return paths && strncmp(paths, directory, length) == 0 &&
           (paths[length] == ':' || paths[length] == '\0');
}

static int paths_set(const char *directory)
{
    const char *paths = getenv("LD_LIBRARY_PATH");
    char value[PATHS_MAX];
    int length = snprintf(value, sizeof(value), "%s%s%s", directory, paths && *paths ? ":" : "",
                          paths ? paths : "");

    if (length < 0 || (size_t)length >= sizeof(value))
        return -E2BIG;
    if (setenv("LD_LIBRARY_PATH", value, 1) < 0)
        return -errno;
    if (!has_file(directory, "dri"))
        return 0;
    (void)snprintf(value, sizeof(value), "%s/dri", directory);
    return setenv("LIBVA_DRIVERS_PATH", value, 0) < 0 ? -errno : 0;
}

/* glibc's loader takes no libva that was built for musl, and may crash over it. */
static int directory_check(const char *directory, struct err *err)
{
    if (!has_file(directory, "libva.so.2"))
        return err_set(err, STATUS_USAGE, ENOENT, "--libva: %s/libva.so.2", directory);
    if (has_file(directory, "ld-musl-x86_64.so.1") || has_file(directory, "ld-musl-aarch64.so.1"))
        return err_set(err, STATUS_USAGE, 0,
                       "--libva: the libraries in %s are built for musl, and cannot be loaded here",
                       directory);
    return 0;
}

int library_restart(const char *directory, char **argv, struct err *err)
{
    CLEANUP_FREE char *real = realpath(directory, NULL);
    CLEANUP_FD int self = -1;
    int r;

    if (!real)
        return err_set(err, STATUS_USAGE, errno, "--libva: %s", directory);
    r = directory_check(real, err);
    if (r < 0 || is_first(getenv("LD_LIBRARY_PATH"), real))
        return r;
    r = paths_set(real);
    if (r < 0)
        return err_set(err, STATUS_INTERNAL, -r, "--libva: set the path of the libraries");
    self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (self >= 0)
        (void)fexecve(self, argv, environ);
    return err_set(err, STATUS_INTERNAL, errno, "--libva: start this program anew");
}

void library_ask(const char *directory, struct sys_facts *sys)
{
    CLEANUP_FREE char *real = directory ? realpath(directory, NULL) : NULL;
    size_t length = real ? strlen(real) : 0;

    if (!real)
        return;
    snprintf(sys->library.asked, sizeof(sys->library.asked), "%s", real);
    if (strncmp(sys->place.drivers_path, real, length) == 0 &&
        text_is_equal(sys->place.drivers_path + length, "/dri"))
        sys->place.drivers_path[0] = '\0';
}
