/* SPDX-License-Identifier: MIT */
/*
 * What LXC tells a hook. Version 0 appends `NAME lxc TYPE` to the hook's own arguments, and
 * for some types more words, version 1
 * sets LXC_HOOK_TYPE; both set the other LXC_* variables (lxc.container.conf(5), LXC 4.0 to 6.0).
 * Pure but for getenv.
 */
#ifndef HOOK_ENV_H
#define HOOK_ENV_H

#include "facts/config_lines.h"
#include "facts/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CONTAINER_NAME_MAX 256

enum hook_type { HOOK_START_HOST, HOOK_MOUNT };

struct hook_env {
    enum hook_type type;
    int proc;        /* attach: /proc/PID of who was found to be the init, open; not of a hook */
    bool is_attach;  /* no hook: a person's attach to a container that runs */
    bool is_refresh; /* attach: only where something else is there than a start would give now */
    pid_t pid;       /* start-host: the container's init, in the host's pid namespace */
    char name[CONTAINER_NAME_MAX]; /* made printable */
    const char *config_file;       /* LXC's own memory; NULL when not told */
    const char *rootfs_mount;      /* mount: where the container's root is put together */
    const char *rootfs;            /* by hook_env_rootfs of the config's lxc.rootfs.path */
    struct config_lines config;    /* what stands in config_file: by config_scan, the caller's */
};

/*
 * Says whether this process was started as a hook at all, without judging how well.
 * `rest` are the arguments left over after the options.
 */
bool hook_env_is_hook(int rest_count, char *const *rest);

/* Whether the environment is one that LXC gives to a hook of version 0, without its type. */
bool hook_env_is_lxcs(void);

/*
 * The name of the container that LXC started this process for, made printable in `buffer`, however
 * wrong the hook line is; "?" when LXC does not tell it. NULL when it was a person.
 */
const char *hook_env_container(char *buffer, size_t size);

/* The type by LXC's name for it. STATUS_USAGE with the reason when the hook cannot work there. */
int hook_type_read(const char *type, enum hook_type *ret, struct fault *fault);

/*
 * Pure: the folder on this host that lxc.rootfs.path names, "dir:/path" or "/path"; a part of it.
 * "" when it is NULL or something else.
 */
const char *hook_env_rootfs(const char *rootfs_path);

/* LXC's names for the types, by index; NULL behind the last. `works`: the hook can be used there.
 */
const char *hook_type_name(size_t index, bool *ret_works);

/* The container's config, as LXC tells it; NULL when it does not. */
const char *hook_env_config_file(void);

/* Reads and checks the environment. STATUS_USAGE with a message that names what is wrong. */
int hook_env_read(int rest_count, char *const *rest, struct hook_env *ret, struct fault *fault);

#endif
