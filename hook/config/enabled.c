/* SPDX-License-Identifier: MIT */
#include "config/enabled.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "config/edit.h"
#include "config/include.h"
#include "config/scan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MARK  "# lxc-gpu-hook enable: "
#define BEGIN MARK "begin; lxc-gpu-hook disable takes these lines out"
#define MAP   MARK "id map "
#define WAS   MARK "was "
#define END   MARK "end"

/* ---- lines ----------------------------------------------------------------------------------- */

struct line {
    const char *start;
    size_t length; /* without its line break */
    bool is_open;  /* the last one, which has none */
};

static bool line_next(const char **next, struct line *ret)
{
    if (!**next)
        return false;
    ret->start = *next;
    ret->length = strcspn(ret->start, "\n");
    ret->is_open = ret->start[ret->length] == '\0';
    *next = ret->start + ret->length + !ret->is_open;
    return true;
}

static bool line_is(const struct line *line, const char *text)
{
    return line->length == strlen(text) && memcmp(line->start, text, line->length) == 0;
}

static bool line_begins(const struct line *line, const char *text)
{
    return line->length >= strlen(text) && memcmp(line->start, text, strlen(text)) == 0;
}

struct setting {
    char key[64];
    char value[512];
};

static void setting_read(const struct line *line, struct setting *ret)
{
    const char *next = line->start;

    ret->key[0] = ret->value[0] = '\0';
    (void)config_line_next(&next, line->start + line->length, ret->key, sizeof(ret->key),
                           ret->value, sizeof(ret->value));
}

bool enabled_is_snippet(const char *path)
{
    static const char *const names[] = {"gpu.conf", "gpu-privileged.conf", "gpu-intel.conf",
                                        "gpu-amd.conf"};
    const char *slash = strrchr(path, '/');

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (text_is_equal(slash ? slash + 1 : path, names[i]))
            return true;
    return false;
}

/* A line that starts this hook. */
static bool names_hook(const struct setting *setting)
{
    if (text_is_equal(setting->key, "lxc.include"))
        return enabled_is_snippet(setting->value);
    return (text_is_equal(setting->key, "lxc.hook.mount") ||
            text_is_equal(setting->key, "lxc.hook.start-host")) &&
           config_hook_find(setting->value);
}

static bool is_drm_rule(const struct setting *setting)
{
    return (text_is_equal(setting->key, "lxc.cgroup.devices.allow") ||
            text_is_equal(setting->key, "lxc.cgroup2.devices.allow")) &&
           text_is_equal(setting->value, "c 226:* rwm");
}

static bool is_gid_line(const struct line *line)
{
    struct setting setting;
    struct idmap_extent unused;

    setting_read(line, &setting);
    return config_gid_line_read(setting.key, setting.value, &unused);
}

/* ---- the id map ------------------------------------------------------------------------------ */

/* FNV-1a: tells an edit, and nothing that an enemy does, who may write here what he likes. */
static uint32_t text_sum(const char *text, size_t size)
{
    uint32_t sum = 2166136261u;

    for (size_t i = 0; i < size; i++)
        sum = (sum ^ (unsigned char)text[i]) * 16777619u;
    return sum;
}

/* Whether the old map comes back: enable's is as it was written, or there is none at all. */
static bool map_is_ours(const char *text)
{
    bool has_gids = false;
    struct line line;

    for (const char *next = text; line_next(&next, &line);) {
        char sum[16];
        const char *body = next;
        has_gids |= is_gid_line(&line);
        if (!line_begins(&line, MAP))
            continue;
        while (line_next(&next, &line))
            if (line_is(&line, END)) {
                snprintf(sum, sizeof(sum), "%08x", text_sum(body, (size_t)(line.start - body)));
                return strncmp(body - strlen(sum) - 1, sum, strlen(sum)) == 0;
            }
        return false;
    }
    return !has_gids;
}

static void map_add(struct text *out, const struct idmap *gids)
{
    char body[IDMAP_EXTENTS_MAX * 48];
    struct text text = TEXT_ON(body);

    body[0] = '\0';
    for (size_t i = 0; i < gids->count; i++)
        text_add(&text, "lxc.idmap = g %u %u %u\n", gids->extents[i].inside,
                 gids->extents[i].outside, gids->extents[i].length);
    text_add(out, MAP "%08x\n%s" END, text_sum(body, text.used), body);
}

