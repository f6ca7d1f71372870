#include "judge/checks.h"

#include <errno.h>
#include <string.h>

/* An overflow id is one that has no place in our map; in the first namespace it is a real user. */
static bool is_unmapped(uint32_t id, uint32_t overflow, const struct idmap *map)
{
    return id == overflow && !idmap_is_initial(map);
}

static bool is_owner_unmapped(const struct facts *f)
{
    return is_unmapped(f->sys.node.uid, f->sys.access.overflow_uid, &f->sys.access.uid_map);
}

static bool is_group_unmapped(const struct facts *f)
{
    return is_unmapped(f->sys.node.gid, f->sys.access.overflow_gid, &f->sys.access.gid_map);
}

/* The group of the node has a name here that stands for something else than a GPU. */
static bool is_group_foreign(const struct facts *f)
{
    const struct access_facts *access = &f->sys.access;

    return access->group[0] && !is_group_unmapped(f) && !text_is_equal(access->group, "render") &&
           !text_is_equal(access->group, "video") && !text_is_equal(access->group, "root") &&
           access->has_render;
}

static bool does_mode_allow(const struct facts *f)
{
    const struct node_facts *node = &f->sys.node;
    uint32_t bits = node->mode & 07U;

    if (node->uid == f->sys.access.uid && !is_owner_unmapped(f))
        bits = node->mode >> 6 & 07U;
    else if (f->sys.access.is_in_group && !is_group_unmapped(f))
        bits = node->mode >> 3 & 07U;
    return (bits & 06U) == 06U;
}

static bool is_eperm(const struct facts *f)
{
    return f->sys.access.open_error == EPERM;
}

static bool is_eperm_for_null(const struct facts *f)
{
    return f->sys.access.null_error == EPERM;
}

static bool is_without_driver(const struct facts *f)
{
    return f->sys.access.open_error == ENXIO || f->sys.access.open_error == ENODEV;
}

static bool is_refused(const struct facts *f)
{
    return f->sys.access.open_error == EACCES;
}

static bool is_on_nodev(const struct facts *f)
{
    return is_refused(f) && f->sys.access.is_nodev;
}

static bool is_refused_against_mode(const struct facts *f)
{
    return is_refused(f) && does_mode_allow(f);
}

/* An LXC container has a label of AppArmor in any case, and its mounts may be what is wrong. */
static bool is_refused_by_label(const struct facts *f)
{
    enum label_kind kind = label_kind(f->sys.access.label);

    return is_refused_against_mode(f) &&
           (kind == LABEL_SELINUX ||
            (kind == LABEL_APPARMOR && idmap_is_initial(&f->sys.access.uid_map)));
}

static bool is_unmapped_for_outer(const struct facts *f)
{
    return is_refused(f) && is_group_unmapped(f) && f->sys.place.is_nested;
}

static bool is_unmapped_for_root(const struct facts *f)
{
    return is_refused(f) && is_group_unmapped(f) && f->sys.access.uid == 0;
}

static bool is_unmapped_for_user(const struct facts *f)
{
    return is_refused(f) && is_group_unmapped(f);
}

static bool is_root_outside_group(const struct facts *f)
{
    return is_refused(f) && f->sys.access.uid == 0 && is_owner_unmapped(f) &&
           !f->sys.access.is_in_group && !is_group_foreign(f);
}

static bool is_mode_too_narrow(const struct facts *f)
{
    return is_refused(f) && (f->sys.access.is_in_group || (f->sys.node.mode & 060U) != 060U);
}

static bool is_login_stale(const struct facts *f)
{
    return is_refused(f) && f->sys.access.is_listed;
}

static bool is_refused_by_foreign_group(const struct facts *f)
{
    return is_refused(f) && is_group_foreign(f);
}

/* For the unit's own rules; those above it may deny as well, which then shows. */
static bool is_denied_by_unit(const struct facts *f)
{
    return f->sys.around.does_unit_deny &&
           (is_eperm(f) && (!is_eperm_for_null(f) || f->sys.around.is_strict));
}

static bool is_group_far(const struct facts *f)
{
    return is_refused(f) && f->sys.access.is_listed && f->sys.access.far_group[0];
}

