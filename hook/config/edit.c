/* SPDX-License-Identifier: MIT */
#include "config/edit.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "config/include.h"
#include "exit_status.h"
#include "facts/place.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define LOCK_SECONDS 10

/* However it is spaced; older LXC called the key lxc.id_map. */
bool config_gid_line_read(const char *key, const char *value, struct idmap_extent *ret)
{
    char type = 0;
    char end = 0;

    return (text_is_equal(key, "lxc.idmap") || text_is_equal(key, "lxc.id_map")) &&
           sscanf(value, "%c %u %u %u %c", &type, &ret->inside, &ret->outside, &ret->length,
                  &end) == 4 &&
           type == 'g';
}

static bool is_same_map(const struct idmap *a, const struct idmap *b)
{
    return a->count == b->count &&
           memcmp(a->extents, b->extents, a->count * sizeof(a->extents[0])) == 0;
}

void config_gids_read(const char *text, struct idmap *ret)
{
    const char *next = text;
    const char *end = text + strlen(text);
    struct idmap_extent extent;
    char key[32];
    char value[128];

    ret->count = 0;
    while (config_line_next(&next, end, key, sizeof(key), value, sizeof(value)))
        if (config_gid_line_read(key, value, &extent) && ret->count < IDMAP_EXTENTS_MAX)
            ret->extents[ret->count++] = extent;
}

bool config_gids_are(const char *text, const struct idmap *gids)
{
    struct idmap found;

    config_gids_read(text, &found);
    return is_same_map(&found, gids);
}

static void add_lines(struct text *text, const struct idmap *gids)
{
    for (size_t i = 0; i < gids->count; i++)
        text_add(text, "lxc.idmap = g %u %u %u\n", gids->extents[i].inside,
                 gids->extents[i].outside, gids->extents[i].length);
}

int config_gids_elsewhere(struct err *err)
{
    return err_set(err, STATUS_OWNERSHIP, 0,
                   "the lxc.idmap lines do not stand in this file alone: an included file "
                   "has some; put the lines above into the right file by hand");
}

int config_replace_gids(const char *text, const struct idmap *current, const struct idmap *gids,
                        char **ret, struct err *err)
{
    size_t size = strlen(text) + gids->count * 64 + 64;
    CLEANUP_FREE char *made = calloc(1, size);
    struct text out = {.data = made, .size = size};
    const char *next = text;
    const char *end = text + strlen(text);
    bool is_first = true;
    char key[32];
    char value[128];

    if (!made)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "edit the config");
    if (!config_gids_are(text, current))
        return config_gids_elsewhere(err);
    for (const char *line = text;
         config_line_next(&next, end, key, sizeof(key), value, sizeof(value)); line = next) {
        struct idmap_extent extent;
        bool is_gid_line = config_gid_line_read(key, value, &extent);
        if (is_gid_line && is_first)
            add_lines(&out, gids);
        is_first &= !is_gid_line;
        if (!is_gid_line)
            text_add(&out, "%.*s", (int)(next - line), line);
    }
    *ret = made;
    made = NULL;
    return 0;
}

