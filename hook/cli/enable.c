/*
 * `lxc-gpu-hook enable NAME`: the whole set-up of one container. Its config gets the lines for this
 * hook and, where an ordinary user starts it, the id map; users of the container get the group; a
 * container that runs gets the nodes; and at the end stands what `check` says.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "cli/as_owner.h"
#include "cli/check.h"
#include "cli/cli.h"
#include "cli/edit_config.h"
#include "cli/idmap.h"
#include "config/edit.h"
#include "config/enabled.h"
#include "config/scan.h"
#include "exit_status.h"
#include "plan/idmap_change.h"
#include "say/advice_config.h"
#include "say/report.h"
#include "say/say.h"
#include "start/privilege.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- the lines ------------------------------------------------------------------------------- */

static void hook_lines(const struct options *options, bool is_privileged, struct text *out)
{
    struct options plain = *options;
    char line[LINES_SIZE / 4];

    plain.verbose = plain.quiet = false;
    text_add(out, "%s\n", advice_hook_line(&plain, "mount", NULL, line, sizeof(line)));
    text_add(out, "%s\n", advice_hook_line(&plain, "start-host", NULL, line, sizeof(line)));
    if (is_privileged)
        text_add(out,
                 "lxc.cgroup.devices.allow = c 226:* rwm\n"
                 "lxc.cgroup2.devices.allow = c 226:* rwm\n");
}

bool edit_has_hook_options(const struct options *options)
{
    return check_asks_what_if(options) || options->wait_seconds;
}

int edit_lines_make(const struct options *options, bool is_privileged, char ret[LINES_SIZE],
                    struct err *err)
{
    struct text out = {.data = ret, .size = LINES_SIZE};
    bool is_plain = true;

    ret[0] = '\0';
    for (size_t i = 0; i < options->selection.count; i++)
        is_plain &= text_is_shell_word(options->selection.specs[i]);
    if (edit_has_hook_options(options))
        hook_lines(options, is_privileged, &out);
    else
        text_add(&out, "lxc.include = " CONFIG_FOLDER "/%s\n",
                 is_privileged ? "gpu-privileged.conf" : "gpu.conf");
    if (out.cut || !is_plain)
        return err_set(err, STATUS_USAGE, 0, "the options do not fit on a line of a config");
    return 0;
}

/* ---- the id map ------------------------------------------------------------------------------ */

static int map_put(const struct container_facts *facts, const struct idmap *gids,
                   const struct idmap_wish *wish, char **text, struct err *err)
{
    struct idmap_change change = {0};
    struct idmap sound = *gids;
    struct idmap_clash clash;
    struct fault fault;
    char *made;
    int r = 0;

    if (!config_gids_are(facts->obeyed.text, &facts->guest.gids))
        return config_gids_elsewhere(err);
    r = plan_gid_pair(&wish->node, &wish->owner, &fault);
    if (r == 0 && idmap_find_clash(gids, &clash))
        r = plan_untangle(gids, &sound, &fault);
    if (r == 0)
        r = plan_redirect(&sound, wish->owner.guest_gid, wish->node.gid, &change, &fault);
    if (r < 0)
        return say_fault(&fault, &(const struct about){.gids = &sound}, err);
    if (enabled_put_gids(*text, &change.map, &made) < 0)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "edit the config");
    free(*text);
    *text = made;
    return 0;
}

/* What the host's own node needs; `text` has the map that was there before enable. */
static int map_for_user(const struct options *options, struct container_facts *facts, char **text,
                        struct err *err)
{
    static struct gpu_list gpus;
    struct idmap_wish wish = {0};
    struct guest guest;
    int r = idmap_wish_find(options, facts, &gpus, &wish, err);

    if (r < 0)
        return r;
    guest = facts->guest;
    config_gids_read(*text, &guest.gids);
    if (!plan_lets_group_in(&guest, &wish.owner, &wish.node))
        r = map_put(facts, &guest.gids, &wish, text, err);
    if (r == 0)
        idmap_print_grant(facts, &wish);
    return r;
}

