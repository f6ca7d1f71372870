/* SPDX-License-Identifier: MIT */
#include "config/obeyed.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "exit_status.h"
#include "facts/place.h"
#include "say/advice_config.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

void obeyed_init(struct obeyed *obeyed)
{
    memset(obeyed, 0, sizeof(*obeyed));
    obeyed->at = -1;
}

void obeyed_close(struct obeyed *obeyed)
{
    fd_cleanup(&obeyed->at);
    free(obeyed->text);
    obeyed->at = -1;
    obeyed->text = NULL;
}

static int text_take(struct obeyed *obeyed, int fd)
{
    if (fstat(fd, &obeyed->st) < 0)
        return -errno;
    if (!S_ISREG(obeyed->st.st_mode))
        return -EINVAL;
    return file_read(fd, CONFIG_MAX, &obeyed->text, &obeyed->size);
}

/* Where links have led, all of it root's alone. */
static int open_roots(struct obeyed *obeyed, const char *file)
{
    CLEANUP_FD int place = -1;
    char link[40];
    char real[PATH_MAX];
    ssize_t length;
    int r = trust_open(file, &place, &obeyed->breach);

    if (r < 0)
        return r;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", place);
    length = readlink(link, real, sizeof(real) - 1);
    CLEANUP_FD int fd = open(link, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || length < 2)
        return fd < 0 ? -errno : -EINVAL;
    real[length] = '\0';
    char *slash = strrchr(real, '/');
    snprintf(obeyed->base, sizeof(obeyed->base), "%s", slash + 1);
    slash[slash == real] = '\0';
    r = trust_open(real, &obeyed->at, &obeyed->breach);
    return r == 0 ? text_take(obeyed, fd) : r;
}

