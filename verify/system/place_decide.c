/* What kind of place this is, from the traces that its manager leaves. */
#include "system/place.h"

#include "base/text.h"
#include "system/mounts.h"

#include <string.h>

/* The line of an overlay names all its layers; the first of them will do. */
#define ROOT_LINE_MAX 2048

/* Manager names as in systemd's container interface (systemd.io/CONTAINER_INTERFACE). */
static const struct {
    const char *word;
    enum place place;
} MANAGERS[] = {
    {"lxc", PLACE_LXC},       {"lxc-libvirt", PLACE_LXC}, {"docker", PLACE_DOCKER},
    {"podman", PLACE_PODMAN}, {"oci", PLACE_OCI},         {"systemd-nspawn", PLACE_NSPAWN},
    {"incus", PLACE_INCUS},
};

/* Traces that a manager leaves in the cgroup path. Not in the mount table: a host that runs
 * containers may show the same words there. */
static const struct {
    const char *word;
    enum place place;
} TRACES[] = {
    {"/lxc.payload", PLACE_LXC}, {"/lxc/", PLACE_LXC},       {"/libpod", PLACE_PODMAN},
    {"/docker/", PLACE_DOCKER},  {"/docker-", PLACE_DOCKER}, {"/kubepods", PLACE_OCI},
};

/* Where their layers lie, in the line of "/" of the mount table. An overlay alone says nothing:
 * live systems and those with composefs have one, too. */
static const struct {
    const char *word;
    enum place place;
} LAYERS[] = {
    {"containerd", PLACE_OCI},
    {"/docker/overlay2/", PLACE_DOCKER},
    {"/containers/storage/overlay", PLACE_PODMAN},
};

static enum place layers_place(const char *mountinfo)
{
    char line[ROOT_LINE_MAX];

    if (!mounts_root_line(mountinfo, line, sizeof(line)))
        return PLACE_HOST;
    for (size_t i = 0; i < sizeof(LAYERS) / sizeof(*LAYERS); i++) {
        if (strstr(line, " - overlay ") && strstr(line, LAYERS[i].word))
            return LAYERS[i].place;
    }
    return PLACE_HOST;
}

/* lxcfs puts its own files over some of /proc, in containers only. */
static bool has_lxcfs(const char *mountinfo)
{
    struct mount_entry entry;

    return mounts_find(mountinfo, "/proc/meminfo", &entry) &&
           text_is_equal(entry.point, "/proc/meminfo");
}

/* What a manager says of itself, or leaves in files of its own; PLACE_HOST when none does. */
static enum place manager_place(const struct place_evidence *evidence)
{
    for (size_t i = 0; i < sizeof(MANAGERS) / sizeof(*MANAGERS); i++) {
        if (text_is_equal(evidence->manager, MANAGERS[i].word))
            return MANAGERS[i].place;
    }
    if (evidence->manager[0])
        return PLACE_CONTAINER;
    if (evidence->has_podman_file)
        return PLACE_PODMAN;
    if (evidence->has_docker_file)
        return PLACE_DOCKER;
    for (size_t i = 0; i < sizeof(TRACES) / sizeof(*TRACES); i++) {
        if (strstr(evidence->cgroup, TRACES[i].word))
            return TRACES[i].place;
    }
    return has_lxcfs(evidence->mountinfo) ? PLACE_LXC : layers_place(evidence->mountinfo);
}

/* "/docker/100000.100000/overlay2/": the directory of a Docker with userns-remap. */
static bool is_remapped(const char *mountinfo)
{
    static const char mark[] = "/docker/";
    char line[ROOT_LINE_MAX];

    if (!mounts_root_line(mountinfo, line, sizeof(line)))
        return false;
    for (const char *at = line; (at = strstr(at, mark)); at++) {
        const char *ids = at + strlen(mark);
        size_t length = strspn(ids, "0123456789.");
        if (length && ids[length] == '/')
            return true;
    }
    return false;
}

bool place_is_nested(enum place place, const struct idmap *map, const char *mountinfo)
{
    if (place != PLACE_DOCKER && place != PLACE_PODMAN)
        return false;
    return map->count > 0 && !idmap_is_initial(map) && map->extents[0].length > 1 &&
           !is_remapped(mountinfo);
}

enum place place_decide(const struct place_evidence *evidence)
{
    enum place place = manager_place(evidence);

    /* Whatever runs the pods: this is set in every one of them. */
    if (evidence->is_kubernetes)
        return PLACE_OCI;
    /* Incus and LXD call themselves lxc, and bind a folder of their own into /dev. */
    if (place == PLACE_LXC && evidence->has_incus_folder)
        return PLACE_INCUS;
    if (place != PLACE_HOST)
        return place;
    if (evidence->is_user_namespace)
        return PLACE_CONTAINER;
    return evidence->is_hypervisor ? PLACE_VM : PLACE_HOST;
}
