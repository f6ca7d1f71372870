#include "start/propagation.h"

#include "base/cleanup.h"
#include "base/mountinfo.h"
#include "facts/path.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOUNT_ID_BIT    0x1000U /* STATX_MNT_ID, since Linux 5.8; the C library may be older */
#define MOUNT_ID_OFFSET 0x90

/* Not by /proc/self/fdinfo: the /proc that this process sees is the container's. */
static int mount_id(int fd, uint32_t *ret)
{
    union {
        char bytes[256];
        uint32_t words[64];
    } answer = {0};
    struct file_handle handle = {0};
    int id;

    if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, MOUNT_ID_BIT, &answer) == 0 &&
        answer.words[0] & MOUNT_ID_BIT) {
        *ret = answer.words[MOUNT_ID_OFFSET / sizeof(answer.words[0])];
        return 0;
    }
    /* It tells the mount, though there is no room for the handle. */
    if (name_to_handle_at(fd, "", &handle, &id, AT_EMPTY_PATH) < 0 && errno != EOVERFLOW)
        return -errno;
    *ret = (uint32_t)id;
    return 0;
}

/* /dev/dri may be a mount of its own, or a folder that is still to be made. */
static int peer_group(const struct guest *guest, bool has_dri, const char *theirs, uint32_t *ret)
{
    CLEANUP_FD int place = -1;
    uint32_t id = 0;
    int r = path_open(guest->root, has_dri ? "dev/dri" : "dev", PATH_NO_LINKS, &place);

    if (r == 0)
        r = mount_id(place, &id);
    if (r == 0)
        *ret = mountinfo_peer_group(theirs, id);
    return r;
}

int propagation_check(const struct guest *guest, bool has_dri, const char *theirs, const char *ours,
                      struct fault *fault)
{
    uint32_t group = 0;
    int r = theirs && ours ? peer_group(guest, has_dri, theirs, &group) : -EIO;

    if (r < 0)
        return fault_set(fault, CAUSE_DEV_SHARED_UNKNOWN, -r);
    return mountinfo_hears_group(ours, group) ? fault_set(fault, CAUSE_DEV_SHARED, 0) : 0;
}
