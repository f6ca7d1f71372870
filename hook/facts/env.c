/* SPDX-License-Identifier: MIT */
#include "facts/env.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Above every pid the kernel can give out (PID_MAX_LIMIT on 64 bit). */
#define PID_LIMIT 4194304

struct hook_name {
    const char *name;
    enum cause why_not; /* CAUSE_NONE: works */
    enum hook_type type;
};

static const struct hook_name hook_names[] = {
    {"start-host", CAUSE_NONE, HOOK_START_HOST},
    {"mount", CAUSE_NONE, HOOK_MOUNT},
    {"pre-start", CAUSE_HOOK_PRE_START, HOOK_START_HOST},
    {"pre-mount", CAUSE_HOOK_PRE_MOUNT, HOOK_START_HOST},
    {"autodev", CAUSE_HOOK_AUTODEV, HOOK_START_HOST},
    {"start", CAUSE_HOOK_START, HOOK_START_HOST},
    {"stop", CAUSE_HOOK_STOP, HOOK_START_HOST},
    {"post-stop", CAUSE_HOOK_POST_STOP, HOOK_START_HOST},
    {"clone", CAUSE_HOOK_NO_START, HOOK_START_HOST},
    {"destroy", CAUSE_HOOK_NO_START, HOOK_START_HOST},
};

static const char *env_text(const char *name)
{
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

/* Version 0: NAME, the word lxc, the hook's type; for stop and clone more. */
static bool has_version0_arguments(int rest_count, char *const *rest)
{
    return rest_count >= 3 && text_is_equal(rest[1], "lxc");
}

bool hook_env_is_hook(int rest_count, char *const *rest)
{
    return env_text("LXC_HOOK_TYPE") || has_version0_arguments(rest_count, rest);
}

/* `lxc-start -f` names a config by a path that may be relative. */
bool hook_env_is_lxcs(void)
{
    const char *config_file = env_text("LXC_CONFIG_FILE");

    return env_text("LXC_NAME") && config_file &&
           (config_file[0] == '/' || env_text("LXC_HOOK_VERSION"));
}

const char *hook_env_container(char *buffer, size_t size)
{
    const char *name = env_text("LXC_NAME");

    if (!env_text("LXC_HOOK_TYPE") && !hook_env_is_lxcs())
        return NULL;
    return text_printable(buffer, size, name ? name : "?");
}

int hook_type_read(const char *type, enum hook_type *ret, struct fault *fault)
{
    char shown[40];

    for (size_t i = 0; i < sizeof(hook_names) / sizeof(hook_names[0]); i++) {
        if (!text_is_equal(hook_names[i].name, type))
            continue;
        if (hook_names[i].why_not)
            return fault_set(fault, hook_names[i].why_not, 0, .name = type);
        *ret = hook_names[i].type;
        return 0;
    }
    return fault_set(fault, CAUSE_HOOK_UNKNOWN, 0,
                     .name = text_printable(shown, sizeof(shown), type));
}

const char *hook_type_name(size_t index, bool *ret_works)
{
    if (index >= sizeof(hook_names) / sizeof(hook_names[0]))
        return NULL;
    *ret_works = !hook_names[index].why_not;
    return hook_names[index].name;
}

static int pid_read(const char *name, pid_t *ret, struct fault *fault)
{
    const char *text = env_text("LXC_PID");
    char shown[40];
    uint32_t pid;

    if (!text)
        return fault_set(fault, CAUSE_NO_LXC_PID, 0, .name = name);
    if (text_to_u32(text, 10, PID_LIMIT, &pid) < 0 || pid == 0)
        return fault_set(fault, CAUSE_ODD_LXC_PID, 0, .name = name,
                         .detail = text_printable(shown, sizeof(shown), text));
    *ret = (pid_t)pid;
    return 0;
}

const char *hook_env_rootfs(const char *path)
{
    static const char *const kinds[] = {"dir:", "btrfs:"}; /* both are bound as they are */

    for (size_t i = 0; path && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strncmp(path, kinds[i], strlen(kinds[i])) == 0)
            path += strlen(kinds[i]);
    return path && path[0] == '/' ? path : "";
}

const char *hook_env_config_file(void)
{
    return env_text("LXC_CONFIG_FILE");
}

int hook_env_read(int rest_count, char *const *rest, struct hook_env *ret, struct fault *fault)
{
    bool version0 = has_version0_arguments(rest_count, rest);
    const char *type = version0 ? rest[2] : env_text("LXC_HOOK_TYPE");
    const char *name = version0 ? rest[0] : env_text("LXC_NAME");
    struct hook_env env = {
        .config_file = hook_env_config_file(),
        .rootfs_mount = env_text("LXC_ROOTFS_MOUNT"),
        .rootfs = hook_env_rootfs(env_text("LXC_ROOTFS_PATH")),
    };
    int r;

    if (!version0 && rest_count > 0)
        return fault_set(fault, CAUSE_HOOK_ARGUMENT, 0,
                         .name = text_printable(env.name, sizeof(env.name), rest[0]));
    if (!name)
        return fault_set(fault, CAUSE_NO_LXC_NAME, 0);
    text_printable(env.name, sizeof(env.name), name);
    r = hook_type_read(type, &env.type, fault);
    if (r == 0 && env.type == HOOK_START_HOST)
        r = pid_read(name, &env.pid, fault);
    else if (r == 0 && (!env.rootfs_mount || env.rootfs_mount[0] != '/'))
        r = fault_set(fault, CAUSE_NO_ROOTFS_MOUNT, 0);
    if (r < 0)
        return r;
    *ret = env;
    return 0;
}
