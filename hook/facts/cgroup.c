#include "facts/cgroup.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* A line reads "ID:CONTROLLERS:PATH"; the unified hierarchy has ID 0 and no controllers
 * (cgroups(7)). */
static bool line_has_devices(const char *controllers, size_t length)
{
    static const char wanted[] = "devices";

    while (length) {
        const char *comma = memchr(controllers, ',', length);
        size_t word = comma ? (size_t)(comma - controllers) : length;
        if (word == sizeof(wanted) - 1 && memcmp(controllers, wanted, word) == 0)
            return true;
        controllers += word + (comma ? 1 : 0);
        length -= word + (comma ? 1 : 0);
    }
    return false;
}

bool cgroup_path_find(const char *text, char *ret_path, size_t size, bool *ret_is_v1)
{
    bool found = false;

    for (const char *line = text; *line;) {
        const char *end = strchrnul(line, '\n');
        const char *controllers = memchr(line, ':', (size_t)(end - line));
        const char *path =
            controllers ? memchr(controllers + 1, ':', (size_t)(end - controllers) - 1) : NULL;
        if (path) {
            size_t controllers_length = (size_t)(path - controllers) - 1;
            bool is_devices = line_has_devices(controllers + 1, controllers_length);
            size_t length = (size_t)(end - path) - 1;
            if ((is_devices || (controllers_length == 0 && !found)) && length < size) {
                memcpy(ret_path, path + 1, length);
                ret_path[length] = '\0';
                *ret_is_v1 = is_devices;
                found = true;
            }
            if (is_devices)
                break;
        }
        line = *end ? end + 1 : end;
    }
    /* The kernel writes ".." for a cgroup outside our cgroup namespace's root. */
    return found && ret_path[0] == '/' && !strstr(ret_path, "/..");
}

int cgroup_join(int folder, bool is_v1)
{
    /* The kernel waits for nothing where a thread moves itself alone, and "0" is that (Linux 5.5);
     * version 2 lets a process move only whole. */
    CLEANUP_FD int fd = openat(folder, is_v1 ? "tasks" : "cgroup.procs", O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, "0", 1) != 1)
        return -errno;
    return 0;
}
