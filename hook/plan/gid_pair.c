#include "plan/gid_pair.h"

#include "exit_status.h"

int gid_pair_check(const struct gpu_node *node, const struct plan_owner *owner, struct err *err)
{
    const char *group = owner->group;
    int r;

    if (owner->guest_gid == 0) {
        r = err_set(err, STATUS_OWNERSHIP, 0,
                    "%s the container's group root has to keep its host gid",
                    *group ? "the container has no group render, and" : "guest gid 0:");
        err_fix(err, "groupadd -r render || addgroup -S render    # in the container");
        return r;
    }
    if (node->gid == 0) {
        r = err_set(err, STATUS_OWNERSHIP, 0,
                    "/dev/dri/%s belongs to the host's group root, which no container should get",
                    node->name);
        err_fix(err,
                "sh -c 'groupadd -rf render && udevadm trigger --settle --action=add "
                "--subsystem-match=drm'");
        return r;
    }
    return 0;
}
