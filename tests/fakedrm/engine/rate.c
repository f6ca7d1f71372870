/* SPDX-License-Identifier: MIT */
#include "engine/rate.h"

#include "fakedrm.h"

#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define SECOND      UINT64_C(1000000000)
#define ENGINES_MAX 4u

/* When each engine will be free; in a file, because processes share them. */
static _Atomic uint64_t *engines_map(void)
{
    static _Atomic uint64_t *free_at;
    char path[PATH_MAX];
    void *map = MAP_FAILED;
    int fd;

    if (free_at)
        return free_at;
    (void)snprintf(path, sizeof(path), "%s/engines", root);
    fd = r_open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd >= 0 && ftruncate(fd, sizeof(*free_at) * ENGINES_MAX) == 0)
        map =
            r_mmap(NULL, sizeof(*free_at) * ENGINES_MAX, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        r_close(fd);
    free_at = map == MAP_FAILED ? NULL : map;
    return free_at;
}

uint64_t rate_now(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

uint64_t rate_take(unsigned engines, unsigned pictures)
{
    const char *asked = getenv("FAKEDRM_RATE");
    unsigned long rate = asked ? strtoul(asked, NULL, 10) : 0;
    _Atomic uint64_t *free_at = rate && pictures ? engines_map() : NULL;
    uint64_t now = rate_now(), before, done;
    unsigned first;

    if (!free_at)
        return now;
    do {
        first = 0;
        for (unsigned i = 1; i < engines && i < ENGINES_MAX; i++) {
            if (atomic_load(&free_at[i]) < atomic_load(&free_at[first]))
                first = i;
        }
        before = atomic_load(&free_at[first]);
        done = (before > now ? before : now) + SECOND * pictures / rate;
    } while (!atomic_compare_exchange_strong(&free_at[first], &before, done));
    LOG("    rate: engine %u is taken for %u pictures\n", first, pictures);
    return done;
}
