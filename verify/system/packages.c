/* SPDX-License-Identifier: MIT */
#include "system/packages.h"

#include "base/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Longer than any stanza of ours; small enough that no page of it is touched for once only. */
#define BUFFER_SIZE ((size_t)64 << 10)

/* Behind the last empty line of the text; all of it without one. */
static size_t stanzas_end(const char *text, size_t size)
{
    for (size_t end = size; end >= 2; end--)
        if (text[end - 1] == '\n' && text[end - 2] == '\n')
            return end;
    return size;
}

static ssize_t some_read(int fd, char *buffer, size_t size)
{
    ssize_t got;

    do {
        got = read(fd, buffer, size);
    } while (got < 0 && errno == EINTR);
    return got;
}

void stanzas_read(int fd, char *buffer, size_t size,
                  void (*parse)(const char *text, struct package_facts *ret),
                  struct package_facts *ret)
{
    size_t used = 0;
    ssize_t got;

    while ((got = some_read(fd, buffer + used, size - 1 - used)) > 0) {
        used += (size_t)got;
        if (used < size - 1)
            continue;
        size_t end = stanzas_end(buffer, used);
        char kept = buffer[end];
        buffer[end] = '\0';
        parse(buffer, ret);
        buffer[end] = kept;
        used -= end;
        memmove(buffer, buffer + end, used);
    }
    buffer[used] = '\0';
    parse(buffer, ret);
}

static bool is_list(const char *name)
{
    static const char end[] = "_Packages";
    size_t length = strlen(name);

    return length > strlen(end) && strcmp(name + length - strlen(end), end) == 0 &&
           !strstr(name, "-backports") && !strstr(name, "_experimental_");
}

static bool file_parse(int dirfd, const char *path,
                       void (*parse)(const char *text, struct package_facts *ret),
                       struct package_facts *ret)
{
    static char buffer[BUFFER_SIZE];
    CLEANUP_FD int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0)
        return false;
    stanzas_read(fd, buffer, sizeof(buffer), parse, ret);
    return true;
}

static DIR *directory_open(int root, const char *path)
{
    int fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);

    if (!dir && fd >= 0)
        (void)close(fd);
    return dir;
}

static void lists_collect(int root, struct package_facts *ret)
{
    CLEANUP_DIR DIR *dir = directory_open(root, "var/lib/apt/lists");
    const struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        if (is_list(entry->d_name))
            (void)file_parse(dirfd(dir), entry->d_name, debian_list_parse, ret);
    }
}

/* Where apk has it, and where it moves with Alpine's merged /usr. */
static void alpine_collect(int root, struct package_facts *ret)
{
    if (!file_parse(root, "lib/apk/db/installed", alpine_installed_parse, ret))
        (void)file_parse(root, "usr/lib/apk/db/installed", alpine_installed_parse, ret);
}

static void arch_collect(int root, struct package_facts *ret)
{
    CLEANUP_DIR DIR *dir = directory_open(root, "var/lib/pacman/local");
    const struct dirent *entry;

    while (dir && (entry = readdir(dir)))
        arch_installed_parse(entry->d_name, ret);
}

void packages_collect(const char *root, enum package_depth depth, struct package_facts *ret)
{
    memset(ret, 0, sizeof(*ret));
    if (depth < PACKAGES_INSTALLED)
        return;
    CLEANUP_FD int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (file_parse(fd, "var/lib/dpkg/status", debian_status_parse, ret) &&
        depth >= PACKAGES_OFFERED)
        lists_collect(fd, ret);
    alpine_collect(fd, ret);
    arch_collect(fd, ret);
}
