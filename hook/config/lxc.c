/* SPDX-License-Identifier: MIT */
#include "config/lxc.h"

#include "base/cleanup.h"
#include "base/command.h"
#include "base/text.h"
#include "config/init.h"
#include "exit_status.h"
#include "facts/place.h"
#include "say/advice_config.h"
#include "say/advice_system.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static void words_for(struct command *command, const char *program,
                      const struct container *container)
{
    command_add(command, program);
    if (container->lxcpath) {
        command_add(command, "-P");
        command_add(command, container->lxcpath);
    }
    if (container->name) {
        command_add(command, "-n");
        command_add(command, container->name);
    }
    if (container->obeyed)
        obeyed_show(container->obeyed, command);
}

/* Runs a program of LXC; its output is the caller's to free, its exit status comes back. */
static int run(const struct command *command, char **ret_output, int *ret_status, struct err *err)
{
    int r = command_run(command, ret_output, ret_status);

    if (r == -ENOENT) {
        r = err_set(err, STATUS_USAGE, 0, "%s is not installed", command->words[0]);
        advice_install("lxc", false, err);
    } else if (r == -ETIMEDOUT) {
        (void)err_set(err, STATUS_INTERNAL, 0, "%s has given no answer for %d seconds",
                      command->words[0], COMMAND_SECONDS);
    } else if (r < 0) {
        r = err_set(err, STATUS_INTERNAL, -r, "run %s", command->words[0]);
    }
    return r;
}

static void trim_end(char *text)
{
    size_t length =
        strlen(text); /* NOLINT(clang-analyzer-core.NonNullParamChecker): run() has set it */

    while (length && (text[length - 1] == '\n' || text[length - 1] == ' '))
        text[--length] = '\0';
}

int lxc_path(const struct container *container, char *ret, size_t size, struct err *err)
{
    CLEANUP_FREE char *lxcpath = NULL;
    struct command command = {.words = {"lxc-config", "lxc.lxcpath"}, .count = 2};
    size_t length;
    int status;
    int r = 0;

    if (!container->lxcpath)
        r = run(&command, &lxcpath, &status, err);
    if (r < 0)
        return r;
    if (lxcpath)
        trim_end(lxcpath);
    snprintf(ret, size, "%s", lxcpath ? lxcpath : container->lxcpath);
    for (length = strlen(ret); length > 1 && ret[length - 1] == '/';)
        ret[--length] = '\0';
    return 0;
}

/* What else may have a container of this name. */
static void fix_unknown(const char *name, struct err *err)
{
    err_fix(err, "# a container of another user: as that user");
    err_fix(err,
            "# a container of Incus: lxc-gpu-hook attach --pid $(incus list '^%s$' -c p -f csv)",
            text_is_shell_word(name) ? name : "NAME");
}

/* Proxmox makes LXC's config at the first start. */
static int never_started(const struct container *container, const char *proxmox, struct err *err)
{
    int r = err_set(err, STATUS_USAGE, 0,
                    "container %s has never run on this host: LXC's config is made from %s when it "
                    "is started",
                    container->name, proxmox);

    advice_start(container->lxcpath, container->name, "and then again", err);
    return r;
}

/* Not by lxc-ls, which obeys the config of each one that it finds. */
static void names_list(const char *lxcpath, char *ret, size_t size)
{
    struct text text = {.data = ret, .size = size};
    CLEANUP_DIR DIR *dir = opendir(lxcpath);
    struct dirent *entry;
    char config[PATH_MAX];
    char shown[80];

    ret[0] = '\0';
    while (dir && !text.cut && (entry = readdir(dir))) {
        snprintf(config, sizeof(config), "%s/config", entry->d_name);
        if (entry->d_name[0] != '.' && faccessat(dirfd(dir), config, F_OK, 0) == 0)
            text_add(&text, "%s%s", text.used ? " " : "",
                     text_printable(shown, sizeof(shown), entry->d_name));
    }
}

static int unknown_container(const struct container *container, const char *lxcpath,
                             struct err *err)
{
    char shown_name[80];
    char shown_path[200];
    char there[300];
    char ctid[NAME_MAX + 1];

