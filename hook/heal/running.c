/* SPDX-License-Identifier: MIT */
#include "heal/running.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "config/init.h"
#include "exit_status.h"
#include "facts/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOCKETS_MAX (64u << 20)
#define LISTENS     " 00010000 " /* __SO_ACCEPTCON, net/unix/af_unix.c: unix_seq_show() */
#define MARK        " @/"

/* ---- by the sockets' names ------------------------------------------------------------------- */

/* "…: 00000002 00000000 00010000 0001 01 31415 @/var/lib/lxc/web/command" */
bool running_line_read(const char *line, size_t length, struct running *ret)
{
    static const char end[] = "/command";
    const char *path = memmem(line, length, MARK, strlen(MARK));
    const char *flags = memmem(line, length, LISTENS, strlen(LISTENS));
    const char *name;
    size_t size;

    if (!path || !flags || flags > path)
        return false;
    path += strlen(MARK) - 1;
    size = length - (size_t)(path - line);
    if (size <= strlen(end) || memcmp(path + size - strlen(end), end, strlen(end)) != 0)
        return false;
    size -= strlen(end);
    name = memrchr(path, '/', size);
    if (!name || name == path || (size_t)(name - path) >= sizeof(ret->lxcpath) ||
        size - (size_t)(name - path) - 1 >= sizeof(ret->name) || name + 1 == path + size)
        return false;
    snprintf(ret->lxcpath, sizeof(ret->lxcpath), "%.*s", (int)(name - path), path);
    snprintf(ret->name, sizeof(ret->name), "%.*s", (int)(path + size - name - 1), name + 1);
    return true;
}

/* ---- the list -------------------------------------------------------------------------------- */

struct list {
    struct running *all;
    size_t count;
};

/* Who answers is asked, since a line of another one's can say anything. */
static int list_add(struct list *list, const struct running *found)
{
    struct ucred peer = {.pid = 0};
    struct running *more;

    for (size_t i = 0; i < list->count; i++)
        if (text_is_equal(list->all[i].name, found->name) &&
            text_is_equal(list->all[i].lxcpath, found->lxcpath))
            return 0;
    /* One that cannot be asked now is busy, or worse: who asks it next says so. */
    if (init_socket_peer(found->lxcpath, found->name, &peer) == -ENOENT ||
        list->count == RUNNING_MAX)
        return 0;
    more = realloc(list->all, (list->count + 1) * sizeof(*more));
    if (!more)
        return -ENOMEM;
    list->all = more;
    list->all[list->count] = *found;
    list->all[list->count++].uid = peer.uid;
    return 0;
}

static int sockets_read(const char *text, const char *lxcpath, struct list *list)
{
    struct running found;
    int r = 0;

    for (const char *line = text; r == 0 && *line; line += strcspn(line, "\n"), line += *line != 0)
        if (running_line_read(line, strcspn(line, "\n"), &found) &&
            (!lxcpath || text_is_equal(lxcpath, found.lxcpath)))
            r = list_add(list, &found);
    return r;
}

/* LXC hashes a name that is too long for a socket: those have to be tried. */
static int hashed_read(const char *text, const char *lxcpath, struct list *list)
{
    CLEANUP_DIR DIR *dir = strstr(text, " @lxc/") ? opendir(lxcpath) : NULL;
    struct running found;
    struct dirent *entry;
    char socket[110];
    int r = 0;

    snprintf(found.lxcpath, sizeof(found.lxcpath), "%s", lxcpath);
    while (r == 0 && dir && (entry = readdir(dir))) {
        snprintf(found.name, sizeof(found.name), "%s", entry->d_name);
        (void)init_socket_name(lxcpath, found.name, socket, sizeof(socket) - 3);
        if (socket[0] != '/' && found.name[0] != '.' && strstr(text, socket))
            r = list_add(list, &found);
    }
    return r;
}

static int compare(const void *a, const void *b)
{
    const struct running *one = a;
    const struct running *other = b;
    int r = strcmp(one->lxcpath, other->lxcpath);

    return r ? r : strcmp(one->name, other->name);
}

int running_find(const char *lxcpath, struct running **ret, size_t *ret_count, struct err *err)
{
    CLEANUP_FREE char *text = NULL;
    struct list list = {.all = NULL};
    size_t size;
    int r = file_read_at(AT_FDCWD, "/proc/net/unix", SOCKETS_MAX, &text, &size);

    if (r == 0)
        r = hashed_read(text, lxcpath ? lxcpath : LXC_DEFAULT_PATH, &list);
    if (r == 0)
        r = sockets_read(text, lxcpath, &list);
    if (list.count)
        qsort(list.all, list.count, sizeof(*list.all), compare);
    *ret = list.all;
    *ret_count = list.count;
    return r < 0 ? err_set(err, exit_status_for(-r, STATUS_INTERNAL), -r,
                           "find the containers that run")
                 : 0;
}