static int write_all(int fd, const char *data, size_t size)
{
    while (size) {
        ssize_t put = write(fd, data, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -errno;
        data += put;
        size -= (size_t)put;
    }
    return fsync(fd) < 0 ? -errno : 0;
}

/* Proxmox's file system may number a file anew when it is renamed. */
static bool file_holds(int at, const char *base, const char *data)
{
    CLEANUP_FD int fd = openat(at, base, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    CLEANUP_FREE char *text = NULL;
    size_t size = 0;

    return fd >= 0 && file_read(fd, CONFIG_MAX, &text, &size) == 0 && size == strlen(data) &&
           memcmp(text, data, size) == 0;
}

/* By the directory's descriptor, and with a look at the outcome: it may be the container's root's.
 */
int config_file_replace(int at, const char *base, const char *data, const struct stat *like)
{
    CLEANUP_FD int fd = -1;
    char temporary[NAME_MAX + 1];
    struct stat made = {0};
    struct stat there = {0};
    int r;

    if (!data)
        return -EINVAL;
    if ((size_t)snprintf(temporary, sizeof(temporary), "%s.%d.new", base, getpid()) >=
        sizeof(temporary))
        return -ENAMETOOLONG;
    fd = openat(at, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    r = write_all(fd, data, strlen(data));
    if (r == 0 &&
        (fchown(fd, like->st_uid, like->st_gid) < 0 || fchmod(fd, like->st_mode & 07777) < 0 ||
         fstat(fd, &made) < 0 || renameat(at, temporary, at, base) < 0 ||
         fstatat(at, base, &there, AT_SYMLINK_NOFOLLOW) < 0))
        r = -errno;
    if (r == 0 && (made.st_ino != there.st_ino || made.st_dev != there.st_dev) &&
        !file_holds(at, base, data))
        return -EBUSY; /* it is not ours that was renamed */
    if (r < 0)
        (void)unlinkat(at, temporary, 0);
    return r;
}

/* A folder whose entries only this user or root can change; a sticky one, as /tmp, is one. */
static bool is_ours_alone(const struct stat *st)
{
    return (st->st_uid == geteuid() || st->st_uid == 0) &&
           (!(st->st_mode & 0022) || (st->st_mode & S_ISVTX));
}

/*
 * Where another user can rename a folder on the way, what was checked and what is written could be
 * two files: root would write at a place of that user's choice. `path` is absolute and link-free.
 */
static int check_folders(const char *path, struct err *err)
{
    char folder[PATH_MAX];
    struct stat st;

    snprintf(folder, sizeof(folder), "%s", path);
    for (char *slash = strrchr(folder, '/'); slash; slash = strrchr(folder, '/')) {
        slash[slash == folder ? 1 : 0] = '\0';
        if (lstat(folder, &st) < 0)
            return err_set(err, STATUS_USAGE, errno, "edit %s", path);
        if (!S_ISDIR(st.st_mode) || !is_ours_alone(&st)) {
            int r =
                err_set(err, STATUS_PRIVILEGE, 0,
                        "edit %s: others than its owner can change the directory %s", path, folder);
            if (text_is_shell_word(folder))
                err_fix(err, "chmod go-w %s    # or edit the config as the user who owns it",
                        folder);
            return r;
        }
        if (slash == folder)
            break;
    }
    return 0;
}

/* LXCPATH/NAME/config: its owner gives both. */
static void owner_fix(const char *file, uid_t uid, struct err *err)
{
    struct config_place place;

    if (config_place_read(file, &place) && text_is_shell_word(place.lxcpath) &&
        text_is_shell_word(place.name))
        err_fix(err, "sudo -u '#%u' -H lxc-gpu-hook idmap --write -P %s %s", uid, place.lxcpath,
                place.name);
}

static int check_file(const char *file, const char *real, struct stat *ret, struct err *err)
{
    int r;

    if (lstat(real, ret) < 0)
        return err_set(err, STATUS_USAGE, errno, "edit %s", file);
    if (!S_ISREG(ret->st_mode))
        return err_set(err, STATUS_USAGE, 0, "edit %s: it is no regular file", file);
    if (ret->st_uid != geteuid()) {
        r = err_set(err, STATUS_PRIVILEGE, 0, "%s belongs to uid %u: only its owner edits it", file,
                    ret->st_uid);
        owner_fix(file, ret->st_uid, err);
        return r;
    }
    return check_folders(real, err);
}

/*
 * The container's own directory is that of its root, as lxc-create(1) makes it for an ordinary user
 * too: then the config in it is a file of the user's with one name, and no link. *ret is -1 when it
 * is not so.
 */
static int made_open(const struct obeyed *obeyed, struct stat *ret_st, int *ret, struct err *err)
{
    CLEANUP_FD int at = open(obeyed->directory, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    CLEANUP_FREE char *real = realpath(obeyed->directory, NULL);
    struct stat st;
    int r;

    if (at < 0 || !real || fstat(at, &st) < 0 || st.st_uid == geteuid() ||
        !obeyed_is_mapped(&st, &obeyed->root, getegid()))
        return 0;
    if (fstatat(at, "config", &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode) ||
        st.st_uid != geteuid() || st.st_nlink != 1 || st.st_ino != obeyed->st.st_ino ||
        st.st_dev != obeyed->st.st_dev)
        return err_set(err, STATUS_PRIVILEGE, 0,
                       "edit %s/config: the directory is the container's root's, and there the "
                       "config has to be a file of yours with one name",
                       obeyed->directory);
    r = check_folders(real, err);
    if (r == 0) {
        *ret_st = st;
        *ret = fd_steal(&at);
    }
    return r;
}

/* Where an ordinary user's config really lies. */
static int place_open(const char *file, const struct obeyed *obeyed, struct stat *ret_st,
                      int *ret_at, char *ret_base, size_t size, struct err *err)
{
    int made = made_open(obeyed, ret_st, ret_at, err);

    snprintf(ret_base, size, "config");
    if (made < 0 || *ret_at >= 0)
        return made;
    CLEANUP_FREE char *real = realpath(file, NULL);
    char *slash;
    int r;

    if (!real)
        return err_set(err, STATUS_USAGE, errno, "edit %s", file);
    r = check_file(file, real, ret_st, err);
    if (r < 0)
        return r;
    slash = strrchr(real, '/');
    snprintf(ret_base, size, "%s", slash + 1);
    slash[slash == real] = '\0';
    *ret_at = open(real, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return *ret_at < 0 ? err_set(err, STATUS_USAGE, errno, "edit %s", file) : 0;
}

static int check_text(const char *file, const struct obeyed *obeyed, struct err *err)
{
    char proxmox[PROXMOX_FILE_MAX];

    if (config_place_edited(file, proxmox) == proxmox)
        return err_set(
            err, STATUS_OWNERSHIP, 0,
            "%s is written anew from %s at each start: put the lines above there, by hand", file,
            proxmox);
    if (memchr(obeyed->text, '\0', obeyed->size))
        return err_set(err, STATUS_USAGE, 0, "edit %s: it has a NUL byte, and is left as it is",
                       file);
    return 0;
}

int config_lock(int directory, int *ret)
{
    char path[40];
    int r = -1;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", directory);
    CLEANUP_FD int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    for (int i = 0; i < LOCK_SECONDS * 100; i++) {
        r = flock(fd, LOCK_EX | LOCK_NB);
        if (r == 0 || errno != EWOULDBLOCK)
            break;
        (void)usleep(10000);
    }
    if (r < 0)
        return errno == EWOULDBLOCK ? -EBUSY : -errno;
    *ret = fd_steal(&fd);
    return 0;
}

/* The backup first. -EAGAIN when the file is another one than the one that was read. */
static int write_both(int at, const char *base, const struct stat *st, const struct obeyed *obeyed,
                      const char *edited)
{
    CLEANUP_FD int lock = -1;
    char backup[NAME_MAX + 1];
    int r;

    if ((size_t)snprintf(backup, sizeof(backup), "%s.lxc-gpu-hook.bak", base) >= sizeof(backup))
        return -ENAMETOOLONG;
    r = config_lock(at, &lock);
    if (r == 0 && !file_holds(at, base, obeyed->text))
        r = -EAGAIN;
    if (r == 0)
        r = config_file_replace(at, backup, obeyed->text, st);
    return r == 0 ? config_file_replace(at, base, edited, st) : r;
}

int config_write(const char *file, const struct obeyed *obeyed, const char *edited, struct err *err)
{
    CLEANUP_FD int own = -1;
    struct stat st = obeyed->st;
    char base[NAME_MAX + 1];
    int at = obeyed->at;
    int r = check_text(file, obeyed, err);

    if (r < 0)
        return r;
    if (at >= 0) {
        snprintf(base, sizeof(base), "%s", obeyed->base);
    } else {
        r = place_open(file, obeyed, &st, &own, base, sizeof(base), err);
        at = own;
    }
    if (r < 0)
        return r;
    r = write_both(at, base, &st, obeyed, edited);
    if (r == -EAGAIN)
        (void)err_set(err, STATUS_USAGE, 0, "write %s: somebody else has just changed it", file);
    else if (r == -EBUSY)
        (void)err_set(err, STATUS_USAGE, 0, "write %s: somebody else is editing it", file);
    else if (r < 0)
        (void)err_set(err, exit_status_for(-r, STATUS_USAGE), -r, "write %s", file);
    return r;
}

int config_write_gids(const char *file, const struct obeyed *obeyed, const struct idmap *current,
                      const struct idmap *gids, struct err *err)
{
    CLEANUP_FREE char *edited = NULL;
    int r = check_text(file, obeyed, err);

    if (r == 0)
        r = config_replace_gids(obeyed->text, current, gids, &edited, err);
    return r == 0 ? config_write(file, obeyed, edited, err) : r;
}
