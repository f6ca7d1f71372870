/* The one ioctl of xe that is asked for without a VA driver. */
#include "fakedrm.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

struct xe_query {
    uint64_t extensions;
    uint32_t query, size;
    uint64_t data, reserved[2];
};
struct xe_fw {
    uint16_t type, pad;
    uint32_t branch, major, minor, patch, pad2;
    uint64_t reserved;
};
int xe_ioctl(unsigned nr, void *arg)
{
    struct xe_query *q = arg;
    if (nr != 0 || q->query != 7 /* UC_FW_VERSION */)
        return -ENOTTY;
    if (!q->size) {
        q->size = sizeof(struct xe_fw);
        return 0;
    }
    struct xe_fw *w = (void *)(uintptr_t)q->data;
    if (q->size != sizeof *w || w->pad || w->pad2 || w->reserved)
        return -EINVAL;
    if (w->type != 1 || getenv("FAKEDRM_HUC"))
        return w->type > 1 ? -EINVAL : -ENODEV;
    w->branch = 0;
    w->major = 9;
    w->minor = 4;
    w->patch = 13;
    return 0;
}
