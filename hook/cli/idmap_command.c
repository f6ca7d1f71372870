/* SPDX-License-Identifier: MIT */
/*
 * `lxc-gpu-hook idmap NAME`: the id map for a container that an ordinary user starts. Where root
 * starts it the nodes are made for the container's own group, whatever the map: nothing is to be
 * changed then, but lines that claim the same ids, with which nobody can start it.
 */
#include "cli/cli.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/as_owner.h"
#include "cli/idmap.h"
#include "config/container.h"
#include "config/edit.h"
#include "exit_status.h"
#include "facts/gpu.h"
#include "facts/place.h"
#include "facts/subid.h"
#include "plan/idmap_change.h"
#include "plan/plan.h"
#include "say/advice_config.h"
#include "say/say.h"
#include "start/gpu_wait.h"
#include "start/privilege.h"

#include <stdio.h>

static void tell_clash(const struct container_facts *facts, const struct idmap_clash *clash)
{
    const struct idmap_extent *a = &facts->guest.gids.extents[clash->first];
    const struct idmap_extent *b = &facts->guest.gids.extents[clash->second];

    (void)fprintf(stderr,
                  "lxc-gpu-hook: the lines 'g %u %u %u' and 'g %u %u %u' claim the same ids; the "
                  "shorter one wins\n",
                  a->inside, a->outside, a->length, b->inside, b->outside, b->length);
}

/* One guest gid can stand for one host gid only. */
static void tell_other_groups(const struct options *options, const struct gpu_list *gpus,
                              const struct idmap_wish *wish)
{
    for (size_t i = 0; i < gpus->count; i++) {
        const struct gpu_node *node = &gpus->nodes[i];
        if (plan_is_wanted(options, gpus, node) && node->gid != wish->node.gid)
            (void)fprintf(stderr,
                          "lxc-gpu-hook: %s belongs to host gid %u, not %u: these lines do not "
                          "serve it (choose with --select)\n",
                          node->name, node->gid, wish->node.gid);
    }
}

int idmap_wish_find(const struct options *options, struct container_facts *facts,
                    struct gpu_list *gpus, struct idmap_wish *ret, struct err *err)
{
    static struct plan plan; /* for its owner only */
    const struct about about = {.options = options, .gpus = gpus};
    struct guest_group groups[2] = {{0}};
    struct fault fault;
    int r = gpu_wait_wanted(options, GPU_AS_IT_IS, gpus, &fault);

    if (r < 0)
        return say_fault(&fault, &about, err);
    if (facts->guest.root < 0 && !options->has_gid)
        r = container_no_root(options, facts, "and work it out again while it runs", err);
    if (r == 0 && !options->has_gid)
        r = container_look(options, false, &facts->guest, groups, err);
    if (r < 0)
        return r;
    if (plan_choose_group(options, groups, &plan, &fault) < 0)
        return say_fault(&fault, &about, err);
    ret->node = *plan_first_wanted(options, gpus);
    ret->owner = plan.owner;
    return 0;
}

static void print_map(const struct container_facts *facts, const struct idmap *map)
{
    char proxmox[PROXMOX_FILE_MAX];
    char shown[PATH_MAX];

    printf("# in %s, in place of its lxc.idmap = g lines:\n",
           text_printable(shown, sizeof(shown), config_place_edited(facts->config_file, proxmox)));
    for (size_t i = 0; i < map->count; i++)
        printf("lxc.idmap = g %u %u %u\n", map->extents[i].inside, map->extents[i].outside,
               map->extents[i].length);
}

static void print_lines(const struct container_facts *facts, const struct idmap_change *change,
                        const struct idmap_wish *wish)
{
    printf("# guest gid %u%s%s%s is host gid %u, the group of /dev/dri/%s\n", wish->owner.guest_gid,
           wish->owner.group[0] ? " (" : "", wish->owner.group, wish->owner.group[0] ? ")" : "",
           wish->node.gid, wish->node.name);
    if (change->has_moved)
        printf("# guest gid %u moves from host gid %u to %u\n", change->moved_inside,
               wish->node.gid, change->moved_outside);
    print_map(facts, &change->map);
}

