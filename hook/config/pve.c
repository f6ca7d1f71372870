#include "config/pve.h"

#include "base/text.h"
#include "config/enabled.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OWN_PREFIX "/etc/pve/lxc-gpu-"
#define OWN_SUFFIX ".conf"

struct line {
    const char *start;
    size_t length; /* with its line break */
    bool is_main;  /* the container's own settings */
    char key[64];
    char value[512];
};

/* "key: value"; what begins with lxc. may have an equals sign. */
static void setting_read(struct line *line)
{
    char text[600];
    char *separator;
    char *end;

    line->key[0] = line->value[0] = '\0';
    snprintf(text, sizeof(text), "%.*s", (int)strcspn(line->start, "\n"), line->start);
    separator = text + strcspn(text, ":=");
    if (text[0] == '#' || !*separator ||
        (*separator == '=' && strncmp(text, "lxc.", strlen("lxc.")) != 0))
        return;
    end = separator;
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    snprintf(line->key, sizeof(line->key), "%.*s", (int)(end - text), text);
    separator++;
    separator += strspn(separator, " \t");
    end = separator + strlen(separator);
    while (end > separator && isspace((unsigned char)end[-1]))
        end--;
    snprintf(line->value, sizeof(line->value), "%.*s", (int)(end - separator), separator);
}

static bool line_next(const char **next, struct line *line)
{
    if (!**next)
        return false;
    line->start = *next;
    line->length = strcspn(line->start, "\n");
    line->length += line->start[line->length] == '\n';
    line->is_main &= line->start[0] != '[';
    setting_read(line);
    *next = line->start + line->length;
    return true;
}

static bool is_own_file(const char *path)
{
    size_t length = strlen(path);
    size_t suffix = strlen(OWN_SUFFIX);

    return strncmp(path, OWN_PREFIX, strlen(OWN_PREFIX)) == 0 && length > suffix &&
           text_is_equal(path + length - suffix, OWN_SUFFIX);
}

static bool is_our_include(const struct line *line)
{
    return line->is_main && text_is_equal(line->key, "lxc.include") &&
           (enabled_is_snippet(line->value) || is_own_file(line->value));
}

/* "dev0" */
static bool is_device(const char *key)
{
    return strncmp(key, "dev", 3) == 0 && key[3] && !key[3 + strspn(key + 3, "0123456789")];
}

static void line_take(const struct line *line, struct pve_config *ret)
{
    const char *key = line->key;

    if (text_is_equal(key, "lock"))
        text_printable(ret->lock, sizeof(ret->lock), line->value);
    else if (text_is_equal(key, "lxc.idmap") ||
             (text_is_equal(key, "unprivileged") && text_is_equal(line->value, "1")))
        ret->is_privileged = false;
    else if (is_device(key) && strstr(line->value, "/dev/dri/") && !ret->device[0])
        snprintf(ret->device, sizeof(ret->device), "%.15s", key);
    else if (strncmp(key, "lxc.hook.", strlen("lxc.hook.")) == 0 &&
             strstr(line->value, "lxc-gpu-hook") && !ret->by_hand[0])
        text_printable(ret->by_hand, sizeof(ret->by_hand), line->value);
}

void pve_config_read(const char *text, struct pve_config *ret)
{
    struct line line = {.is_main = true};

    *ret = (struct pve_config){.is_privileged = true};
    for (const char *next = text; line_next(&next, &line) && line.is_main;)
        line_take(&line, ret);
}

int pve_include_set(const char *text, const char *file, char **ret)
{
    struct line line = {.is_main = true};
    size_t added = file ? strlen(file) + 32 : 0;
    char *made = calloc(1, strlen(text) + added + 1);
    struct text out = {.data = made, .size = strlen(text) + added + 1};
    bool is_there = false;
    bool is_done = false;

    if (!made)
        return -ENOMEM;
    for (const char *next = text; !is_there && line_next(&next, &line);)
        is_there = is_our_include(&line);
    if (file && !is_there)
        text_add(&out, "lxc.include: %s\n", file);
    line.is_main = true;
    for (const char *next = text; line_next(&next, &line);) {
        if (!is_our_include(&line)) {
            text_add(&out, "%.*s", (int)line.length, line.start);
            continue;
        }
        if (file && !is_done)
            text_add(&out, "lxc.include: %s\n", file);
        is_done = true;
    }
    *ret = made;
    return 0;
}

void pve_own_file(const char *ctid, char ret[PROXMOX_FILE_MAX])
{
    snprintf(ret, PROXMOX_FILE_MAX, OWN_PREFIX "%s" OWN_SUFFIX, ctid);
}
