/* SPDX-License-Identifier: MIT */
/*
 * One fuzz program for all parsers of the hook: the first byte says which one eats the rest. Each
 * parser's own promises are checked, beside what the sanitizers see.
 */
#include "base/idmap.h"
#include "base/mountinfo.h"
#include "base/text.h"
#include "cli/options.h"
#include "config/edit.h"
#include "config/enabled.h"
#include "config/given.h"
#include "config/include.h"
#include "config/lxc.h"
#include "config/name_words.h"
#include "config/scan.h"
#include "config/shell_words.h"
#include "exit_status.h"
#include "facts/env.h"
#include "facts/gpu.h"
#include "facts/guest.h"
#include "facts/subid.h"
#include "facts/userdb.h"
#include "plan/device_verdict.h"
#include "plan/idmap_change.h"
#include "say/advice_config.h"
#include "say/say.h"
#include "usage/scan.h"
#include "visit/user.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORDS_MAX 24

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

__attribute__((noreturn)) static void broken(const char *promise)
{
    fprintf(stderr, "broken promise: %s\n", promise);
    abort();
}

/* What a terminal could obey, or a line break where there is none. */
static void check_said(const struct err *err)
{
    for (const char *c = err->text; *c; c++)
        if (*c < ' ' || *c > '~')
            broken("what is said is plain");
    for (const char *c = err->fix; *c; c++)
        if ((*c < ' ' && *c != '\n') || *c > '~')
            broken("what is to be pasted is plain");
}

/* A line that somebody may paste: nothing of the input's own begins one, or ends in a shell. */
static void check_fix(const struct err *err, size_t most)
{
    size_t lines = err->fix[0] != '\0';

    check_said(err);
    for (const char *c = err->fix; *c; c++)
        lines += *c == '\n';
    if (lines > most || strpbrk(err->fix, "$`;&|<>"))
        broken("a fix has its own lines, and no words of a shell");
}

static void eat_group(char *text, size_t size)
{
    static const char *const names[] = {"render", "video", "", "g1"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct guest_group group = group_text_find(text, size, names[i]);
        if (group.found && group.gid == UINT32_MAX)
            broken("-1 is no group");
        if (userdb_gid_find(text, size, names[i], &group.gid) && group.gid == UINT32_MAX)
            broken("-1 is no group");
    }
    struct nss_groups nss;
    nsswitch_groups_read(text, &nss);
    if (nss.count > NSS_FILES_MAX)
        broken("there are no more files than fit");
}

static void check_redirect(const struct idmap *map, uint32_t inside, uint32_t outside)
{
    struct idmap_change change;
    uint32_t mapped;

    if (idmap_redirect(map, inside, outside, &change) == 0 &&
        (!idmap_to_outside(&change.map, inside, &mapped) || mapped != outside))
        broken("the id is redirected");
}

static void eat_idmap(char *text, size_t size)
{
    char described[160];
    struct idmap_clash clash;
    struct idmap sound;
    struct idmap map;
    uint32_t id;

    (void)size;
    if (idmap_parse(text, &map) < 0)
        return;
    (void)idmap_describe(&map, described, sizeof(described));
    (void)idmap_to_inside(&map, 107, &id);
    if (idmap_ordinary(&map, 109, &id) && id == 0)
        broken("root is not ordinary");
    if (!idmap_find_clash(&map, &clash))
        check_redirect(&map, 109, 107);
    else if (idmap_untangle(&map, &sound) == 0 && idmap_find_clash(&sound, &clash))
        broken("an untangled map is sound");
}

static void eat_cgroup(char *text, size_t size)
{
    char path[64];
    bool is_v1;

    (void)size;
    if (cgroup_path_find(text, path, sizeof(path), &is_v1) &&
        (path[0] != '/' || strstr(path, "/..")))
        broken("the path stays in our view");
}

