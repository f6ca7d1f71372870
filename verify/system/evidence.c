/* SPDX-License-Identifier: MIT */
#include "system/evidence.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "system/requests.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SMALL_FILE_MAX ((size_t)64 << 10)
#define ANSWER_MAX     ((size_t)64 << 10)

/* From Linux 5.3 on. The first question is for the length. */
static int i915_engines_count(int fd, uint32_t *ret)
{
    struct i915_query_item item = {.query_id = I915_QUERY_ENGINES};
    struct i915_query_request request = {.num_items = 1, .items = (uintptr_t)&item};
    CLEANUP_FREE struct i915_engines *list = NULL;
    int r = request_send(fd, I915_QUERY_IOCTL, &request);

    if (r || item.length < (int32_t)sizeof(*list) || (size_t)item.length > ANSWER_MAX)
        return r ? r : EINVAL;
    size_t length = (size_t)item.length;
    list = calloc(1, length);
    if (!list)
        return ENOMEM;
    item.data = (uintptr_t)list;
    r = request_send(fd, I915_QUERY_IOCTL, &request);
    if (r || item.length < 0)
        return r ? r : EINVAL;
    for (uint32_t i = 0; i < list->count && i < (length - sizeof(*list)) / sizeof(*list->engines);
         i++)
        *ret += list->engines[i].class == I915_CLASS_VIDEO;
    return 0;
}

static int xe_engines_count(int fd, uint32_t *ret)
{
    struct xe_query_request request = {.query = XE_QUERY_ENGINES};
    CLEANUP_FREE struct xe_engines *list = NULL;
    int r = request_send(fd, XE_QUERY_IOCTL, &request);

    if (r || request.size < sizeof(*list) || request.size > ANSWER_MAX)
        return r ? r : EINVAL;
    size_t length = request.size;
    list = calloc(1, length);
    if (!list)
        return ENOMEM;
    request.data = (uintptr_t)list;
    r = request_send(fd, XE_QUERY_IOCTL, &request);
    if (r)
        return r;
    for (uint32_t i = 0; i < list->count && i < (length - sizeof(*list)) / sizeof(*list->engines);
         i++)
        *ret += list->engines[i].class == XE_CLASS_VIDEO;
    return 0;
}

/* A ring that is there and not ready is not in the mask. */
static int amdgpu_engines_count(int fd, uint32_t *ret)
{
    for (uint32_t type = AMDGPU_IP_UVD; type <= AMDGPU_IP_VCN_ENC; type++) {
        struct amdgpu_ip ip = {0};
        struct amdgpu_info_request request = {.return_pointer = (uintptr_t)&ip,
                                              .return_size = sizeof(ip),
                                              .query = AMDGPU_IP_INFO,
                                              .type = type};
        int r = request_send(fd, AMDGPU_INFO_IOCTL, &request);
        if (r)
            return r;
        *ret += (uint32_t)__builtin_popcount(ip.rings);
    }
    return 0;
}

static void engines_collect(int fd, const char *driver, struct evidence_facts *ret)
{
    static const struct {
        const char *driver;
        int (*count)(int fd, uint32_t *ret);
    } rows[] = {
        {"i915", i915_engines_count}, {"xe", xe_engines_count}, {"amdgpu", amdgpu_engines_count}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (text_is_equal(driver, rows[i].driver))
            ret->are_engines_known = rows[i].count(fd, &ret->video_engines) == 0;
    }
}

/* No kernel driver maps anything at offset 0: it says EINVAL. EACCES comes before it is asked, from
 * a security module. */
static void map_try(int fd, struct evidence_facts *ret)
{
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    ret->is_map_denied = memory == MAP_FAILED && errno == EACCES;
    if (memory != MAP_FAILED)
        (void)munmap(memory, 4096);
}

void evidence_collect(const char *device, const char *driver, struct evidence_facts *ret)
{
    CLEANUP_FD int fd = open(device, O_RDWR | O_CLOEXEC | O_NOCTTY);

    if (fd < 0)
        return;
    map_try(fd, ret);
    engines_collect(fd, driver, ret);
    /* i915_gem_throttle_ioctl: EIO when the GPU could not be reset, and nothing will run. */
    ret->is_wedged = text_is_equal(driver, "i915") && request_send(fd, I915_THROTTLE, NULL) == EIO;
}

/* ---- memory ---- */

uint64_t memory_failures_parse(const char *text)
{
    static const char *const keys[] = {"oom ", "oom_kill "};
    uint64_t sum = 0;

    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
            if (strncmp(text, keys[i], strlen(keys[i])) == 0)
                sum += strtoull(text + strlen(keys[i]), NULL, 10);
        }
    }
    return sum;
}

bool memory_failures_read(uint64_t *ret)
{
    CLEANUP_FREE char *cgroup = NULL;
    CLEANUP_FREE char *events = NULL;
    char path[1024];
    size_t size;

    if (file_read_at(AT_FDCWD, "/proc/self/cgroup", SMALL_FILE_MAX, &cgroup, &size) < 0)
        return false;
    const char *own = strstr(cgroup, "0::/");
    if (!own || (own != cgroup && own[-1] != '\n'))
        return false;
    own += strlen("0::");
    snprintf(path, sizeof(path), "/sys/fs/cgroup%.*s/memory.events", (int)strcspn(own, "\n"), own);
    if (file_read_at(AT_FDCWD, path, SMALL_FILE_MAX, &events, &size) < 0)
        return false;
    *ret = memory_failures_parse(events);
    return true;
}
