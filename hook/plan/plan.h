/*
 * What will be done, worked out from facts alone: no system call. start/node.c makes it,
 * start/attach.c mounts it, start/witness.c opens it.
 */
#ifndef HOOK_PLAN_H
#define HOOK_PLAN_H

#include "facts/fault.h"
#include "facts/gpu.h"
#include "facts/guest.h"
#include "facts/options.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PLAN_OPS_MAX      (2 * GPU_NODES_MAX + GUEST_NODES_MAX)
#define PLAN_WARNINGS_MAX 10

/* What is as it is planned, and perhaps not as it was meant; say/report.h has the words. */
enum plan_warning_kind {
    WARN_NO_RENDER_GROUP,  /* number: the gid that is used; name: its group */
    WARN_NO_GROUP_FILE,    /* the same, before there is an /etc/group */
    WARN_GROUP_ELSEWHERE,  /* the same, where a service of the guest's may know the group */
    WARN_KEPT,             /* name: the node */
    WARN_ENTRY,            /* number: of the config's mount entries the one that is not needed */
    WARN_ENTRY_KEEPS,      /* the same, but that it brings a node that this hook does not: name */
    WARN_ENTRY_HIDES,      /* number: of the entries one whose node this hook's /dev/dri hides */
    WARN_ENTRY_HIDES_CARD, /* the same, of a primary node, which --with-card would make */
    WARN_CHANGER,          /* another hook of the config changes a node of the host */
    WARN_INIT,             /* the first program is not in the group of the nodes; name: that */
    WARN_HOLE,             /* number: of the extents of the gid map the one that is not needed */
    WARN_RULE_V1,          /* a device rule without effect */
    WARN_AGAIN,            /* the config starts this hook more than once */
};

struct plan_warning {
    enum plan_warning_kind kind;
    size_t number;
    char name[GROUP_NAME_MAX];
};

enum op_kind {
    OP_NODE, /* make a device node */
    OP_LINK, /* by-path/NAME -> TARGET */
    OP_KEEP, /* show a node that /dev/dri already held, as it is */
};

struct op {
    enum op_kind kind;
    char name[88]; /* below /dev/dri */
    char target[32];
    const struct gpu_node *gpu; /* OP_NODE; the caller's list */
};

/* Who owns the nodes, as the guest and as the host number them. */
struct plan_owner {
    uint32_t guest_uid, guest_gid;
    uid_t host_uid;
    gid_t host_gid;
    char group[GROUP_NAME_MAX]; /* the guest's name for it; "" when asked for by number */
};

/* Somebody ordinary in the guest, who must be able to open the nodes afterwards. */
struct plan_witness {
    uint32_t guest_uid, guest_gid;
};

struct plan {
    bool is_bound;  /* the host's own nodes, bound in by the mount hook: only to be proven */
    uid_t root_uid; /* the guest's root, on the host: owner of the folders and links */
    gid_t root_gid;
    struct plan_owner owner;
    mode_t mode;
    struct plan_witness witness;
    size_t op_count;
    size_t warning_count;
    /*
     * Arrays come last and are not zeroed: only the first `count` entries are valid. Zeroing them
     * would touch about 60 kB per start.
     */
    struct op ops[PLAN_OPS_MAX];
    struct plan_warning warnings[PLAN_WARNINGS_MAX];
};

/* Adds a warning; one too many is left out. */
void plan_warn(struct plan *plan, enum plan_warning_kind kind, size_t number, const char *name);

/* Adds the warnings about lines of the config that this hook makes unnecessary. */
void plan_warn_config(struct plan *plan, const struct gpu_list *gpus, const struct guest *guest);

/* Adds the warning that the container's first program is not let in. */
void plan_warn_init(struct plan *plan, const struct guest *guest);

/* The ids of the container's root on the host. STATUS_OWNERSHIP when they are not mapped. */
int plan_map_root(const struct guest *guest, struct plan *plan, struct fault *fault);

/* Of what is planned, by tree_sum_add: what a container has that got it already. */
uint64_t plan_tree_sum(const struct plan *plan);

/* Whether this node of /dev/dri is shown on as it is. */
bool plan_keeps(const struct plan *plan, const char *name);

/* True when the selection picks at least one of the host's nodes. */
bool plan_has_match(const struct options *options, const struct gpu_list *gpus);

/* The names that plan_build wants looked up in the guest; "" for none. */
void plan_group_names(const struct options *options, const char *ret_names[2]);

/*
 * STATUS_NO_NODE when nothing is selected, STATUS_OWNERSHIP when the owner is not mapped or the
 * group does not exist. `groups` answers plan_group_names. Pointers into `gpus` are kept.
 */
int plan_build(const struct options *options, const struct gpu_list *gpus,
               const struct guest *guest, const struct guest_group groups[2], struct plan *ret,
               struct fault *fault);

/*
 * The same for a container that an ordinary user starts, where nothing can be made: the steps are
 * those of the wanted nodes that the mount hook has bound already; none is no error here.
 */
int plan_build_bound(const struct options *options, const struct gpu_list *gpus,
                     const struct guest *guest, const struct guest_group groups[2],
                     struct plan *ret, struct fault *fault);

/* The guest's group that gets the nodes, as plan_build picks it. */
int plan_choose_group(const struct options *options, const struct guest_group groups[2],
                      struct plan *ret, struct fault *fault);

/* Whether the selection picks this node. */
bool plan_is_wanted(const struct options *options, const struct gpu_list *gpus,
                    const struct gpu_node *node);

/*
 * The first one that it picks, NULL when there is none. Where an id map is worked out it stands for
 * the others: one guest gid can stand for one host gid only.
 */
const struct gpu_node *plan_first_wanted(const struct options *options,
                                         const struct gpu_list *gpus);

/*
 * Whether the host's own node lets members of the guest's group in, when it is bound as it is: its
 * gid as the guest sees it is the group's, or its mode lets everybody in.
 */
bool plan_is_usable_as_it_is(const struct gpu_node *node, bool is_gid_mapped, uint32_t gid_inside,
                             uint32_t guest_gid);

/* The same by the guest's id map, where the gid is known as the host numbers it. */
bool plan_lets_group_in(const struct guest *guest, const struct plan_owner *owner,
                        const struct gpu_node *node);

/*
 * A wanted node that is usable as it is and yet not in the guest: the mount hook has not run, or
 * not with these options. NULL when there is none.
 */
const struct gpu_node *plan_left_unbound(const struct options *options, const struct gpu_list *gpus,
                                         const struct guest *guest, const struct plan_owner *owner);

/* The name of a node's by-path link, "" when sysfs does not know the device. */
void plan_link_name(const struct gpu_node *node, char *ret, size_t size);

/* The failure that no node is wanted of those that there are: STATUS_NO_NODE. */
int plan_no_match(struct fault *fault);

/*
 * 0, or STATUS_OWNERSHIP where one of the two is a root group. Of the guest it has to stay what it
 * is, since half of the guest's files belong to it; of the host it is no container's.
 */
int plan_gid_pair(const struct gpu_node *node, const struct plan_owner *owner, struct fault *fault);

/* The failure "the id map does not make this node usable", or why none could. */
int plan_unmapped(const struct gpu_node *node, const struct plan_owner *owner,
                  const struct guest *guest, struct fault *fault);

#endif
