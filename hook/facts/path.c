/* SPDX-License-Identifier: MIT */
#include "facts/path.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

/* Both are far above what a sane path needs, and bound what a hostile one can cost. */
#define LINKS_MAX 40 /* the kernel's own limit, MAXSYMLINKS */
#define DEPTH_MAX 40

/* Where the walk stands: folder fds from the root down, so that ".." needs no trust in the file
 * system. */
struct walk {
    int root;
    int depth;
    int folders[DEPTH_MAX];
    int links_left;
    char todo[PATH_MAX]; /* what is still to be walked */
};

static int walk_folder(const struct walk *walk)
{
    return walk->depth ? walk->folders[walk->depth - 1] : walk->root;
}

static void walk_up_to(struct walk *walk, int depth)
{
    while (walk->depth > depth)
        (void)close(walk->folders[--walk->depth]);
}

/* Takes the next component off `todo`; false at the end. */
static bool walk_next(struct walk *walk, char *ret_name)
{
    char *start = walk->todo + strspn(walk->todo, "/");
    size_t length = strcspn(start, "/");

    if (length == 0 || length > NAME_MAX)
        return false;
    memcpy(ret_name, start, length);
    ret_name[length] = '\0';
    memmove(walk->todo, start + length, strlen(start + length) + 1);
    return true;
}

/* Puts the link's target in front of what is still to be walked. */
static int walk_link(struct walk *walk, int link)
{
    char target[PATH_MAX];
    char rest[PATH_MAX];
    struct statfs fs;
    ssize_t length;

    /* What a link of /proc reads is not where it leads. */
    if (fstatfs(link, &fs) < 0)
        return -errno;
    if (fs.f_type == PROC_SUPER_MAGIC)
        return -ELOOP;
    length = readlinkat(link, "", target, sizeof(target) - 1);
    if (length <= 0)
        return length < 0 ? -errno : -ENOENT;
    if (walk->links_left-- == 0)
        return -ELOOP;
    target[length] = '\0';
    memcpy(rest, walk->todo, sizeof(rest));
    if ((size_t)snprintf(walk->todo, sizeof(walk->todo), "%s/%s", target, rest) >=
        sizeof(walk->todo))
        return -ENAMETOOLONG;
    if (target[0] == '/')
        walk_up_to(walk, 0);
    return 0;
}

static int walk_step(struct walk *walk, const char *name, enum path_links links)
{
    CLEANUP_FD int fd = -1;
    struct stat st;

    if (strcmp(name, ".") == 0)
        return 0;
    if (strcmp(name, "..") == 0) {
        walk_up_to(walk, walk->depth ? walk->depth - 1 : 0);
        return 0;
    }
    fd = openat(walk_folder(walk), name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        return -errno;
    if (S_ISLNK(st.st_mode))
        return links == PATH_NO_LINKS ? -ELOOP : walk_link(walk, fd);
    if (walk->depth == DEPTH_MAX)
        return -ENAMETOOLONG;
    walk->folders[walk->depth++] = fd_steal(&fd);
    return 0;
}

#define READING (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

/* The last component once more, from the folder that it was found in. */
static int walk_end(struct walk *walk, const char *name, int flags, int *ret)
{
    int folder;

    if (walk->depth == 0) {
        *ret = openat(walk->root, ".", flags);
        return *ret < 0 ? -errno : 0;
    }
    *ret = walk->folders[--walk->depth];
    if (flags & O_PATH)
        return 0;
    (void)close(*ret);
    folder = walk_folder(walk);
    *ret = openat(folder, name, flags | O_NOFOLLOW);
    return *ret < 0 ? -errno : 0;
}

static int open_stepwise(int root, const char *path, enum path_links links, int flags, int *ret)
{
    struct walk walk = {.root = root, .links_left = LINKS_MAX};
    char name[NAME_MAX + 1] = "";
    int r = 0;

    if (strlen(path) >= sizeof(walk.todo))
        return -ENAMETOOLONG;
    memcpy(walk.todo, path, strlen(path) + 1);
    while (r == 0 && walk_next(&walk, name))
        r = walk_step(&walk, name, links);
    if (r == 0 && walk.todo[strspn(walk.todo, "/")])
        r = -ENAMETOOLONG;
    if (r == 0)
        r = walk_end(&walk, name, flags, ret);
    walk_up_to(&walk, 0);
    return r;
}

int path_open_stepwise(int root, const char *path, enum path_links links, int *ret)
{
    return open_stepwise(root, path, links, O_PATH | O_CLOEXEC, ret);
}

static int open_with(int root, const char *path, enum path_links links, int flags, int *ret)
{
    struct open_how how = {
        /* No O_NOFOLLOW: with it, RESOLVE_NO_SYMLINKS lets a link as the last component pass. */
        .flags = (unsigned)flags,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS |
                   (links == PATH_NO_LINKS ? RESOLVE_NO_SYMLINKS : 0),
    };
    /* Not SYS_openat2: the C library of Debian 11 is older than the call. */
    long fd = syscall(__NR_openat2, root, path, &how, sizeof(how));

    if (fd >= 0) {
        *ret = (int)fd;
        return 0;
    }
    /*
     * EPERM is what older seccomp profiles answer for calls they do not know; EAGAIN the kernel,
     * where a ".." meets a rename or a mount anywhere on the host (openat2(2)).
     */
    if (errno == ENOSYS || errno == EPERM || errno == EAGAIN)
        return open_stepwise(root, path, links, flags, ret);
    return -errno;
}

int path_open(int root, const char *path, enum path_links links, int *ret)
{
    return open_with(root, path, links, O_PATH | O_CLOEXEC, ret);
}

int path_open_to_read(int root, const char *path, enum path_links links, int found, int *ret)
{
    CLEANUP_FD int fd = -1;
    struct stat before;
    struct stat now;
    int r = open_with(root, path, links, READING, &fd);

    if (r < 0)
        return r;
    if (fstat(found, &before) < 0 || fstat(fd, &now) < 0)
        return -errno;
    if (before.st_dev != now.st_dev || before.st_ino != now.st_ino)
        return -ESTALE;
    *ret = fd_steal(&fd);
    return 0;
}
