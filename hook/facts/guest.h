/* SPDX-License-Identifier: MIT */
/*
 * The container as it stands: facts, read through one /proc/PID folder that is opened once, so that
 * a process id used again cannot lead elsewhere. Nothing in the container is changed or executed.
 * Its files are hostile: type-checked before they are opened, size-capped, never waited for.
 */
#ifndef HOOK_GUEST_H
#define HOOK_GUEST_H

#include "base/idmap.h"
#include "facts/config_lines.h"
#include "facts/fault.h"
#include "facts/gpu.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#define GROUP_FILE_MAX  (4u << 20) /* 20,000 groups are half a megabyte */
#define GUEST_NODES_MAX 32
#define GROUP_NAME_MAX  33

struct guest_node {
    char name[16]; /* as the kernel names the number */
    unsigned node_minor;
};

struct guest {
    pid_t pid;   /* the container's init; 0: the container does not run */
    int proc;    /* /proc/PID */
    int root;    /* the container's root folder, O_PATH */
    int user_ns; /* -1: it shares ours (a privileged container) */
    int mnt_ns;
    int cgroup; /* the folder of its device cgroup on this host; -1: not looked for, or unknown */
    bool cgroup_is_v1;
    bool has_dri;       /* /dev/dri is there, as a folder */
    bool has_our_tree;  /* and is what an earlier run of this hook attached */
    uint64_t tree_sum;  /* of what lies there, by tree_sum_add */
    size_t node_count;  /* DRM nodes that /dev/dri already holds, ours aside */
    const char *rootfs; /* the folder on the host that its root is; "" when it is none */
    struct idmap uids;
    struct idmap gids;
    struct config_lines config;
    struct guest_node nodes[GUEST_NODES_MAX];
};

/* A group of the guest, by name. */
struct guest_group {
    bool found;
    uint32_t gid;
    bool has_no_file;  /* of the first: there is no /etc/group */
    bool is_elsewhere; /* of the first: it may be known to a service that only the guest can ask */
};

#define NSS_FILES_MAX 4

/* What nsswitch.conf(5) says of groups, beside /etc/group. */
struct nss_groups {
    size_t count;
    const char *files[NSS_FILES_MAX]; /* group(5) files, below the guest's root */
    bool has_userdb;                  /* systemd: its user database, a file for each group */
    bool has_other;                   /* sss, ldap and the like */
};

/*
 * What the container's own files say: numbers only, for it is found out by a process that the
 * container may influence, in memory that this one shares with it.
 */
struct guest_look {
    bool has_dri;      /* /dev/dri is there, as a folder */
    bool has_our_tree; /* and is what an earlier run of this hook attached */
    uint64_t tree_sum; /* then: of what lies there, by tree_sum_add */
    uint32_t node_count;
    uint32_t node_minors[GUEST_NODES_MAX];
    struct guest_group groups[2];
};

/* Nothing is open or known; without touching the pages of what is only counted. */
void guest_init(struct guest *guest);

/* Closes what is open. For __attribute__((cleanup)). */
void guest_close(struct guest *guest);

/*
 * Opens the container whose init is `pid`. STATUS_USAGE when there is no such process or it is not
 * in a container, STATUS_PRIVILEGE when it may not be looked into. On error nothing stays open,
 * and *ret is as guest_init leaves it.
 * Only the kernel answers here: no file of the container is touched, so this cannot wait for it.
 */
int guest_open(pid_t pid, struct guest *ret, struct fault *fault);

/* The same by a /proc/PID that is open already, and that is taken over. */
int guest_open_at(int proc, pid_t pid, struct guest *ret, struct fault *fault);

/*
 * Pure: finds the cgroup path in the text of /proc/PID/cgroup: the v1 `devices` hierarchy when
 * there is one, else the unified one. False when there is neither or the path leads out of our own
 * view.
 */
bool cgroup_path_find(const char *text, char *ret_path, size_t size, bool *ret_is_v1);

/* Puts the calling process, of one thread, into the cgroup whose folder is open. 0 or -errno. */
int cgroup_join(int folder, bool is_v1);

/* Fills in cgroup and cgroup_is_v1 of a container that is open. Not to find it is no error. */
void guest_find_cgroup(struct guest *guest);

/* The text of the container's /proc/PID/mountinfo, NULL when there is none. The caller frees it. */
char *guest_mountinfo(const struct guest *guest);

/*
 * Reads the container's files below guest->root: /dev/dri when `has_dev` is set, and the groups of
 * `names`, at most 2, "" for none. `mountinfo` may be NULL. STATUS_UNSAFE_PATH when something is
 * not what it has to be. These files may never answer, so only a child does this; see base/child.h.
 */
int guest_look(const struct guest *guest, bool has_dev, const char *mountinfo,
               const char *const names[2], struct guest_look *ret, struct fault *fault);

/* Takes over what a child has found, as far as it can be: a number that is none is left out. */
void guest_take_look(struct guest *guest, const struct guest_look *look,
                     struct guest_group ret_groups[2]);

/*
 * Looks two names up below the guest's root folder: in /etc/group, and where the first is not there
 * in the other group files that its nsswitch.conf names. No such file is no error: nothing is
 * found. STATUS_UNSAFE_PATH when /etc/group is there but no regular file of a sane size.
 */
int guest_find_groups(int root, const char *const names[2], struct guest_group ret[2],
                      struct fault *fault);

/*
 * Reads a file below the guest's root folder, which may be missing: then *ret stays as it is.
 * STATUS_UNSAFE_PATH when it is no regular file of a sane size.
 */
int guest_file_read(int root, const char *path, char **ret, size_t *ret_size, struct fault *fault);

/* guest_look by a child that is given up after 10 s, for a person's commands. */
int guest_look_apart(const char *const names[2], bool has_dev, struct guest *guest,
                     struct guest_group ret_groups[2], struct fault *fault);

/* A folder that is to be a container's root, as a child has found it. */
struct guest_root_look {
    int error;       /* errno of its open, 0 when it can be opened */
    bool is_mounted; /* it holds a file system */
};

/* Looks at such a folder by a child that is given up after 10 s. */
int guest_root_apart(const char *folder, struct guest_root_look *ret, struct fault *fault);

/* Pure: reads the text of nsswitch.conf(5). */
void nsswitch_groups_read(const char *text, struct nss_groups *ret);

/* Pure: the gid of `name` in the text of a group(5) file, the first entry that is well formed. */
struct guest_group group_text_find(const char *text, size_t size, const char *name);

#endif
