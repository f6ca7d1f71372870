/* SPDX-License-Identifier: MIT */
#include "config/trust.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#define LINKS_MAX 40 /* the kernel's own limit, MAXSYMLINKS */

struct walk {
    int at;
    int links_left;
    char todo[PATH_MAX]; /* what is still to be walked */
    struct trust_breach *breach;
};

/* With an access list the group's bits are its mask, and say nothing about who may write. */
static bool has_access_list(int fd)
{
    char path[40];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return getxattr(path, "system.posix_acl_access", NULL, 0) > 0;
}

bool trust_is_roots(int fd, const struct stat *st)
{
    bool is_sticky = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX);

    if (st->st_uid != 0)
        return false;
    if (S_ISLNK(st->st_mode) || is_sticky)
        return true;
    if (st->st_mode & 0002)
        return false;
    return !(st->st_mode & 0020) || (st->st_gid == 0 && !has_access_list(fd));
}

int trust_breach_set(int fd, const struct stat *st, struct trust_breach *ret)
{
    char link[40];
    ssize_t length;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    length = readlink(link, ret->path, sizeof(ret->path) - 1);
    ret->path[length > 0 ? length : 0] = '\0';
    ret->owner = st->st_uid;
    ret->found = true;
    return -EPERM;
}

/* Puts the link's target in front of what is still to be walked. */
static int walk_link(struct walk *walk, int link)
{
    char target[PATH_MAX];
    char rest[PATH_MAX];
    ssize_t length = readlinkat(link, "", target, sizeof(target) - 1);

    if (length <= 0)
        return length < 0 ? -errno : -ENOENT;
    if (walk->links_left-- == 0)
        return -ELOOP;
    target[length] = '\0';
    memcpy(rest, walk->todo, sizeof(rest));
    if ((size_t)snprintf(walk->todo, sizeof(walk->todo), "%s/%s", target, rest) >=
        sizeof(walk->todo))
        return -ENAMETOOLONG;
    if (target[0] != '/')
        return 0;
    fd_cleanup(&walk->at);
    walk->at = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    return walk->at < 0 ? -errno : 0;
}

/* "..", too, is looked at like any other: a directory of root's has one of root's above it. */
static int walk_step(struct walk *walk, const char *name)
{
    CLEANUP_FD int fd = openat(walk->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        return -errno;
    if (!trust_is_roots(fd, &st))
        return trust_breach_set(fd, &st, walk->breach);
    if (S_ISLNK(st.st_mode))
        return walk_link(walk, fd);
    fd_cleanup(&walk->at);
    walk->at = fd_steal(&fd);
    return 0;
}

static int walk_all(struct walk *walk)
{
    char name[NAME_MAX + 1];
    int r = walk_step(walk, ".");

    while (r == 0) {
        char *start = walk->todo + strspn(walk->todo, "/");
        size_t length = strcspn(start, "/");
        if (length == 0)
            break;
        if (length > NAME_MAX)
            return -ENAMETOOLONG;
        memcpy(name, start, length);
        name[length] = '\0';
        memmove(walk->todo, start + length, strlen(start + length) + 1);
        r = walk_step(walk, name);
    }
    return r;
}

int trust_open(const char *path, int *ret, struct trust_breach *breach)
{
    struct walk walk = {.links_left = LINKS_MAX, .breach = breach};
    char here[PATH_MAX] = "";
    int r;

    if (path[0] != '/' && !getcwd(here, sizeof(here)))
        return -errno;
    if ((size_t)snprintf(walk.todo, sizeof(walk.todo), "%s/%s", here, path) >= sizeof(walk.todo))
        return -ENAMETOOLONG;
    walk.at = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    r = walk.at < 0 ? -errno : walk_all(&walk);
    if (r == 0)
        *ret = fd_steal(&walk.at);
    fd_cleanup(&walk.at);
    return r;
}
