/*
 * What is known about one render node and the place this program runs in, without any opinion:
 * verdicts are made from it in judge/.
 *
 * Collected in the supervised child. `struct sys_facts` is complete before the VA driver is loaded
 * and is then made read-only, so a driver that runs wild cannot change it; `va` is written to the
 * end (see facts/va.h). Error fields hold an errno value, 0 for success.
 */
#ifndef VERIFY_FACTS_H
#define VERIFY_FACTS_H

#include "base/idmap.h"
#include "facts/packages.h"
#include "facts/va.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define NODE_PATH_MAX     256
#define NODE_OTHERS_MAX   16
#define ACCESS_GROUPS_MAX 32
#define NAME_MAX_LEN      64

struct node_other {
    char path[48];
    uint32_t minor;
};

struct node_facts {
    char path[NODE_PATH_MAX]; /* as asked for */
    char real[NODE_PATH_MAX]; /* behind symbolic links; "" when there is nothing */
    bool is_link;
    int error;     /* of looking at it */
    uint32_t mode; /* st_mode */
    uint32_t uid, gid;
    uint32_t major, minor;
    bool is_named_render; /* the real name is renderD<named_minor> */
    uint32_t named_minor;
    uint32_t other_count; /* further render nodes in /dev/dri */
    struct node_other others[NODE_OTHERS_MAX];
};

struct access_facts {
    uint32_t uid, gid; /* effective */
    uint32_t group_count;
    uint32_t groups[ACCESS_GROUPS_MAX]; /* supplementary, the first of them */
    bool is_in_group;                   /* the node's gid is among all of this process's groups */
    char user[NAME_MAX_LEN];            /* "" when the uid has no name here */
    char group[NAME_MAX_LEN];           /* name of the node's gid here; "" without one */
    bool is_listed;                     /* /etc/group or /etc/passwd puts the user into it */
    bool has_render;                    /* there is a group "render" here, with this gid: */
    uint32_t render_gid;
    /* A group that lists the user, and whose number is outside gid_map; "" without one. */
    char far_group[NAME_MAX_LEN];
    uint32_t far_gid;
    struct idmap uid_map, gid_map; /* of this process's user namespace; empty when not known */
    uint32_t overflow_uid, overflow_gid;
    char mount_point[NODE_PATH_MAX]; /* where the node lies; "" when unknown */
    char mount_options[128];
    bool is_nodev;
    bool is_open_tried;
    int open_error;
    char label[128]; /* what a security module calls this process; "" without one */
    int null_error;  /* of opening /dev/null */
};

/* Whether the first process of this place has the node. */
enum node_outside { NODE_OUTSIDE_UNKNOWN, NODE_OUTSIDE_THERE, NODE_OUTSIDE_ABSENT };

/* What this process was started in, inside this place. */
struct around_facts {
    char unit[NAME_MAX_LEN]; /* the system service that this is a process of; "" for a login */
    bool has_own_mounts;     /* the node's path lies elsewhere than for the first process */
    enum node_outside outside;
    bool is_first_known; /* the first process' own user and group: */
    uint32_t first_uid, first_gid;
    /* The unit's settings, as systemd has them. */
    bool is_unit_known;
    bool has_private_devices;
    bool is_strict;      /* DevicePolicy=strict: even /dev/null is denied */
    bool does_unit_deny; /* DevicePolicy= and DeviceAllow= leave the node out */
};

struct kernel_facts {
    bool is_asked;
    int error;       /* of asking the node for its version */
    char driver[32]; /* "i915" */
    int32_t major, minor, patch;
    bool is_sys_visible;  /* sysfs is there */
    bool is_node_visible; /* with /sys/dev/char/226:N/device/drm, which libdrm wants */
    char pci[32];         /* "0000:00:02.0"; "" when the device is not a PCI one or unknown */
    uint32_t vendor_id, device_id; /* 0 when unknown */
    /* i915: huc_status is positive when the firmware runs; xe: there is a version then. */
    bool is_huc_asked;
    int huc_error;
    int32_t huc_status;
    char huc_version[32]; /* "9.4.13"; "" when the kernel does not say */
    /* amdgpu: what the kernel driver knows of the GPU's own H.264 encoder. */
    bool is_caps_asked;
    int caps_error;
    bool can_encode;
    uint32_t encode_max_width, encode_max_height;
};

/* Why a GPU on the PCI bus has no node. */
enum pci_why {
    PCI_NO_GPU,
    PCI_NO_MODULE,    /* this kernel has no driver for it */
    PCI_NOT_LOADED,   /* the driver is not loaded */
    PCI_NOT_TAKEN,    /* it is, and made no node */
    PCI_OTHER_DRIVER, /* another one has it, such as vfio-pci */
};

/* The first GPU with video engines on the PCI bus; looked for only where there is no node. */
struct pci_facts {
    enum pci_why why;
    char address[32]; /* "0000:00:10.0" */
    uint32_t vendor_id, device_id;
    char driver[32]; /* that has it; "" when none does */
    char module[32]; /* the kernel driver that it wants */
};