    if (proxmox_find_hostname(container->name, ctid)) {
        (void)err_set(err, STATUS_USAGE, 0, "%s is Proxmox's name for container %s",
                      text_printable(shown_name, sizeof(shown_name), container->name), ctid);
        err_fix(err, "# the same command with %s in the name's place", ctid);
        return -ENOENT;
    }
    names_list(lxcpath, there, sizeof(there));
    (void)err_set(err, STATUS_USAGE, 0, "there is no container '%s' under %s; there are: %s",
                  text_printable(shown_name, sizeof(shown_name), container->name),
                  text_printable(shown_path, sizeof(shown_path), lxcpath), *there ? there : "none");
    fix_unknown(container->name, err);
    return -ENOENT;
}

/* What LXC calls a line that it does not take: "... at line "lxc.foo = 1"". */
static void wrong_line(const struct container *container, char *ret, size_t size)
{
    static const char mark[] = "at line \"";
    CLEANUP_FREE char *output = NULL;
    struct command command = {0};
    struct err unused;
    char *line;
    int status;

    words_for(&command, "lxc-info", container);
    command_add(&command, "-s");
    command_add(&command, "-lERROR");
    command_add(&command, "-o/dev/fd/1");
    ret[0] = '\0';
    if (run(&command, &output, &status, &unused) < 0 || !(line = strstr(output, mark)))
        return;
    line += strlen(mark);
    line[strcspn(line, "\n")] = '\0';
    if (strrchr(line, '"'))
        *strrchr(line, '"') = '\0';
    text_printable(ret, size, line);
}

/* LXC takes a config that it cannot read for one that is not there. */
static int unreadable_config(const struct container *container, const char *directory,
                             struct err *err)
{
    char shown[200];
    char line[200];

    wrong_line(container, line, sizeof(line));
    return err_set(err, STATUS_USAGE, 0, "LXC cannot read %s/config: %s%s",
                   text_printable(shown, sizeof(shown), directory),
                   line[0] ? "it does not take the line " : "a line of it is wrong", line);
}

/* LXC tells nobody of a container that runs, but who has started it and root. */
static int is_roots(const struct container *container, const char *lxcpath, struct err *err)
{
    struct ucred peer;
    char shown[80];

    if (geteuid() == 0 || init_socket_peer(lxcpath, container->name, &peer) < 0 || peer.uid != 0)
        return 0;
    container->obeyed->breach = (struct trust_breach){.found = true, .owner = 0};
    return err_set(err, STATUS_PRIVILEGE, 0,
                   "root has started container %s, and LXC tells nobody else of it",
                   text_printable(shown, sizeof(shown), container->name));
}

static int no_config(const struct container *container, const char *lxcpath, struct err *err)
{
    char proxmox[PROXMOX_FILE_MAX];

    if (config_place_proxmox(lxcpath, container->name, proxmox))
        return never_started(container, proxmox, err);
    return unknown_container(container, lxcpath, err);
}

int lxc_container_check(const struct container *container, struct err *err)
{
    CLEANUP_FREE char *output = NULL;
    struct command command = {0};
    char lxcpath[PATH_MAX];
    char proxmox[PROXMOX_FILE_MAX];
    char shown[80];
    int status;
    int r;

    if (!*container->name || strchr(container->name, '/') || container->name[0] == '.')
        return err_set(err, STATUS_USAGE, 0, "'%s' is no container name",
                       text_printable(shown, sizeof(shown), container->name));
    r = lxc_path(container, lxcpath, sizeof(lxcpath), err);
    if (r < 0)
        return r;
    if (!container->is_next || geteuid() != 0 ||
        !config_place_proxmox(lxcpath, container->name, proxmox))
        proxmox[0] = '\0';
    r = obeyed_open_source(lxcpath, container->name, proxmox, container->obeyed, err);
    if (r == -ENOENT)
        return no_config(container, lxcpath, err);
    if (r == 0)
        r = init_socket_check(lxcpath, container->name, err);
    if (r < 0)
        return r;
    words_for(&command, "lxc-info", container);
    command_add(&command, "-s");
    r = run(&command, &output, &status, err);
    if (r == 0 && status != 0)
        r = is_roots(container, lxcpath, err);
    if (r == 0 && status != 0)
        return unreadable_config(container, container->obeyed->directory, err);
    return r;
}