int enabled_put_gids(const char *text, const struct idmap *gids, char **ret)
{
    /* Each line can become a remark. */
    size_t size = strlen(text) * (sizeof(WAS) + 1) + gids->count * 48 + 256;
    CLEANUP_FREE char *made = calloc(1, size);
    struct text out = {.data = made, .size = size};
    bool is_first = true;
    struct line line;

    if (!made)
        return -ENOMEM;
    for (const char *next = text; line_next(&next, &line);) {
        bool is_gid = is_gid_line(&line);
        text_add(&out, "%s%.*s", is_gid ? WAS : "", (int)line.length, line.start);
        if (is_gid && is_first) {
            text_add(&out, "\n");
            map_add(&out, gids);
            is_first = false;
        }
        text_add(&out, "%s", line.is_open ? "" : "\n");
    }
    *ret = made;
    made = NULL;
    return 0;
}

/* ---- out and in ------------------------------------------------------------------------------ */

enum block { BLOCK_NONE, BLOCK_HOOKS, BLOCK_MAP };

struct taking {
    struct enabled_rest *rest;
    struct text out;
    bool with_map, gives_back;
    bool is_open; /* a block's end was the file's, without a line break */
    enum block block;
};

static void keep(struct taking *taking, const struct line *line, size_t from)
{
    text_add(&taking->out, "%.*s%s", (int)(line->length - from), line->start + from,
             line->is_open ? "" : "\n");
}

static void take_inside(struct taking *taking, const struct line *line)
{
    struct setting setting;
    bool goes;

    if (line_is(line, END)) {
        taking->block = BLOCK_NONE;
        taking->is_open = line->is_open;
        return;
    }
    setting_read(line, &setting);
    goes = taking->block == BLOCK_MAP ? taking->gives_back
                                      : names_hook(&setting) || is_drm_rule(&setting);
    if (!goes)
        keep(taking, line, 0);
}

static void take_line(struct taking *taking, const struct line *line)
{
    if (taking->block != BLOCK_NONE) {
        take_inside(taking, line);
    } else if (line_is(line, BEGIN)) {
        taking->block = BLOCK_HOOKS;
        if (!taking->rest->had_hooks)
            taking->rest->at = taking->out.used;
        taking->rest->had_hooks = true;
    } else if (taking->with_map && line_begins(line, MAP)) {
        taking->block = BLOCK_MAP;
        taking->rest->has_edited_map = !taking->gives_back;
    } else if (!taking->with_map || !line_begins(line, WAS)) {
        keep(taking, line, 0);
    } else if (taking->gives_back) {
        keep(taking, line, strlen(WAS));
    }
}

int enabled_take_out(const char *text, bool with_map, struct enabled_rest *ret)
{
    size_t size = strlen(text) + 1;
    char *made = calloc(1, size);
    struct taking taking = {.rest = ret, .out = {.data = made, .size = size}, .with_map = with_map};
    struct line line;

    *ret = (struct enabled_rest){.text = made};
    if (!made)
        return -ENOMEM;
    taking.gives_back = map_is_ours(text);
    for (const char *next = text; line_next(&next, &line);)
        take_line(&taking, &line);
    if (taking.is_open && taking.out.used && made[taking.out.used - 1] == '\n')
        made[--taking.out.used] = '\0';
    if (!ret->had_hooks || ret->at > taking.out.used)
        ret->at = taking.out.used;
    return 0;
}

int enabled_put(const char *text, size_t at, const char *lines, char **ret)
{
    bool is_open = at > 0 && text[at] == '\0' && text[at - 1] != '\n';
    size_t size = strlen(text) + strlen(lines) + sizeof(BEGIN) + sizeof(END) + 8;
    char *made = calloc(1, size);
    struct text out = {.data = made, .size = size};

    if (!made)
        return -ENOMEM;
    text_add(&out, "%.*s%s" BEGIN "\n%s" END "%s%s", (int)at, text, is_open ? "\n" : "", lines,
             is_open ? "" : "\n", text + at);
    *ret = made;
    return 0;
}

bool enabled_by_hand(const char *text, char *ret, size_t size)
{
    struct line line;
    struct setting setting;
    char whole[512];

    for (const char *next = text; line_next(&next, &line);) {
        setting_read(&line, &setting);
        if (!names_hook(&setting))
            continue;
        snprintf(whole, sizeof(whole), "%.*s", (int)line.length, line.start);
        text_printable(ret, size, whole);
        return true;
    }
    return false;
}
