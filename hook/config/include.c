/* SPDX-License-Identifier: MIT */
#include "config/include.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define FILES_MAX 256 /* in all; a file may include itself */
#define DEPTH_MAX 16

struct reading {
    int files_left;
    bool roots_alone;
    config_visitor *visit;
    void *memory;
    struct config_include *found;
};

static bool text_read(struct reading *reading, const char *file, const char *text, size_t size,
                      int depth);

static bool note_fault(struct reading *reading, enum include_fault fault, const char *file,
                       const char *target)
{
    reading->found->fault = fault;
    snprintf(reading->found->file, sizeof(reading->found->file), "%s", file);
    snprintf(reading->found->target, sizeof(reading->found->target), "%s", target);
    return false;
}

/* ---- a line ---------------------------------------------------------------------------------- */

static void part_copy(const char *start, const char *end, char *ret, size_t size)
{
    while (start < end && isspace((unsigned char)*start))
        start++;
    while (end > start && isspace((unsigned char)end[-1]))
        end--;
    if ((size_t)(end - start) >= size)
        end = start; /* no name of a file is so long */
    memcpy(ret, start, (size_t)(end - start));
    ret[end - start] = '\0';
}

/* LXC takes one pair of quotes off. */
static void quotes_drop(char *value)
{
    size_t length = strlen(value);

    if (length < 2 || (value[0] != '"' && value[0] != '\'') || value[length - 1] != value[0])
        return;
    memmove(value, value + 1, length - 2);
    value[length - 2] = '\0';
}

bool config_line_next(const char **text, const char *end, char *ret_key, size_t key_size,
                      char *ret_value, size_t value_size)
{
    const char *line = *text;
    const char *line_end;
    const char *equals;

    if (!line || line >= end)
        return false;
    line_end = memchr(line, '\n', (size_t)(end - line));
    *text = line_end ? line_end + 1 : end;
    line_end = line_end ? line_end : end;
    ret_key[0] = ret_value[0] = '\0';
    while (line < line_end && isspace((unsigned char)*line))
        line++;
    equals = memchr(line, '=', (size_t)(line_end - line));
    if (line == line_end || *line == '#' || !equals)
        return true;
    part_copy(line, equals, ret_key, key_size);
    part_copy(equals + 1, line_end, ret_value, value_size);
    quotes_drop(ret_value);
    return true;
}

/* ---- what it includes ------------------------------------------------------------------------ */

static int target_open(struct reading *reading, const char *target, int *ret)
{
    if (reading->roots_alone)
        return trust_open(target, ret, &reading->found->breach);
    *ret = open(target, O_PATH | O_CLOEXEC);
    return *ret < 0 ? -errno : 0;
}

static int reopen(int place, int flags)
{
    char link[40];

    snprintf(link, sizeof(link), "/proc/self/fd/%d", place);
    return open(link, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags);
}

static bool target_read(struct reading *reading, const char *file, const char *target, int depth);

/* LXC takes each file of a directory whose name ends in .conf. */
static bool directory_read(struct reading *reading, const char *file, const char *target, int place,
                           int depth)
{
    CLEANUP_DIR DIR *dir = NULL;
    CLEANUP_FREE char *path = malloc(PATH_MAX);
    int fd = reopen(place, O_DIRECTORY);
    struct dirent *entry;

    if (!path || fd < 0 || !(dir = fdopendir(fd))) {
        reading->found->error = errno;
        fd_cleanup(&fd);
        return note_fault(reading, INCLUDE_ODD, file, target);
    }
    while ((entry = readdir(dir))) {
        size_t length = strlen(entry->d_name);
        if (length < 5 || strcmp(entry->d_name + length - 5, ".conf") != 0)
            continue;
        if ((size_t)snprintf(path, PATH_MAX, "%s/%s", target, entry->d_name) >= PATH_MAX)
            return note_fault(reading, INCLUDE_ODD, file, target);
        if (!target_read(reading, file, path, depth))
            return false;
    }
    return true;
}