static void eat_mountinfo(char *text, size_t size)
{
    uint32_t group = mountinfo_peer_group(text, 31);
    uint32_t connections[4];
    size_t count = mountinfo_fuse_connections(text, "", connections, 4);
    char place[64];

    (void)size;
    if (count > 4 || mountinfo_fuse_connections(text, text, connections, 4) != 0)
        broken("what is known is not found");
    (void)mountinfo_shows_our_tree(text);
    if (group && !mountinfo_hears_group(text, group))
        broken("a group hears itself");
    if (mountinfo_decode(mountinfo_field(text, MOUNTINFO_PLACE), place, sizeof(place)) &&
        strlen(place) > mountinfo_field(text, MOUNTINFO_PLACE).length)
        broken("a decoded word is no longer");
}

static void eat_lxc_info(char *text, size_t size)
{
    struct idmap uids;
    struct idmap gids;
    struct err err;
    const char *value = lxc_config_value(text, "lxc.idmap");
    char *copy = strdup(value);

    (void)size;
    if (copy && lxc_config_idmap_parse(copy, &uids, &gids, &err) == 0 &&
        (uids.count > IDMAP_EXTENTS_MAX || gids.count > IDMAP_EXTENTS_MAX))
        broken("a map is bounded");
    free(copy);
}

static void eat_config(char *text, size_t size)
{
    static const struct idmap current = {1, {{0, 100000, 65536}}};
    static const struct idmap wanted = {2, {{0, 100000, 109}, {109, 107, 1}}};
    char *edited = NULL;
    char *again = NULL;
    struct err err = {0};

    (void)size;
    if (config_replace_gids(text, &current, &wanted, &edited, &err) < 0) {
        check_said(&err);
        return;
    }
    if (config_replace_gids(edited, &wanted, &wanted, &again, &err) < 0 ||
        strcmp(edited, again) != 0)
        broken("what was written is read back");
    free(edited);
    free(again);
}

/* What enable puts into a config comes out again; unless somebody has written such blocks himself.
 */
static void eat_enabled(char *text, size_t size)
{
    static const struct idmap wanted = {2, {{0, 100000, 109}, {109, 107, 1}}};
    static const char line[] = "lxc.include = /usr/share/lxc/config/gpu.conf\n";
    struct enabled_rest first;
    struct enabled_rest second = {.text = NULL};
    struct idmap gids;
    char *hooks = NULL;
    char *both = NULL;
    char shown[64];

    (void)size;
    if (enabled_take_out(text, true, &first) < 0)
        return;
    (void)enabled_by_hand(first.text, shown, sizeof(shown));
    config_gids_read(first.text, &gids);
    if (enabled_put(first.text, first.at, line, &hooks) == 0 &&
        (gids.count ? enabled_put_gids(hooks, &wanted, &both)
                    : enabled_put(first.text, first.at, line, &both)) == 0 &&
        enabled_take_out(both, true, &second) == 0 &&
        !strstr(first.text, "# lxc-gpu-hook enable: ") && strcmp(second.text, first.text) != 0)
        broken("what enable puts in is taken out");
    free(first.text);
    free(second.text);
    free(hooks);
    free(both);
}

/* For warnings about lines that are not needed any more. */
static void eat_config_lines(char *text, size_t size)
{
    static struct config_lines lines;

    (void)size;
    config_lines_init(&lines);
    config_scan_known("/c", false, text, &lines);
    if (lines.entry_count > CONFIG_ENTRIES_MAX || (lines.entry_count && !lines.brings_dri))
        broken("what is listed was seen, and is bounded");
}

/* Words are separated by newlines. */
static int cut_words(char *text, char **words, int max)
{
    char *rest = NULL;
    int count = 0;

    for (char *word = strtok_r(text, "\n", &rest); word && count < max;
         word = strtok_r(NULL, "\n", &rest))
        words[count++] = word;
    words[count] = NULL;
    return count;
}