/* ---- the config ------------------------------------------------------------------------------ */

/* A line that a person wrote stays; with options there would be two of one type. */
static int hand_written(const struct options *options, const char *file, const char *line,
                        struct err *err)
{
    if (edit_has_hook_options(options))
        return err_set(err, STATUS_USAGE, 0,
                       "%s starts this hook already, by a line that enable did not put in, and "
                       "keeps it: '%s'; delete it, or give it the options",
                       file, line);
    printf("# stays as it is in %s: %s\n", file, line);
    return 0;
}

/* By a file that the config includes, which is not ours to change. */
static int is_included(const struct container_facts *facts, bool had_hooks, bool *ret,
                       struct err *err)
{
    CLEANUP_FREE char *lines = NULL;
    int r = lxc_config_get(&facts->container, "lxc.hook.start-host", &lines, err);
    size_t count = 0;

    for (const char *next = lines; r == 0 && (next = config_hook_find(next)); next++)
        count++;
    *ret = count > (had_hooks ? 1 : 0);
    return r;
}

static int text_make(const struct options *options, struct container_facts *facts, char **ret,
                     struct err *err)
{
    __attribute__((cleanup(edit_rest_close))) struct enabled_rest rest = {0};
    bool is_users = !privilege_is_roots() && !facts->is_privileged;
    bool has_line;
    char lines[LINES_SIZE];
    char line[200] = "an included file's";
    int r = edit_lines_make(options, facts->is_privileged, lines, err);

    if (r == 0)
        r = edit_rest_take(facts->obeyed.text, is_users, &rest, err);
    if (r < 0)
        return r;
    has_line = enabled_by_hand(rest.text, line, sizeof(line));
    if (!has_line)
        r = is_included(facts, rest.had_hooks, &has_line, err);
    if (r == 0 && has_line)
        r = hand_written(options, facts->config_file, line, err);
    if (r < 0)
        return r;
    if (has_line)
        *ret = rest.text ? strdup(rest.text) : NULL;
    else if (enabled_put(rest.text, rest.at, lines, ret) < 0)
        *ret = NULL;
    if (!*ret)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "edit the config");
    return is_users ? map_for_user(options, facts, ret, err) : 0;
}

static int config_edit(const struct options *options, struct edited *ret, struct err *err)
{
    __attribute__((cleanup(container_close))) struct container_facts facts;
    CLEANUP_FREE char *text = NULL;
    int r = container_load(options, &facts, err);

    if (r < 0)
        as_owner_fix(options, &facts.obeyed.breach, err);
    if (r == 0)
        r = edit_check_owner(options, &facts.obeyed, err);
    if (r == 0)
        r = text_make(options, &facts, &text, err);
    if (r == 0)
        r = edit_write(facts.config_file, &facts.obeyed, text, err);
    ret->can_look = r == 0;
    ret->is_running = r == 0 && facts.guest.proc >= 0;
    ret->is_privileged = r == 0 && facts.is_privileged;
    return r;
}

/* ---- the container --------------------------------------------------------------------------- */

static void member_line(const char *user, const char *group)
{
    printf("# when it runs, in the container:\nusermod -aG %s %s || addgroup %s %s\n", group, user,
           user, group);
}

/* usermod(8), and busybox' addgroup where there is none. */
static int member_add(const struct container *container, const char *user, const char *group,
                      struct err *err)
{
    const char *const usermod[] = {"usermod", "-aG", group, user, NULL};
    const char *const addgroup[] = {"addgroup", user, group, NULL};
    int status = 0;
    int r = lxc_container_run(container, usermod, &status, err);

    if (r == 0 && (status == 126 || status == 127))
        r = lxc_container_run(container, addgroup, &status, err);
    if (r == 0 && status != 0)
        r = err_set(err, STATUS_OWNERSHIP, 0,
                    "put the user %s of the container into its group %s: its own program ended "
                    "with status %d; is there such a user?",
                    user, group, status);
    if (r == 0)
        printf(
            "# %s is in the container's group %s, from the next login or restart of a service "
            "on\n",
            user, group);
    return r;
}

