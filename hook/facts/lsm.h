/* SPDX-License-Identifier: MIT */
/*
 * The security module that confines this process: AppArmor's profile or SELinux's context. Both may
 * refuse the hook's mounts, and each is fixed in its own way, so they are told apart.
 */
#ifndef HOOK_LSM_H
#define HOOK_LSM_H

#define LSM_LABEL_MAX 128

enum lsm_kind {
    LSM_NONE,     /* nothing confines this process, as far as it can see */
    LSM_APPARMOR, /* "lxc-start (enforce)" */
    LSM_SELINUX,  /* "system_u:system_r:container_runtime_t:s0" */
};

struct lsm {
    enum lsm_kind kind;
    char label[LSM_LABEL_MAX]; /* printable; "" when the kind is LSM_NONE */
};

/* Pure: what the text of /proc/self/attr/current says. */
struct lsm lsm_parse(const char *text);

/*
 * Leaves an AppArmor profile that confines this process, if there is one: lxc-start's own denies
 * attaching a detached mount from Linux 6.7 on. *ret is what confines us afterwards. An SELinux
 * context is only told: a process cannot leave it, and its policy, not this program, says what a
 * hook may do.
 */
void lsm_leave_apparmor(struct lsm *ret);

#endif