static void eat_arguments(char *text, size_t size)
{
    static char program[] = "lxc-gpu-hook";
    char *words[WORDS_MAX + 2] = {program};
    static const struct gpu_node node = {.name = "renderD128",
                                         .is_render = true,
                                         .node_minor = 128,
                                         .driver = "i915",
                                         .pci = "0000:00:02.0",
                                         .vendor_id = 0x8086};
    char shown[64];
    struct options options;
    struct err err = {0};
    int count = 1 + cut_words(text, words + 1, WORDS_MAX);

    (void)size;
    if (options_parse(count, words, &options, &err) == 0) {
        if (options.mode & ~0666U)
            broken("a mode is a node's");
        (void)select_matches(&options.selection, &node);
        (void)select_describe(&options.selection, shown, sizeof(shown));
        for (size_t i = 0; i < options.selection.count; i++)
            if (!text_is_shell_word(options.selection.specs[i]))
                broken("a selection that is taken is a plain word");
        if (options.group && !text_is_shell_word(options.group))
            broken("a group that is taken is a plain word");
        advice_hook_lines(&options, NULL, &err);
        check_fix(&err, 2);
    } else if (err.status != STATUS_USAGE) {
        broken("wrong arguments are wrong use");
    }
    check_said(&err);
}

static void eat_environment(char *text, size_t size)
{
    static const char *const names[] = {"LXC_HOOK_TYPE", "LXC_NAME", "LXC_PID", "LXC_ROOTFS_MOUNT",
                                        "LXC_CONFIG_FILE"};
    char *words[WORDS_MAX + 1];
    struct hook_env env;
    const struct about about = {.config_file = NULL};
    char shown[64];
    struct fault fault;
    struct err err;
    int count = cut_words(text, words, WORDS_MAX);

    (void)size;
    for (int i = 0; i < 5; i++)
        (void)(i < count ? setenv(names[i], words[i], 1) : unsetenv(names[i]));
    int rest = count > 5 ? count - 5 : 0;
    (void)hook_env_container(shown, sizeof(shown));
    if (!hook_env_is_hook(rest, words + count - rest))
        return;
    if (hook_env_read(rest, words + count - rest, &env, &fault) < 0) {
        (void)say_fault(&fault, &about, &err);
        if (err.status != STATUS_USAGE)
            broken("a wrong environment is wrong use");
        check_said(&err);
        return;
    }
    if (env.type == HOOK_START_HOST && env.pid <= 0)
        broken("a process id is positive");
}

static void eat_subid(char *text, size_t size)
{
    static const struct account user = {.uid = 7001, .gid = 7001, .name = "tester"};

    (void)size;
    (void)subid_allows(text, &user, user.gid, 107, 1);
    if (subid_allows(text, &user, user.gid, UINT32_MAX, UINT32_MAX))
        broken("more than there is, is not granted");
}

/* Lines as in a config; in each model every verdict and every remedy has to hold. */
static void eat_rules(char *text, size_t size)
{
    static struct device_rules rules;
    static struct device_remedy remedy;

    for (int model = DEVICES_V1; model <= DEVICES_V2_IN_ORDER; model++) {
        const char *next = text;
        char key[64];
        char value[128];
        memset(&rules, 0, sizeof(rules));
        rules.model = (enum device_model)model;
        if (model == DEVICES_V1)
            device_rules_take_parent(&rules, text);
        while (config_line_next(&next, text + size, key, sizeof(key), value, sizeof(value)))
            (void)device_rules_add(&rules, key, value);
        const struct device_verdict verdict = device_rules_judge(&rules, 226, 128);
        if ((verdict.reason == DEVICE_ALLOWED) != device_rules_allow(&rules, 226, 128))
            broken("a verdict that is not the judgement");
        if (rules.count && verdict.rule >= rules.count)
            broken("a line that is not there is to blame");
        device_rules_remedy(&rules, 226, 128, true, &remedy);
        device_rules_remedy(&rules, 226, 128, false, &remedy);
        const struct device_view left = {&rules, rules.count, remedy.is_deleted};
        if (remedy.fix == DEVICE_FIX_DELETE &&
            !(device_view_allows(&left, 226, 128) && device_view_allows(&left, 1, 3)))
            broken("lines are deleted in vain");
    }
}

static void eat_name(char *text, size_t size)
{
    char shown[32];
    unsigned node_minor;
    bool is_render;

    (void)size;
    if (gpu_name_parse(text, &is_render, &node_minor) && node_minor > RENDER_MINOR_MAX)
        broken("a minor is in its range");
    for (const char *c = text_printable(shown, sizeof(shown), text); *c; c++)
        if (*c < ' ' || *c > '~')
            broken("printable is printable");
}

