/* SPDX-License-Identifier: MIT */
/* The ioctls of xe that are asked for without a VA driver. */
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
struct xe_engine {
    uint16_t class, instance, gt, pad;
    uint64_t reserved[3];
};
/* One of each class, but for FAKEDRM_ENGINES=0: no video. */
static int xe_engines(struct xe_query *q)
{
    struct {
        uint32_t count, pad;
        struct xe_engine engines[5];
    } *list = (void *)(uintptr_t)q->data;

    if (!q->size) {
        q->size = sizeof *list;
        return 0;
    }
    if (q->size != sizeof *list)
        return -EINVAL;
    memset(list, 0, sizeof *list);
    for (unsigned i = 0; i < 5; i++)
        if (i != 2 || !getenv("FAKEDRM_ENGINES"))
            list->engines[list->count++].class = (uint16_t)i;
    return 0;
}
int xe_ioctl(unsigned nr, void *arg)
{
    struct xe_query *q = arg;
    if (nr == 0 && q->query == 0)
        return xe_engines(q);
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