/* The directory belongs to somebody: to whom, is judged when the config has said who root is. */
static int open_mapped(struct obeyed *obeyed, int directory)
{
    CLEANUP_FD int fd = openat(directory, "config", O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    int r;

    if (fd < 0)
        return errno == ELOOP ? -EPERM : -errno;
    r = text_take(obeyed, fd);
    if (r < 0)
        return r;
    if (!trust_is_roots(fd, &obeyed->st) || obeyed->st.st_nlink != 1)
        return -EPERM;
    obeyed->is_shown = true;
    obeyed->at = openat(directory, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    snprintf(obeyed->base, sizeof(obeyed->base), "config");
    return obeyed->at < 0 || fstat(obeyed->at, &st) < 0 ? -errno : 0;
}

bool obeyed_is_mapped(const struct stat *directory, const struct config_root *root, gid_t group)
{
    if (!root->has_uid || directory->st_uid != root->uid || (directory->st_mode & 0002))
        return false;
    return !(directory->st_mode & 0020) || directory->st_gid == group ||
           (root->has_gid && directory->st_gid == root->gid);
}

static int open_as_root(const char *lxcpath, const char *name, const char *file,
                        struct obeyed *obeyed)
{
    CLEANUP_FD int above = -1;
    struct stat st;
    int r = trust_open(lxcpath, &above, &obeyed->breach);

    if (r < 0)
        return r;
    CLEANUP_FD int directory = openat(above, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (directory < 0 || fstat(directory, &st) < 0)
        return -errno;
    if (!S_ISDIR(st.st_mode) || trust_is_roots(directory, &st)) {
        r = open_roots(obeyed, file);
        if (r == 0)
            config_includes_read(file, obeyed->text, obeyed->size, &obeyed->include, &obeyed->root);
        return r;
    }
    /* In a sticky directory, whoever owns an entry can take it away. */
    struct stat above_st;
    if (fstat(above, &above_st) < 0 || (above_st.st_mode & S_ISVTX))
        return trust_breach_set(directory, &st, &obeyed->breach);
    r = open_mapped(obeyed, directory);
    if (r == 0)
        config_includes_read(file, obeyed->text, obeyed->size, &obeyed->include, &obeyed->root);
    if (r == -EPERM || (r == 0 && !obeyed_is_mapped(&st, &obeyed->root, 0)))
        return trust_breach_set(directory, &st, &obeyed->breach);
    return r;
}

static int open_source(const char *name, const char *file, struct obeyed *obeyed)
{
    int r = open_roots(obeyed, obeyed->source);

    if (r == 0)
        r = proxmox_config_make(name, obeyed->text, obeyed->size, &obeyed->proxmox);
    if (r < 0)
        return r;
    free(obeyed->text);
    obeyed->text = obeyed->proxmox.text;
    obeyed->size = obeyed->proxmox.size;
    obeyed->proxmox.text = NULL;
    obeyed->is_shown = true;
    config_includes_read(file, obeyed->text, obeyed->size, &obeyed->include, &obeyed->root);
    return 0;
}

static int open_as_user(const char *file, struct obeyed *obeyed)
{
    CLEANUP_FD int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int r = fd < 0 ? -errno : text_take(obeyed, fd);

    if (r == 0)
        config_includes_read(file, obeyed->text, obeyed->size, &obeyed->include, &obeyed->root);
    return r;
}

static int refuse_breach(const struct trust_breach *breach, struct err *err)
{
    char shown[200];

    text_printable(shown, sizeof(shown), breach->path);
    if (breach->owner)
        return err_set(err, STATUS_PRIVILEGE, 0,
                       "root obeys no config that others can write: %s belongs to uid %u", shown,
                       breach->owner);
    (void)err_set(err, STATUS_PRIVILEGE, 0,
                  "root obeys no config that others can write: others than root may write to %s",
                  shown);
    if (text_is_shell_word(breach->path))
        err_fix(err, "chmod go-w %s    # when nobody else is to write there", breach->path);
    return -EPERM;
}

static int refuse_include(const struct config_include *include, struct err *err)
{
    char file[200];
    char target[200];

    text_printable(file, sizeof(file), include->file);
    text_printable(target, sizeof(target), include->target);
    switch (include->fault) {
    case INCLUDE_FINE:
        return 0;
    case INCLUDE_FOREIGN:
        (void)refuse_breach(&include->breach, err);
        err_wrap(err, "%s includes %s", file, target);
        return -EPERM;
    case INCLUDE_MISSING:
        (void)err_set(err, STATUS_USAGE, 0,
                      "LXC cannot read %s: it includes %s, which does not exist", file, target);
        advice_include(include->file, include->target, err);
        return -EINVAL;
    case INCLUDE_ODD:
        if (include->error)
            return err_set(err, exit_status_for(include->error, STATUS_USAGE), include->error,
                           "LXC cannot read %s: it includes %s", file, target);
        return err_set(err, STATUS_USAGE, 0,
                       "LXC cannot read %s: it includes %s, which is no regular file of at most "
                       "%u KiB",
                       file, target, CONFIG_MAX >> 10);
    case INCLUDE_TOO_MANY:
        return err_set(err, STATUS_USAGE, 0,
                       "LXC cannot read %s: there are too many includes, the last one of %s; a "
                       "file includes itself, perhaps",
                       file, target);
    }
    return 0;
}

int obeyed_open(const char *lxcpath, const char *name, struct obeyed *ret, struct err *err)
{
    return obeyed_open_source(lxcpath, name, "", ret, err);
}

int obeyed_open_source(const char *lxcpath, const char *name, const char *source,
                       struct obeyed *ret, struct err *err)
{
    char file[PATH_MAX];
    char shown[200];
    int r;

    obeyed_init(ret);
    if ((size_t)snprintf(ret->directory, sizeof(ret->directory), "%s/%s", lxcpath, name) >=
            sizeof(ret->directory) ||
        (size_t)snprintf(file, sizeof(file), "%s/config", ret->directory) >= sizeof(file))
        return err_set(err, STATUS_USAGE, ENAMETOOLONG, "find the container's config");
    snprintf(ret->source, sizeof(ret->source), "%s", source);
    if (ret->source[0])
        r = open_source(name, file, ret);
    else
        r = geteuid() == 0 ? open_as_root(lxcpath, name, file, ret) : open_as_user(file, ret);
    if (r == -EPERM && ret->breach.found)
        return refuse_breach(&ret->breach, err);
    if (r == -ENOENT)
        return r;
    if (r < 0)
        return err_set(err, exit_status_for(-r, STATUS_USAGE), -r, "LXC cannot read %s",
                       text_printable(shown, sizeof(shown), *source ? source : file));
    if (ret->include.fault == INCLUDE_FOREIGN)
        ret->breach = ret->include.breach;
    return refuse_include(&ret->include, err);
}

bool obeyed_is_roots(const char *config_file)
{
    CLEANUP_FD int place_fd = -1;
    struct config_place place;
    struct obeyed obeyed;
    struct err unused;
    bool is_roots;

    if (trust_open(config_file, &place_fd, &obeyed.breach) == 0)
        return true;
    obeyed_init(&obeyed);
    is_roots = config_place_read(config_file, &place) &&
               obeyed_open(place.lxcpath, place.name, &obeyed, &unused) == 0;
    obeyed_close(&obeyed);
    return is_roots;
}

static int tmpfs_mount(const char *path)
{
    return mount("lxc-gpu-hook", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700");
}

/* Proxmox makes the directory at the first start: until then, in the one above it. */
static int directory_cover(const char *directory)
{
    char above[PATH_MAX];
    char *slash;

    if (tmpfs_mount(directory) == 0)
        return 0;
    if (errno != ENOENT)
        return -1;
    snprintf(above, sizeof(above), "%s", directory);
    slash = strrchr(above, '/');
    if (slash)
        *slash = '\0';
    return tmpfs_mount(above) < 0 ? -1 : mkdir(directory, 0700);
}

/*
 * In the process that becomes LXC's program: a mount namespace of its own, where the container's
 * directory holds the config that was read, and nothing else.
 */
static int show(const void *memory)
{
    const struct obeyed *obeyed = memory;
    char path[PATH_MAX + 8];
    const char *data = obeyed->text;
    size_t left = obeyed->size;

    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        directory_cover(obeyed->directory) < 0)
        return -errno;
    snprintf(path, sizeof(path), "%s/config", obeyed->directory);
    CLEANUP_FD int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    while (left) {
        ssize_t put = write(fd, data, left);
        if (put < 0)
            return -errno;
        data += put;
        left -= (size_t)put;
    }
    return 0;
}

void obeyed_show(const struct obeyed *obeyed, struct command *command)
{
    if (!obeyed->is_shown)
        return;
    command->prepare = show;
    command->memory = obeyed;
}