void idmap_print_grant(const struct container_facts *facts, const struct idmap_wish *wish)
{
    CLEANUP_FREE char *text = subid_read("/etc/subgid");
    char line[160];

    if (text && text_is_shell_word(facts->owner.name) &&
        !subid_allows(text, &facts->owner, facts->owner.gid, wish->node.gid, 1))
        printf("# so that the user %s may map it:\n%s\n", facts->owner.name,
               advice_grant_line(facts->owner.name, wish->node.gid, 1, "/etc/subgid", line,
                                 sizeof(line)));
}

static int write_map(const struct options *options, const struct container_facts *facts,
                     const struct idmap *map, struct err *err)
{
    char shown[PATH_MAX];
    int r;

    if (!options->write)
        return 0;
    r = config_write_gids(facts->config_file, &facts->obeyed, &facts->guest.gids, map, err);
    if (r == 0)
        printf("# written; the old config is %s.lxc-gpu-hook.bak\n",
               text_printable(shown, sizeof(shown), facts->config_file));
    return r;
}

static int calculate(const struct options *options, const struct container_facts *facts,
                     const struct idmap_wish *wish, struct err *err)
{
    struct idmap_change change = {0};
    struct idmap_clash clash;
    struct idmap sound = facts->guest.gids;
    const struct about about = {.gids = &sound};
    struct fault fault;
    char shown[PATH_MAX];
    bool has_clash = idmap_find_clash(&facts->guest.gids, &clash);
    int r = 0;

    text_printable(shown, sizeof(shown), facts->config_file);
    if (has_clash) {
        tell_clash(facts, &clash);
        r = plan_untangle(&facts->guest.gids, &sound, &fault);
    }
    if (r == 0)
        r = plan_redirect(&sound, wish->owner.guest_gid, wish->node.gid, &change, &fault);
    if (r < 0)
        return say_fault(&fault, &about, err);
    if (change.is_same && !has_clash) {
        printf("# guest gid %u is host gid %u already: nothing to change in %s\n",
               wish->owner.guest_gid, wish->node.gid, shown);
    } else {
        print_lines(facts, &change, wish);
        r = write_map(options, facts, &change.map, err);
    }
    idmap_print_grant(facts, wish);
    return r;
}

static int calculate_for_user(const struct options *options, struct container_facts *facts,
                              struct err *err)
{
    static struct gpu_list gpus;
    struct idmap_wish wish = {0};
    struct fault fault;
    int r = idmap_wish_find(options, facts, &gpus, &wish, err);

    if (r == 0 && plan_gid_pair(&wish.node, &wish.owner, &fault) < 0)
        r = say_fault(&fault, &(const struct about){.options = options}, err);
    if (r < 0)
        return r;
    tell_other_groups(options, &gpus, &wish);
    return calculate(options, facts, &wish, err);
}

/* An entry for the host's group would be one more to be granted, and give the container nothing. */
static int not_needed(const struct options *options, const struct container_facts *facts,
                      struct err *err)
{
    static const char why[] =
        "root starts it, and gives it nodes of its own group whatever its id "
        "map is: no lxc.idmap line is needed for that";

    if (options->write)
        return err_set(err, STATUS_USAGE, 0, "container %s: %s; nothing is written",
                       facts->container.name, why);
    printf("# container %s: %s; nothing to change\n", facts->container.name, why);
    return 0;
}

static int calculate_for_root(const struct options *options, const struct container_facts *facts,
                              struct err *err)
{
    const struct about nothing = {.options = NULL};
    struct idmap_clash clash;
    struct idmap sound;
    struct fault fault;

    if (facts->is_privileged || !idmap_find_clash(&facts->guest.gids, &clash))
        return not_needed(options, facts, err);
    tell_clash(facts, &clash);
    if (plan_untangle(&facts->guest.gids, &sound, &fault) < 0)
        return say_fault(&fault, &nothing, err);
    print_map(facts, &sound);
    return write_map(options, facts, &sound, err);
}

int cli_idmap(const struct options *options, struct err *err)
{
    __attribute__((cleanup(container_close))) struct container_facts facts;
    int r = container_load(options, &facts, err);

    if (r < 0)
        as_owner_fix(options, &facts.obeyed.breach, err);
    else if (privilege_is_roots())
        r = calculate_for_root(options, &facts, err);
    else if (facts.is_privileged)
        r = err_set(err, STATUS_OWNERSHIP, 0,
                    "container %s has no lxc.idmap lines: its ids are the host's own",
                    facts.container.name);
    else
        r = calculate_for_user(options, &facts, err);
    if (r < 0)
        err_wrap(err, "work out the idmap");
    return r;
}
