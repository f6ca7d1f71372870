/* SPDX-License-Identifier: MIT */
/* The lxc.idmap lines of a container: LXC gives up on a bad one before any hook, and says little.
 */
#include "base/cleanup.h"
#include "base/command.h"
#include "cli/check.h"
#include "exit_status.h"
#include "facts/subid.h"
#include "plan/idmap_change.h"
#include "plan/plan.h"
#include "say/advice_config.h"
#include "say/say.h"

static int check_clash(const struct container_facts *facts, const struct idmap *map, char kind,
                       struct err *err)
{
    const struct about nothing = {.options = NULL};
    struct idmap_clash clash;
    struct idmap sound;
    struct fault fault;
    int r;

    if (!idmap_find_clash(map, &clash))
        return 0;
    const struct idmap_extent *a = &map->extents[clash.first];
    const struct idmap_extent *b = &map->extents[clash.second];
    if (plan_untangle(map, &sound, &fault) < 0)
        return say_fault(&fault, &nothing, err);
    r = err_set(
        err, STATUS_OWNERSHIP, 0,
        "the lines 'lxc.idmap = %c %u %u %u' and 'lxc.idmap = %c %u %u %u' claim the same ids",
        kind, a->inside, a->outside, a->length, kind, b->inside, b->outside, b->length);
    if (kind == 'g')
        advice_gids(&sound, facts->config_file, err);
    else if (!advice_map(&sound, kind, err))
        err_fix(err, "# let the longer of the two lines end where the other begins");
    return r;
}

struct id_kind {
    char kind; /* of the config's lines */
    const char *file;
};

/*
 * Ids of another user's are not this one's to have: who could map both would own the other's files.
 * Offered are those that this user has, or some that nobody has.
 */
static void fix_others(const struct id_kind *kind, const char *text, const struct account *user,
                       const struct idmap *map, size_t index, struct err *err)
{
    static struct idmap moved; /* 4 kB */
    struct idmap_extent *extent = &moved.extents[index];
    struct idmap_clash unused;
    uint32_t old = map->extents[index].outside;
    bool has_own;

    moved = *map;
    err_add(err, ", which are another user's");
    has_own = subid_find_own(text, user, extent->length, &extent->outside);
    if ((!has_own && !subid_find_free(text, extent->length, &extent->outside)) ||
        idmap_find_clash(&moved, &unused)) {
        err_fix(err, "# choose ids that nobody has, and grant them in %s", kind->file);
        return;
    }
    if (!has_own)
        advice_grant(user->name, extent->outside, extent->length, kind->file, err);
    err_fix(err, "# the container's files then go from host ids %u and up to %u and up", old,
            extent->outside);
    (void)advice_map(&moved, kind->kind, err);
}

/*
 * newuidmap and newgidmap let a user map only what these files grant, and the own id by itself;
 * root too, since LXC asks them.
 */
static int check_grants(const struct id_kind *kind, const struct account *user, uint32_t own,
                        const struct idmap *map, struct err *err)
{
    CLEANUP_FREE char *text = subid_read(kind->file);

    for (size_t i = 0; text && i < map->count; i++) {
        const struct idmap_extent *extent = &map->extents[i];
        if (subid_allows(text, user, own, extent->outside, extent->length))
            continue;
        int r = err_set(err, STATUS_OWNERSHIP, 0, "%s does not let %s map %u host ids from %u on",
                        kind->file, user->name, extent->length, extent->outside);
        if (extent->length > 1 && subid_is_others(text, user, extent->outside, extent->length))
            fix_others(kind, text, user, map, i, err);
        else
            advice_grant(user->name, extent->outside, extent->length, kind->file, err);
        return r;
    }
    return 0;
}

/* Root maps what it likes where LXC finds no newuidmap to ask (the package uidmap is not LXC's), or
 * where it maps the host's root, which newuidmap never does. */
static bool is_asked(const struct guest *guest)
{
    uint32_t unused;

    return geteuid() != 0 ||
           (command_is_installed("newuidmap") && command_is_installed("newgidmap") &&
            !idmap_to_inside(&guest->uids, 0, &unused));
}

int check_maps(const struct container_facts *facts, struct err *err)
{
    static const struct id_kind uids = {'u', "/etc/subuid"};
    static const struct id_kind gids = {'g', "/etc/subgid"};
    const struct guest *guest = &facts->guest;
    struct account user;
    int r;

    if (facts->is_privileged)
        return 0;
    account_self(&user);
    r = check_clash(facts, &guest->uids, 'u', err);
    if (r == 0)
        r = check_clash(facts, &guest->gids, 'g', err);
    if (r < 0 || !is_asked(guest))
        return r;
    r = check_grants(&uids, &user, user.uid, &guest->uids, err);
    if (r == 0)
        r = check_grants(&gids, &user, user.gid, &guest->gids, err);
    return r;
}
