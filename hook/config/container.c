/* SPDX-License-Identifier: MIT */
#include "config/container.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "config/init.h"
#include "exit_status.h"
#include "facts/account.h"
#include "facts/env.h"
#include "facts/overlay.h"
#include "plan/plan.h"
#include "say/advice_config.h"
#include "say/say.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

void container_close(struct container_facts *facts)
{
    guest_close(&facts->guest);
    obeyed_close(&facts->obeyed);
    free(facts->rootfs_path);
    facts->rootfs_path = NULL;
}

static void load_owner(struct container_facts *facts)
{
    const struct stat *st = &facts->obeyed.st;

    snprintf(facts->config_file, sizeof(facts->config_file), "%s/config", facts->obeyed.directory);
    account_user(st->st_uid, st->st_gid, &facts->owner);
}

static int load_maps(struct container_facts *facts, struct err *err)
{
    static const struct idmap identity = {1, {{0, 0, UINT32_MAX}}};
    struct guest *guest = &facts->guest;
    int r = lxc_config_idmap(&facts->container, &guest->uids, &guest->gids, err);

    if (r < 0)
        return r;
    facts->is_privileged = guest->uids.count == 0 && guest->gids.count == 0;
    if (facts->is_privileged) {
        guest->uids = identity;
        guest->gids = identity;
    }
    return 0;
}

/*
 * A running container's root is a folder whatever it is made of; and only there is it surely
 * mounted: Proxmox mounts it in the monitor's mount namespace alone.
 */
static bool open_running_root(struct container_facts *facts, pid_t pid)
{
    static const struct idmap none;
    struct guest *guest = &facts->guest;
    struct err unused;

    if (init_open(&facts->container, pid, facts->is_privileged ? &none : &guest->uids,
                  facts->is_privileged ? &none : &guest->gids, &guest->proc, &unused) == 0)
        guest->root = openat(guest->proc, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
    return guest->root >= 0;
}

/* A layer that is missing is none; LXC makes the upper one. */
static int open_overlay_root(struct container_facts *facts, struct overlay *overlay,
                             struct err *err)
{
    const struct about nothing = {.guest = NULL};
    size_t count = 0;
    struct fault fault;
    char shown[100];

    for (size_t i = 0; i < overlay->count; i++) {
        struct guest_root_look look = {0};
        if (guest_root_apart(overlay->layers[i], &look, &fault) < 0)
            return say_fault(&fault, &nothing, err);
        if (look.error == 0)
            overlay->layers[count++] = overlay->layers[i];
    }
    overlay->count = count;
    facts->guest.root = count ? overlay_open(overlay) : -1;
    if (facts->guest.root < 0)
        snprintf(facts->no_root, sizeof(facts->no_root), "%s: %s",
                 text_printable(shown, sizeof(shown), facts->rootfs_path),
                 count ? strerror(errno) : "none of its directories is there");
    return 0;
}

/* "dir:/path" and "/path" are folders. What is on the way may never answer: by a child. */
static int open_stopped_root(struct container_facts *facts, struct err *err)
{
    struct guest *guest = &facts->guest;
    struct guest_root_look look = {0};
    const struct about nothing = {.guest = NULL};
    struct fault fault;
    char shown[100];

    text_printable(shown, sizeof(shown), guest->rootfs[0] ? guest->rootfs : facts->rootfs_path);
    if (guest->rootfs[0] && guest_root_apart(guest->rootfs, &look, &fault) < 0)
        return say_fault(&fault, &nothing, err);
    if (look.is_mounted)
        guest->root = open(guest->rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (guest->rootfs[0] && !look.error && !look.is_mounted)
        snprintf(facts->no_root, sizeof(facts->no_root),
                 "%s is empty: its file system is not mounted", shown);
    else if (guest->root < 0)
        snprintf(facts->no_root, sizeof(facts->no_root), "%s: %s", shown,
                 guest->rootfs[0] ? strerror(look.error ? look.error : errno) : "not a directory");
    return 0;
}

static int load_root(struct container_facts *facts, struct err *err)
{
    static struct overlay overlay; /* 8 kB */
    pid_t pid = 0;
    int r = lxc_config_get(&facts->container, "lxc.rootfs.path", &facts->rootfs_path, err);

    if (r == 0)
        r = lxc_container_pid(&facts->container, &pid, err);
    if (r < 0)
        return r;
    /* Without one LXC starts the container on the host's own. */
    facts->guest.rootfs = facts->rootfs_path[0] ? hook_env_rootfs(facts->rootfs_path) : "/";
    if (pid > 0 && open_running_root(facts, pid))
        return 0;
    return access(facts->rootfs_path, F_OK) < 0 && overlay_parse(facts->rootfs_path, &overlay)
               ? open_overlay_root(facts, &overlay, err)
               : open_stopped_root(facts, err);
}

int container_no_root(const struct options *options, const struct container_facts *facts,
                      const char *why, struct err *err)
{
    int r = options->has_gid ? err_set(err, STATUS_UNSAFE_PATH, 0,
                                       "look into the container's root: %s", facts->no_root)
                             : err_set(err, STATUS_UNSAFE_PATH, 0, "look for the group %s: %s",
                                       options->group ? options->group : "render", facts->no_root);

    advice_start(facts->container.lxcpath, facts->container.name, why, err);
    return r;
}

static int load_options(struct container_facts *facts, struct err *err)
{
    CLEANUP_FREE char *autodev = NULL;
    CLEANUP_FREE char *mount = NULL;
    int r = lxc_config_get(&facts->container, "lxc.autodev", &autodev, err);

    if (r == 0)
        r = lxc_config_get(&facts->container, "lxc.rootfs.options", &mount, err);
    if (r < 0)
        return r;
    facts->has_autodev = !text_is_equal(autodev, "0");
    for (char *rest = NULL, *word = strtok_r(mount, ",", &rest); word;
         word = strtok_r(NULL, ",", &rest))
        facts->is_read_only |= text_is_equal(word, "ro");
    return 0;
}

int container_load(const struct options *options, struct container_facts *ret, struct err *err)
{
    int r;

    *ret = (struct container_facts){0};
    guest_init(&ret->guest);
    obeyed_init(&ret->obeyed);
    if (options->rest_count != 2) {
        r = err_set(err, STATUS_USAGE, 0, "%s wants the name of one container", options->rest[0]);
        err_fix(err, "lxc-ls -f    # the containers there are");
        return r;
    }
    ret->container = (struct container){.name = options->rest[1], .lxcpath = options->lxcpath};
    ret->container.obeyed = &ret->obeyed;
    ret->container.is_next = true;
    r = lxc_container_check(&ret->container, err);
    if (r < 0)
        return r;
    load_owner(ret);
    r = load_maps(ret, err);
    if (r == 0)
        r = load_options(ret, err);
    if (r == 0)
        r = load_root(ret, err);
    return r;
}

/* ---- its files, which may never answer ------------------------------------------------------- */

int container_look(const struct options *options, bool has_dev, struct guest *guest,
                   struct guest_group ret[2], struct err *err)
{
    const struct about about = {.options = options, .guest = guest};
    const char *names[2];
    struct fault fault;

    plan_group_names(options, names);
    if (guest_look_apart(names, has_dev, guest, ret, &fault) < 0)
        return say_fault(&fault, &about, err);
    return 0;
}