/* The name, or the number, that --member's users are put into. */
static int group_find(const struct options *options, struct container_facts *facts,
                      char ret[GROUP_NAME_MAX], struct err *err)
{
    static struct plan plan;
    struct guest_group groups[2] = {{0}};
    struct fault fault;
    int r = container_look(options, false, &facts->guest, groups, err);

    if (r < 0)
        return r;
    if (plan_choose_group(options, groups, &plan, &fault) < 0)
        return say_fault(&fault, &(const struct about){.options = options}, err);
    if (!options->has_gid)
        snprintf(ret, GROUP_NAME_MAX, "%s", plan.owner.group);
    if (!ret[0] || text_is_equal(ret, "root"))
        return err_set(
            err, STATUS_OWNERSHIP, 0,
            "the container has no group for its nodes but root's, which nobody is put into");
    return 0;
}

int edit_members_add(const struct options *options, const struct edited *edited, struct err *err)
{
    __attribute__((cleanup(container_close))) struct container_facts facts = {0};
    char group[GROUP_NAME_MAX];
    int r = 0;

    guest_init(&facts.guest);
    obeyed_init(&facts.obeyed);
    if (options->has_gid)
        snprintf(group, sizeof(group), "%u", options->gid);
    else
        snprintf(group, sizeof(group), "%s", options->group ? options->group : "render");
    if (edited->can_look)
        r = container_load(options, &facts, err);
    if (r == 0 && facts.guest.root >= 0)
        r = group_find(options, &facts, group, err);
    for (size_t i = 0; r == 0 && i < options->member_count; i++) {
        if (facts.guest.proc >= 0)
            r = member_add(&facts.container, options->members[i], group, err);
        else
            member_line(options->members[i], group);
    }
    return r;
}

int edit_give_now(const struct options *options, const struct edited *edited, struct err *err)
{
    const struct report_style style = {.quiet = options->quiet, .verbose = options->verbose};
    struct options attach = *options;
    char word[] = "attach";
    char *rest[] = {word, options->rest[1], NULL};
    int r;

    attach.rest = rest;
    if (!privilege_is_roots()) {
        printf("# it runs: it gets the nodes when it is started again\n");
        return 0;
    }
    r = cli_attach(&attach, err);
    report_open(&style);
    if (r < 0 && err->status == STATUS_DEVICE_CGROUP && edited->is_privileged) {
        printf("# it runs, and its device rules act from its next start on\n");
        return 0;
    }
    return r;
}

static int check_at_last(const struct options *options, struct err *err)
{
    struct options check = {.mode = OPTIONS_MODE,
                            .lxcpath = options->lxcpath,
                            .verbose = options->verbose,
                            .quiet = options->quiet,
                            .word_count = options->word_count,
                            .words = options->words,
                            .rest_count = 2};
    char word[] = "check";
    char *rest[] = {word, options->rest[1], NULL};

    check.rest = rest;
    return cli_check(&check, err);
}

int cli_enable(const struct options *options, struct err *err)
{
    struct edited edited = {0};
    char ctid[PROXMOX_FILE_MAX];
    int r;

    if (proxmox_find(options, ctid))
        return proxmox_enable(options, ctid, err);
    r = edit_again(config_edit, options, &edited, err);

    if (r < 0) {
        if (options->rest_count == 2)
            err_wrap(err, "enable container %s", options->rest[1]);
        return r;
    }
    if (options->member_count)
        r = edit_members_add(options, &edited, err);
    if (r == 0 && edited.is_running)
        r = edit_give_now(options, &edited, err);
    (void)fflush(stdout); /* what check says on stderr comes behind it */
    if (r == 0)
        r = check_at_last(options, err);
    if (r < 0)
        err_wrap(err, "container %s is enabled", options->rest[1]);
    return r;
}