enum place {
    PLACE_HOST,
    PLACE_VM,
    PLACE_LXC,
    PLACE_INCUS, /* or LXD */
    PLACE_DOCKER,
    PLACE_PODMAN,
    PLACE_NSPAWN,
    PLACE_OCI,       /* Kubernetes, containerd: without a trace of their own inside */
    PLACE_CONTAINER, /* of a kind we do not know */
};

/* Who started the LXC container; only its mount table tells, and only sometimes. */
enum starter { STARTER_UNKNOWN, STARTER_ROOT, STARTER_USER };

enum distro { DISTRO_UNKNOWN, DISTRO_DEBIAN, DISTRO_FEDORA, DISTRO_ALPINE, DISTRO_ARCH };

struct place_facts {
    enum place place;
    enum starter starter;
    bool is_lxd;                /* with PLACE_INCUS */
    bool is_nested;             /* in a user namespace that is another container's */
    bool is_cgroup_v1;          /* its device cgroup is a version 1 one */
    char name[NAME_MAX_LEN];    /* what the host calls this container, or the host name */
    char release[NAME_MAX_LEN]; /* of the kernel */
    enum distro distro;
    bool is_ubuntu;     /* or made from it: Debian's packages in other components */
    char distro_id[32]; /* ID of os-release */
    /* Variables that steer libva; "" when unset. */
    char driver_name[NAME_MAX_LEN];   /* LIBVA_DRIVER_NAME */
    char drivers_path[NODE_PATH_MAX]; /* LIBVA_DRIVERS_PATH */
};

/* Media servers that bring a libva and VA drivers of their own. */
enum library_bundle { BUNDLE_JELLYFIN, BUNDLE_EMBY, BUNDLE_PLEX, BUNDLE_COUNT };

struct bundle {
    const char *program, *directory; /* "Jellyfin", where its libva lies; drivers in dri below */
    bool is_musl;                    /* its libva cannot be loaded into this program */
};

/* Which libva this run is about. */
struct library_facts {
    char asked[NODE_PATH_MAX]; /* the directory of --libva; "" for what the system has */
    char path[NODE_PATH_MAX];  /* the file that was loaded; "" when none was */
    char error[200];           /* why not, in the loader's words */
    bool has_bundle[BUNDLE_COUNT];
};

/* How far the child got; the VA part counts for itself in va.progress. */
enum stage { STAGE_NODE, STAGE_ACCESS, STAGE_KERNEL, STAGE_VA, STAGE_END };

struct sys_facts {
    volatile int32_t stage; /* enum stage */
    char doing[96];         /* what is under way, for a person: "opening /dev/dri/renderD128" */
    struct node_facts node;
    struct access_facts access;
    struct around_facts around;
    struct kernel_facts kernel;
    struct pci_facts pci;
    struct place_facts place;
    struct library_facts library;
};

/* What the kernel says once something has failed; false and 0 where it was not asked. */
struct evidence_facts {
    bool is_wedged; /* the GPU could not be reset, and does nothing any more */
    bool are_engines_known;
    uint32_t video_engines;
    bool is_map_denied; /* a security module forbids to map the node */
    bool is_memory_out; /* the cgroup ran out of memory during the run */
};

enum run_end {
    RUN_FINISHED,
    RUN_HUNG,        /* no progress before the deadline, killed */
    RUN_CRASHED,     /* ended by a signal */
    RUN_LEFT,        /* ended without having finished: something called exit */
    RUN_INTERRUPTED, /* this program was told to end */
};

/* How the supervised child ended. */
struct run_facts {
    int64_t began; /* seconds since 1970; 0: not known */
    enum run_end end;
    int signal; /* that ended it, or that interrupted us */
    int exit_code;
    double seconds;
    double silence; /* seconds since the work last got on, when it hung */
    bool is_late;   /* it got on when it was ended, and the time for the whole run was over */
    bool is_stuck;  /* did not even die of SIGKILL: it waits inside the kernel */
};

struct facts {
    struct va_request request;
    struct sys_facts sys;
    struct package_facts packages; /* only where something is wrong */
    struct run_facts run;
    struct evidence_facts evidence; /* only where the GPU or its driver failed */
    struct va_facts va;
};

const struct bundle *library_bundle(enum library_bundle bundle);

/* Whose label it is, by its form: user:role:type:level, or a profile with its mode. */
enum label_kind { LABEL_NONE, LABEL_SELINUX, LABEL_APPARMOR };
enum label_kind label_kind(const char *label);

/* Whether st_mode and st_rdev are those of a render node. */
bool facts_is_render_number(mode_t mode, dev_t rdev);
bool node_is_render(const struct node_facts *node);

/* The GPU has HuC firmware, and it does not run. */
bool kernel_is_huc_down(const struct kernel_facts *kernel);

/* i915 loads HuC firmware on this GPU without being told to. */
bool kernel_loads_huc_itself(const struct kernel_facts *kernel);

#endif
