#include "facts/env.h"

#include "base/text.h"
#include "exit_status.h"
#include "say/advice_config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Above every pid the kernel can give out (PID_MAX_LIMIT on 64 bit). */
#define PID_LIMIT 4194304

struct hook_name {
    const char *name;
    const char *why_not; /* NULL: works */
    enum hook_type type;
};

static const struct hook_name hook_names[] = {
    {"start-host", NULL, HOOK_START_HOST},
    {"mount", NULL, HOOK_MOUNT},
    {"pre-start", "the container does not exist yet", HOOK_START_HOST},
    {"pre-mount", "the container's file system is not mounted yet", HOOK_START_HOST},
    {"autodev", "it runs inside the container's user namespace, where no usable node can be made",
     HOOK_START_HOST},
    {"start", "it runs inside the container, without the host's privilege", HOOK_START_HOST},
    {"stop", "the container is about to end", HOOK_START_HOST},
    {"post-stop", "the container has ended", HOOK_START_HOST},
    {"clone", "no container is started", HOOK_START_HOST},
    {"destroy", "no container is started", HOOK_START_HOST},
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

const char *hook_env_container(char *buffer, size_t size)
{
    const char *name = env_text("LXC_NAME");
    const char *config_file = env_text("LXC_CONFIG_FILE");

    if (!env_text("LXC_HOOK_TYPE") && !(name && config_file && config_file[0] == '/'))
        return NULL;
    return text_printable(buffer, size, name ? name : "?");
}

static void fix_section(const char *type, const char *config_file, struct err *err)
{
    char expression[64];
    char line[512];

    snprintf(expression, sizeof(expression), "^ *lxc\\.hook\\.%s *[:=].*lxc-gpu-hook", type);
    err_fix_lines(err,
                  advice_delete(config_file ? config_file : "", expression, line, sizeof(line)));
    err_fix(err, "lxc.include = " CONFIG_FOLDER "/gpu.conf");
}

int hook_type_read(const char *type, const char *config_file, enum hook_type *ret, struct err *err)
{
    char shown[40];

    for (size_t i = 0; i < sizeof(hook_names) / sizeof(hook_names[0]); i++) {
        if (!text_is_equal(hook_names[i].name, type))
            continue;
        if (!hook_names[i].why_not) {
            *ret = hook_names[i].type;
            return 0;
        }
        err_set(err, STATUS_USAGE, 0, "hook type %s cannot work: %s", type, hook_names[i].why_not);
        fix_section(type, config_file, err);
        return -EINVAL;
    }
    err_set(err, STATUS_USAGE, 0, "unknown hook type '%s'",
            text_printable(shown, sizeof(shown), type));
    err_fix(err, "lxc.include = " CONFIG_FOLDER "/gpu.conf");
    return -EINVAL;
}

const char *hook_type_name(size_t index, bool *ret_works)
{
    if (index >= sizeof(hook_names) / sizeof(hook_names[0]))
        return NULL;
    *ret_works = !hook_names[index].why_not;
    return hook_names[index].name;
}

/* Only LXC can set what is missing; the command does the same for a container that runs. */
static int not_by_lxc(const char *name, struct err *err)
{
    if (name && text_is_shell_word(name))
        err_fix(err, "lxc-gpu-hook attach %s    # by hand, while it runs", name);
    else
        err_fix(err, "lxc-ls -f    # then by hand: lxc-gpu-hook attach, and the name of one");
    return -EINVAL;
}

static int pid_read(const char *name, pid_t *ret, struct err *err)
{
    const char *text = env_text("LXC_PID");
    char shown[40];
    uint32_t pid;

    if (text && text_to_u32(text, 10, PID_LIMIT, &pid) == 0 && pid > 0) {
        *ret = (pid_t)pid;
        return 0;
    }
    if (!text)
        (void)err_set(err, STATUS_USAGE, 0,
                      "LXC_PID is not set: a start-host hook gets it from LXC");
    else
        (void)err_set(err, STATUS_USAGE, 0, "LXC_PID is not a process id: '%s'",
                      text_printable(shown, sizeof(shown), text));
    return not_by_lxc(name, err);
}

static int rootfs_mount_check(const struct hook_env *env, struct err *err)
{
    if (env->rootfs_mount && env->rootfs_mount[0] == '/')
        return 0;
    (void)err_set(err, STATUS_USAGE, 0,
                  "LXC_ROOTFS_MOUNT is not set: a mount hook gets it from LXC");
    err_fix(err, "lxc.include = " CONFIG_FOLDER "/gpu.conf");
    return -EINVAL;
}

int hook_env_read(int rest_count, char *const *rest, struct hook_env *ret, struct err *err)
{
    bool version0 = has_version0_arguments(rest_count, rest);
    const char *type = version0 ? rest[2] : env_text("LXC_HOOK_TYPE");
    const char *name = version0 ? rest[0] : env_text("LXC_NAME");
    struct hook_env env = {
        .config_file = env_text("LXC_CONFIG_FILE"),
        .rootfs_mount = env_text("LXC_ROOTFS_MOUNT"),
        .rootfs_path = env_text("LXC_ROOTFS_PATH"),
    };
    int r;

    if (!version0 && rest_count > 0)
        return err_set(err, STATUS_USAGE, 0, "unexpected argument '%s'",
                       text_printable(env.name, sizeof(env.name), rest[0]));
    if (!name) {
        (void)err_set(err, STATUS_USAGE, 0, "LXC_NAME is not set: LXC gives it to every hook");
        return not_by_lxc(NULL, err);
    }
    text_printable(env.name, sizeof(env.name), name);
    r = hook_type_read(type, env.config_file, &env.type, err);
    if (r < 0)
        return r;
    r = env.type == HOOK_START_HOST ? pid_read(name, &env.pid, err) : rootfs_mount_check(&env, err);
    if (r < 0)
        return r;
    *ret = env;
    return 0;
}
