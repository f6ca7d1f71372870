#include "container.h"

#include "account.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "exit_status.h"
#include "worker.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

void container_close(struct container_facts *facts)
{
    guest_close(&facts->guest);
    free(facts->rootfs_path);
    facts->rootfs_path = NULL;
}

static int load_owner(struct container_facts *facts, struct err *err)
{
    char folder[PATH_MAX - 16];
    struct stat st;
    int r = lxc_container_folder(&facts->container, folder, sizeof(folder), err);

    if (r < 0)
        return r;
    snprintf(facts->config_file, sizeof(facts->config_file), "%s/config", folder);
    if (stat(facts->config_file, &st) < 0)
        return err_set(err, STATUS_USAGE, errno, "find the config %s", facts->config_file);
    account_user(st.st_uid, st.st_gid, &facts->owner);
    return 0;
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

/* "dir:/path" and "/path" are folders; a running container's root is one whatever it is made of. */
static int load_root(struct container_facts *facts, struct err *err)
{
    char proc[40];
    pid_t pid = 0;
    int r = lxc_config_get(&facts->container, "lxc.rootfs.path", &facts->rootfs_path, err);

    if (r < 0)
        return r;
    const char *folder = facts->guest.rootfs = lxc_rootfs_folder(facts->rootfs_path);
    if (folder[0])
        facts->guest.root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (facts->guest.root >= 0)
        return 0;
    snprintf(facts->no_root, sizeof(facts->no_root), "%s: %s", facts->rootfs_path,
             folder[0] ? strerror(errno) : "not a folder");
    r = lxc_container_pid(&facts->container, &pid, err);
    if (r < 0 || pid == 0)
        return r;
    snprintf(proc, sizeof(proc), "/proc/%d/root", pid);
    facts->guest.root = open(proc, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (facts->guest.root >= 0)
        facts->no_root[0] = '\0';
    return 0;
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
    if (options->rest_count != 2) {
        r = err_set(err, STATUS_USAGE, 0, "%s wants the name of one container", options->rest[0]);
        err_fix(err, "lxc-ls -f    # the containers there are");
        return r;
    }
    ret->container = (struct container){.name = options->rest[1], .lxcpath = options->lxcpath};
    r = lxc_container_check(&ret->container, err);
    if (r == 0)
        r = load_owner(ret, err);
    if (r == 0)
        r = load_maps(ret, err);
    if (r == 0)
        r = load_options(ret, err);
    if (r == 0)
        r = load_root(ret, err);
    return r;
}

/* ---- its files, which may never answer ------------------------------------------------------- */

struct look {
    const struct options *options;
    bool has_dev;
    struct guest *guest;
    struct guest_group *groups;
};

static int look_steps(void *memory, struct err *err)
{
    struct look *look = memory;
    int r = look->has_dev ? guest_read_dri(look->guest, err) : 0;

    if (r == 0 && look->guest->root >= 0)
        r = guest_find_plan_groups(look->options, look->guest->root, look->groups, err);
    return r;
}

int container_look(const struct options *options, bool has_dev, struct guest *guest,
                   struct guest_group ret[2], struct err *err)
{
    struct look look = {options, has_dev, guest, ret};
    const struct worker_job work = {.steps = look_steps, .memory = &look, .keeps_privilege = true};

    return worker_run(&work, err);
}
