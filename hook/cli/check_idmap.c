/* The lxc.idmap lines of a container: LXC gives up on a bad one before any hook, and says little.
 */
#include "base/cleanup.h"
#include "base/command.h"
#include "cli/check.h"
#include "facts/subid.h"
#include "exit_status.h"
#include "plan/idmap_clash.h"
#include "plan/unmapped.h"
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

/*
 * newuidmap and newgidmap let a user map only what these files grant, and the own id by itself;
 * root too, since LXC asks them.
 */
static int check_grants(const char *file, const struct account *user, uint32_t own,
                        const struct idmap *map, struct err *err)
{
    CLEANUP_FREE char *text = subid_read(file);

    for (size_t i = 0; text && i < map->count; i++) {
        const struct idmap_extent *extent = &map->extents[i];
        if (subid_allows(text, user, own, extent->outside, extent->length))
            continue;
        int r = err_set(err, STATUS_OWNERSHIP, 0, "%s does not let %s map %u host ids from %u on",
                        file, user->name, extent->length, extent->outside);
        advice_grant(user->name, extent->outside, extent->length, file, err);
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
    const struct guest *guest = &facts->guest;
    struct account user;
    int r = check_clash(facts, &guest->uids, 'u', err);

    if (facts->is_privileged)
        return 0;
    account_self(&user);
    if (r == 0)
        r = check_clash(facts, &guest->gids, 'g', err);
    if (r < 0 || !is_asked(guest))
        return r;
    r = check_grants("/etc/subuid", &user, user.uid, &guest->uids, err);
    if (r == 0)
        r = check_grants("/etc/subgid", &user, user.gid, &guest->gids, err);
    return r;
}