static void eat_words(char *text, size_t size)
{
    static struct name_words name;
    name_words_split(text, &name);
    if (name.count > NAME_WORDS_MAX || (name.fate == NAME_PLAIN && name.count))
        broken("a name is one word, or its words fit");
    (void)given_by_words(text, size, "c1", "lxc.hook.start-host");

    char *words[WORDS_MAX];
    size_t count = 0;

    if (!shell_words_split(text, WORDS_MAX, words, &count))
        return;
    if (count > WORDS_MAX)
        broken("no more words than there is room for");
    for (size_t i = 0; i < count; i++)
        if (words[i] < text || words[i] + strlen(words[i]) > text + size)
            broken("a word lies in its line");
}

/* As LXC reads it; what an include names comes back in a message and in a fix. */
static void eat_include(char *text, size_t size)
{
    const char *rest = text;
    char key[64];
    char value[512];
    struct err err;

    while (config_line_next(&rest, text + size, key, sizeof(key), value, sizeof(value))) {
        if (strchr(key, '\n') || strchr(value, '\n') || rest > text + size)
            broken("a line is a line");
        (void)err_set(&err, STATUS_USAGE, 0, "%s: %s", key, value);
        advice_include("/c", value, &err);
        /* The end of a line, to sed; in quotes, and of our own. */
        char *anchor = strstr(err.fix, " *$/d' /c");
        if (anchor)
            anchor[2] = '_';
        err_fix(&err, "%s %.*s", key, 20, value);
        check_fix(&err, 3);
    }
}

static void check_plain(const char *text)
{
    for (const char *c = text; *c; c++)
        if (*c < ' ' || *c > '~')
            broken("what a table shows is plain");
}

/* The same text as passwd(5) and as group(5). */
static void eat_user(char *text, size_t size)
{
    struct guest_user user;

    if (!user_text_find(text, size, "viewer", &user))
        user = (struct guest_user){.found = false};
    else if (user.uid == UINT32_MAX || user.gid == UINT32_MAX || user.home[0] != '/')
        broken("an id is one, and a home a whole path");
    (void)groups_text_add(text, size, "viewer", &user);
    for (uint32_t i = 0; i < user.group_count; i++)
        if (user.groups[i] == UINT32_MAX || user.group_count > GUEST_USER_GROUPS_MAX)
            broken("a group is one");
}

/* What the kernel says, and what a user can name: a cgroup, and the line of a process. */
static void eat_usage(char *text, size_t size)
{
    struct drm_client client;
    char cgroup[64];
    char name[32];

    (void)size;
    (void)scan_started(text);
    if (scan_cgroup_find(text, cgroup, sizeof(cgroup))) {
        scan_name_find(text, cgroup, name, sizeof(name));
        check_plain(name);
    }
    if (!fdinfo_read(text, &client))
        return;
    check_plain(client.driver);
    check_plain(client.pci);
    for (size_t i = 0; i < client.engine_count; i++) {
        check_plain(client.engines[i].name);
        if (drm_engine_find(&client, client.engines[i].name) == NULL ||
            drm_engine_busy(&(struct drm_engine){.capacity = 1}, &client.engines[i], 1) > 1000)
            broken("a share is at most all");
    }
}

#define EATERS 17U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const eaters[EATERS])(char *text, size_t size) = {
        eat_group,     eat_idmap,       eat_cgroup,  eat_mountinfo, eat_lxc_info, eat_config,
        eat_arguments, eat_environment, eat_subid,   eat_rules,     eat_name,     eat_config_lines,
        eat_words,     eat_include,     eat_enabled, eat_user,      eat_usage};
    char *text;

    if (size == 0)
        return 0;
    text = malloc(size);
    if (!text)
        return 0;
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    /* 'a' is the first. */
    eaters[(data[0] + 32 * EATERS - 'a') % EATERS](text, size - 1);
    free(text);
    return 0;
}