static bool target_read(struct reading *reading, const char *file, const char *target, int depth)
{
    CLEANUP_FREE char *text = NULL;
    CLEANUP_FD int place = -1;
    struct stat st;
    size_t size = 0;
    int r;

    if (reading->files_left-- == 0 || depth == DEPTH_MAX)
        return note_fault(reading, INCLUDE_TOO_MANY, file, target);
    r = target_open(reading, target, &place);
    /* A directory, which ends in a slash, may be missing: all that is in it is included. */
    if (r == -ENOENT && target[strlen(target) - 1] == '/')
        return true;
    if (r == -ENOENT)
        return note_fault(reading, INCLUDE_MISSING, file, target);
    if (r == -EPERM && reading->found->breach.found)
        return note_fault(reading, INCLUDE_FOREIGN, file, target);
    if (r < 0 || fstat(place, &st) < 0) {
        reading->found->error = r < 0 ? -r : errno;
        return note_fault(reading, INCLUDE_ODD, file, target);
    }
    if (S_ISDIR(st.st_mode))
        return directory_read(reading, file, target, place, depth + 1);
    if (!S_ISREG(st.st_mode))
        return note_fault(reading, INCLUDE_ODD, file, target);
    CLEANUP_FD int fd = reopen(place, 0);
    r = fd < 0 ? -errno : file_read(fd, CONFIG_MAX, &text, &size);
    if (r < 0) {
        reading->found->error = r == -EFBIG ? 0 : -r;
        return note_fault(reading, INCLUDE_ODD, file, target);
    }
    return text_read(reading, target, text, size, depth + 1);
}

/* LXC 4.0 knows a key by how it begins. */
static bool key_begins(const char *key, const char *with)
{
    return strncmp(key, with, strlen(with)) == 0;
}

static void root_take(const struct config_line *line, void *memory)
{
    struct config_root *root = memory;
    const char *value = line->value;
    unsigned inside = 1;
    unsigned outside = 0;
    char kind = 0;

    if (!key_begins(line->key, "lxc.idmap") && !key_begins(line->key, "lxc.id_map"))
        return;
    if (sscanf(value, " %c %u %u", &kind, &inside, &outside) != 3 || inside != 0)
        return;
    if (kind != 'g' && !root->has_uid) {
        root->uid = outside;
        root->has_uid = true;
    }
    if (kind != 'u' && !root->has_gid) {
        root->gid = outside;
        root->has_gid = true;
    }
}

static bool text_read(struct reading *reading, const char *file, const char *text, size_t size,
                      int depth)
{
    CLEANUP_FREE char *value = malloc(PATH_MAX);
    struct config_line line = {.file = file, .value = value};
    const char *end = text + size;
    char key[64];

    if (!value)
        return note_fault(reading, INCLUDE_ODD, file, file);
    line.key = key;
    while (config_line_next(&text, end, key, sizeof(key), value, PATH_MAX)) {
        line.number++;
        if (*key)
            reading->visit(&line, reading->memory);
        if (key_begins(key, "lxc.include") && *value && !target_read(reading, file, value, depth))
            return false;
    }
    return true;
}

void config_walk(const char *file, const char *text, size_t size, bool roots_alone,
                 config_visitor *visit, void *memory, struct config_include *ret)
{
    struct reading reading = {.files_left = FILES_MAX,
                              .roots_alone = roots_alone,
                              .visit = visit,
                              .memory = memory,
                              .found = ret};

    *ret = (struct config_include){.fault = INCLUDE_FINE};
    (void)text_read(&reading, file, text, size, 0);
}

void config_includes_read(const char *file, const char *text, size_t size,
                          struct config_include *ret, struct config_root *ret_root)
{
    *ret_root = (struct config_root){0};
    config_walk(file, text, size, geteuid() == 0, root_take, ret_root, ret);
}
