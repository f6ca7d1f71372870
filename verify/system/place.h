/* Facts about where this program runs. */
#ifndef VERIFY_PLACE_H
#define VERIFY_PLACE_H

#include "facts/facts.h"

void place_collect(struct place_facts *ret);

/* What there is to judge by; every text may be empty. */
struct place_evidence {
    const char *manager;   /* container= of the container manager, or its files */
    const char *cgroup;    /* /proc/self/cgroup and /proc/1/cgroup */
    const char *mountinfo; /* /proc/self/mountinfo */
    bool is_kubernetes;    /* its variables are set */
    bool has_incus_folder; /* /dev/incus, or LXD's /dev/lxd */
    bool has_docker_file;  /* /.dockerenv */
    bool has_podman_file;  /* /run/.containerenv */
    bool is_hypervisor;    /* the processor says so */
    bool is_user_namespace;
};

enum place place_decide(const struct place_evidence *evidence);

/*
 * Whether the user namespace is not of this container's own making: Docker has one of its own only
 * as an ordinary user's, whose map begins with that one user, or by userns-remap, where its files
 * lie in a directory that is called after the ids.
 */
bool place_is_nested(enum place place, const struct idmap *map, const char *mountinfo);

/* Name and starter of an LXC container, from the folder its root file system lies in. */
void place_name_lxc(const char *mountinfo, struct place_facts *ret);

/* From the text of /etc/os-release. */
void place_distro(const char *os_release, struct place_facts *ret);

#endif
