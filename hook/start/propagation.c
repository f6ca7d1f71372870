#include "start/propagation.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "exit_status.h"
#include "base/mountinfo.h"
#include "facts/path.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define FDINFO_MAX    4096
#define MOUNTINFO_MAX (16u << 20)

/* From fdinfo rather than statx(2), which knows mounts only since Linux 5.8. */
static int mount_id(int fd, uint32_t *ret)
{
    CLEANUP_FREE char *text = NULL;
    char path[40];
    const char *line;
    size_t size;
    int r;

    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    r = file_read_at(AT_FDCWD, path, FDINFO_MAX, &text, &size);
    if (r < 0)
        return r;
    line = strstr(text, "mnt_id:");
    if (!line)
        return -ENODATA;
    *ret = (uint32_t)strtoul(line + strlen("mnt_id:"), NULL, 10);
    return 0;
}

/* /dev/dri may be a mount of its own, or a folder that is still to be made. */
static int peer_group(const struct guest *guest, uint32_t *ret)
{
    CLEANUP_FREE char *text = NULL;
    CLEANUP_FD int place = -1;
    uint32_t id = 0;
    size_t size;
    int r = path_open(guest->root, guest->has_dri ? "dev/dri" : "dev", PATH_NO_LINKS, &place);

    if (r == 0)
        r = mount_id(place, &id);
    if (r == 0)
        r = file_read_at(guest->proc, "mountinfo", MOUNTINFO_MAX, &text, &size);
    if (r == 0)
        *ret = mountinfo_peer_group(text, id);
    return r;
}

int propagation_check(const struct guest *guest, struct err *err)
{
    CLEANUP_FREE char *ours = NULL;
    uint32_t group = 0;
    size_t size;
    int r;

    if (guest->user_ns >= 0)
        return 0; /* the kernel has made them slaves: mount_namespaces(7) */
    r = peer_group(guest, &group);
    if (r == 0)
        r = file_read_at(AT_FDCWD, "/proc/self/mountinfo", MOUNTINFO_MAX, &ours, &size);
    if (r < 0)
        return err_set(err, STATUS_UNSAFE_PATH, -r, "see whether the container's /dev is shared");
    if (!mountinfo_hears_group(ours, group))
        return 0;
    r = err_set(err, STATUS_UNSAFE_PATH, 0,
                "/dev in the container is shared with this host: a mount there would show here");
    err_fix(err, "nsenter -t %d -m mount --make-rslave /", guest->pid);
    return r;
}