const char *lxc_config_value(const char *output, const char *key)
{
    size_t length = strlen(key);

    if (strncmp(output, key, length) != 0 || strncmp(output + length, " =", 2) != 0)
        return ""; /* a key this LXC does not know */
    return output + length + (output[length + 2] == ' ' ? 3 : 2);
}

int lxc_config_get(const struct container *container, const char *key, char **ret, struct err *err)
{
    CLEANUP_FREE char *output = NULL;
    struct command command = {0};
    int status;
    int r;

    words_for(&command, "lxc-info", container);
    command_add(&command, "-c");
    command_add(&command, key);
    r = run(&command, &output, &status, err);
    if (r < 0)
        return r;
    *ret = strdup(status == 0 ? lxc_config_value(output, key) : "");
    if (!*ret)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "read %s", key);
    trim_end(*ret);
    return 0;
}

int lxc_container_pid(const struct container *container, pid_t *ret, struct err *err)
{
    CLEANUP_FREE char *output = NULL;
    struct command command = {0};
    uint32_t pid = 0;
    int status;
    int r;

    words_for(&command, "lxc-info", container);
    command_add(&command, "-pH");
    r = run(&command, &output, &status, err);
    if (r < 0)
        return r;
    trim_end(output);
    if (status != 0 || text_to_u32(output, 10, INT32_MAX, &pid) < 0)
        pid = 0;
    *ret = (pid_t)pid;
    return 0;
}

void lxc_attach_words(const struct container *container, struct command *ret)
{
    *ret = (struct command){.count = 0};
    words_for(ret, "lxc-attach", container);
}

int lxc_container_run(const struct container *container, const char *const *words, int *ret_status,
                      struct err *err)
{
    CLEANUP_FREE char *unused = NULL;
    struct command command;

    lxc_attach_words(container, &command);
    command_add(&command, "--clear-env");
    command_add(&command, "-v");
    command_add(&command, "PATH=/usr/sbin:/usr/bin:/sbin:/bin");
    command_add(&command, "--");
    for (; *words; words++)
        command_add(&command, *words);
    return run(&command, &unused, ret_status, err);
}

/* "u 0 100000 65536"; "b" means both. */
static int idmap_line(const char *line, struct idmap *uids, struct idmap *gids, struct err *err)
{
    struct idmap one;
    char shown[80];
    int r = idmap_parse(line + 1, &one);

    if (r < 0 || one.count != 1 || !strchr("ugb", line[0]))
        return err_set(err, STATUS_OWNERSHIP, 0, "lxc.idmap line is not understood: %s",
                       text_printable(shown, sizeof(shown), line));
    if (line[0] != 'g' && uids->count < IDMAP_EXTENTS_MAX)
        uids->extents[uids->count++] = one.extents[0];
    if (line[0] != 'u' && gids->count < IDMAP_EXTENTS_MAX)
        gids->extents[gids->count++] = one.extents[0];
    return 0;
}

int lxc_config_idmap_parse(char *text, struct idmap *ret_uids, struct idmap *ret_gids,
                           struct err *err)
{
    struct idmap uids = {0};
    struct idmap gids = {0};
    char *rest = NULL;
    int r = 0;

    for (char *line = strtok_r(text, "\n", &rest); r == 0 && line;
         line = strtok_r(NULL, "\n", &rest))
        r = idmap_line(line, &uids, &gids, err);
    if (r < 0)
        return r;
    *ret_uids = uids;
    *ret_gids = gids;
    return 0;
}

int lxc_config_idmap(const struct container *container, struct idmap *ret_uids,
                     struct idmap *ret_gids, struct err *err)
{
    CLEANUP_FREE char *text = NULL;
    int r = lxc_config_get(container, "lxc.idmap", &text, err);

    return r == 0 ? lxc_config_idmap_parse(text, ret_uids, ret_gids, err) : r;
}