/* systemd.exec(5): groups of /etc/group come with User=, and root's never. */
static bool is_unit_without_group(const struct facts *f)
{
    return is_refused(f) && f->sys.around.unit[0] && f->sys.access.group[0] &&
           f->sys.node.gid != 0 && !is_group_foreign(f) &&
           (f->sys.access.uid == 0 || !f->sys.access.user[0]);
}

static bool is_unit_stale(const struct facts *f)
{
    return is_login_stale(f) && f->sys.around.unit[0];
}

static bool is_container_of_a_user(const struct facts *f)
{
    enum place place = f->sys.place.place;
    bool is_lxc = place == PLACE_LXC || place == PLACE_INCUS || place == PLACE_CONTAINER;

    return is_refused(f) && is_lxc && f->sys.around.is_first_known && f->sys.around.first_uid != 0;
}

static bool is_group_root(const struct facts *f)
{
    return is_refused(f) && f->sys.node.gid == 0 && f->sys.access.uid != 0;
}

static bool is_group_nameless(const struct facts *f)
{
    return is_refused(f) && !f->sys.access.group[0];
}

/* The first row that applies names the cause. */
static const struct {
    bool (*applies)(const struct facts *facts);
    enum cause cause;
} ACCESS_CAUSES[] = {
    {is_denied_by_unit, CAUSE_UNIT_DENIES},
    {is_eperm_for_null, CAUSE_LONE_ALLOW},
    {is_eperm, CAUSE_CGROUP},
    {is_without_driver, CAUSE_NO_KERNEL_DRIVER},
    {is_on_nodev, CAUSE_NODEV},
    {is_refused_by_label, CAUSE_LSM_DENIES},
    {is_refused_against_mode, CAUSE_NODEV_NAMESPACE},
    {is_unmapped_for_outer, CAUSE_UNMAPPED_NESTED},
    {is_unmapped_for_root, CAUSE_UNMAPPED_ROOT},
    {is_unmapped_for_user, CAUSE_UNMAPPED},
    {is_mode_too_narrow, CAUSE_MODE},
    {is_group_far, CAUSE_FAR_GROUP},
    {is_unit_without_group, CAUSE_UNIT_WITHOUT_GROUP},
    {is_unit_stale, CAUSE_STALE_UNIT},
    {is_login_stale, CAUSE_STALE_LOGIN},
    {is_container_of_a_user, CAUSE_FIRST_NOT_IN_GROUP},
    {is_group_root, CAUSE_GROUP_IS_ROOT},
    {is_root_outside_group, CAUSE_ROOT_NOT_IN_GROUP},
    {is_refused_by_foreign_group, CAUSE_FOREIGN_GROUP},
    {is_group_nameless, CAUSE_NAMELESS_GROUP},
    {is_refused, CAUSE_NOT_IN_GROUP},
};

static void access_describe(const struct facts *f, struct text *detail)
{
    const struct node_facts *node = &f->sys.node;
    const struct access_facts *access = &f->sys.access;

    if (access->open_error)
        text_add(detail, "%s; ", strerror(access->open_error));
    text_add(detail, "mode %04o, owner %u:%u", node->mode & 07777U, node->uid, node->gid);
    if (access->group[0])
        text_add(detail, " (%s)", access->group);
    text_add(detail, ", user %u", access->uid);
    if (access->user[0])
        text_add(detail, " (%s)", access->user);
}

struct judgement check_access(const struct facts *facts, struct text *detail)
{
    const struct access_facts *access = &facts->sys.access;

    if (!access->is_open_tried)
        return JUDGED_SKIP;
    access_describe(facts, detail);
    for (size_t i = 0; i < sizeof(ACCESS_CAUSES) / sizeof(*ACCESS_CAUSES); i++) {
        if (ACCESS_CAUSES[i].applies(facts))
            return JUDGED_FAIL(ACCESS_CAUSES[i].cause);
    }
    if (access->open_error)
        return JUDGED_FAIL(CAUSE_OPEN_FAILED);
    if (is_group_foreign(facts))
        return JUDGED_WARN(CAUSE_FOREIGN_GROUP_WORKS);
    return JUDGED_PASS;
}
