/* SPDX-License-Identifier: MIT */
#include "fence.h"

#include "engine/surface.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define RUN 16u /* bytes in a row that are so in memory too */

struct fence {
    int fd;
    uint8_t *linear; /* what the program sees */
    uint8_t *before; /* and what it was given */
    uint32_t rows;
};

static void fence_make(struct bo *b)
{
    struct fence *fence = calloc(1, sizeof(*fence));

    if (!fence)
        return;
    fence->fd = memfd_create("fakedrm-fence", MFD_CLOEXEC);
    fence->rows = (uint32_t)(b->size / b->stride);
    fence->before = calloc(1, b->size);
    fence->linear = MAP_FAILED;
    if (fence->fd >= 0 && ftruncate(fence->fd, (off_t)b->size) == 0)
        fence->linear = r_mmap(NULL, b->size, PROT_READ | PROT_WRITE, MAP_SHARED, fence->fd, 0);
    if (fence->linear == MAP_FAILED || !fence->before) {
        if (fence->fd >= 0)
            r_close(fence->fd);
        free(fence->before);
        free(fence);
        return;
    }
    b->fence = fence;
    fence_refresh(b);
}

int fence_fd(struct bo *b)
{
    if (b->tiling == I915_TILING_NONE || !b->stride || !bo_map(b))
        return -1;
    if (!b->fence)
        fence_make(b);
    return b->fence ? b->fence->fd : -1;
}

static uint8_t *tiled(const struct bo *b, uint32_t x, uint32_t y)
{
    size_t at = tiled_offset(b->tiling == I915_TILING_X ? TILING_X : TILING_Y, b->stride, x, y);

    return at + RUN <= b->size ? (uint8_t *)b->map + at : NULL;
}

/* Only what the program changed: the object may have been written by other ways. */
void fence_flush(struct bo *b)
{
    struct fence *fence = b->fence;

    for (uint32_t y = 0; fence && y < fence->rows; y++) {
        for (uint32_t x = 0; x + RUN <= b->stride; x += RUN) {
            size_t at = (size_t)y * b->stride + x;
            uint8_t *to = tiled(b, x, y);
            if (to && memcmp(fence->linear + at, fence->before + at, RUN) != 0)
                memcpy(to, fence->linear + at, RUN);
        }
    }
}

void fence_refresh(struct bo *b)
{
    struct fence *fence = b->fence;

    for (uint32_t y = 0; fence && y < fence->rows; y++) {
        for (uint32_t x = 0; x + RUN <= b->stride; x += RUN) {
            const uint8_t *from = tiled(b, x, y);
            if (from)
                memcpy(fence->linear + (size_t)y * b->stride + x, from, RUN);
        }
    }
    if (fence)
        memcpy(fence->before, fence->linear, (size_t)fence->rows * b->stride);
}

void fence_free(struct bo *b)
{
    if (!b->fence)
        return;
    munmap(b->fence->linear, b->size);
    r_close(b->fence->fd);
    free(b->fence->before);
    free(b->fence);
    b->fence = NULL;
}
