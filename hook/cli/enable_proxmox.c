/* SPDX-License-Identifier: MIT */
/*
 * enable and disable for a container of Proxmox: a line in /etc/pve/lxc/CTID.conf and, with
 * options, a file that it includes, because Proxmox drops lxc.hook.start-host. Under Proxmox's own
 * lock. The old text is kept on this host alone, not in the cluster's file system.
 */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/edit_config.h"
#include "config/edit.h"
#include "config/include.h"
#include "config/lxc.h"
#include "config/proxmox.h"
#include "config/pve.h"
#include "exit_status.h"
#include "say/report.h"
#include "start/privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define CONFIGS      "/etc/pve/lxc"
#define BACKUPS      "/var/backups"
#define LOCKS        "/run/lock/lxc"
#define LOCK_SECONDS 10 /* as Proxmox waits */
#define BASE_SIZE    (NAME_MAX + 1)

/* ---- files ----------------------------------------------------------------------------------- */

struct pve_edit {
    const char *ctid;
    int lock, at;         /* Proxmox's lock; the directory of the configs */
    char base[BASE_SIZE]; /* the config's name there */
    char *text;
    struct stat st;
    struct proxmox_config config; /* what Proxmox makes of it */
};

static void pve_edit_close(struct pve_edit *edit)
{
    fd_cleanup(&edit->lock);
    fd_cleanup(&edit->at);
    free(edit->text);
    free(edit->config.text);
}

static int directory_open(const char *path, int *ret, struct err *err)
{
    struct trust_breach breach = {0};
    int r = trust_open(path, ret, &breach);

    if (r < 0 && breach.found)
        return err_set(err, STATUS_PRIVILEGE, 0, "others than root can change %s", path);
    return r < 0 ? err_set(err, STATUS_USAGE, -r, "open %s", path) : 0;
}

/* The lock that pct(1) and the GUI take before they change this container. */
static int lock_take(struct pve_edit *edit, struct err *err)
{
    CLEANUP_FD int locks = -1;
    char name[BASE_SIZE];
    int r;

    (void)mkdir(LOCKS, 0755); /* as Proxmox does */
    r = directory_open(LOCKS, &locks, err);
    if (r < 0)
        return r;
    snprintf(name, sizeof(name), "pve-config-%.200s.lock", edit->ctid);
    edit->lock = openat(locks, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
    r = edit->lock < 0 ? -1 : 0;
    for (int i = 0; r == 0 && i < LOCK_SECONDS * 100; i++) {
        r = flock(edit->lock, LOCK_EX | LOCK_NB);
        if (r == 0 || errno != EWOULDBLOCK)
            break;
        r = i + 1 < LOCK_SECONDS * 100 ? 0 : -1;
        (void)usleep(10000);
        errno = EWOULDBLOCK;
    }
    if (r < 0 && errno == EWOULDBLOCK)
        return err_set(err, STATUS_USAGE, 0, "Proxmox is changing container %s", edit->ctid);
    return r < 0 ? err_set(err, STATUS_USAGE, errno, "lock container %s", edit->ctid) : 0;
}

static int text_read(struct pve_edit *edit, struct err *err)
{
    CLEANUP_FD int fd =
        openat(edit->at, edit->base, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    size_t size = 0;
    int r = fd < 0 || fstat(fd, &edit->st) < 0 ? -errno : 0;

    if (r == 0 && (!S_ISREG(edit->st.st_mode) || !trust_is_roots(fd, &edit->st)))
        return err_set(err, STATUS_PRIVILEGE, 0, CONFIGS "/%s is no file that is root's alone",
                       edit->base);
    if (r == 0)
        r = file_read(fd, CONFIG_MAX, &edit->text, &size);
    if (r < 0)
        return err_set(err, STATUS_USAGE, -r, "read " CONFIGS "/%s", edit->base);
    if (strlen(edit->text) != size)
        return err_set(err, STATUS_USAGE, 0, CONFIGS "/%s has a NUL byte, and is left as it is",
                       edit->base);
    return 0;
}

static int edit_begin(const struct options *options, struct pve_edit *edit, struct err *err)
{
    int r;

    if (!privilege_is_roots()) {
        r = err_set(err, STATUS_PRIVILEGE, 0, "only root changes a container of Proxmox");
        err_fix(err, "sudo lxc-gpu-hook %s %s", options->rest[0], options->rest[1]);
        return r;
    }
    snprintf(edit->base, sizeof(edit->base), "%.200s.conf", edit->ctid);
    r = lock_take(edit, err);
    if (r == 0)
        r = directory_open(CONFIGS, &edit->at, err);
    if (r == 0)
        r = text_read(edit, err);
    if (r < 0)
        return r;
    if (proxmox_config_make(edit->ctid, edit->text, strlen(edit->text), &edit->config) < 0)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "read " CONFIGS "/%s", edit->base);
    if (!edit->config.lock[0])
        return 0;
    r = err_set(err, STATUS_USAGE, 0, "Proxmox has locked container %s: %s", edit->ctid,
                edit->config.lock);
    err_fix(err, "pct unlock %s    # when nothing works on it any more", edit->ctid);
    return r;
}

static int keep_backup(const struct pve_edit *edit, struct err *err)
{
    const struct stat like = {.st_mode = 0600};
    CLEANUP_FD int at = -1;
    char name[BASE_SIZE];
    int r = directory_open(BACKUPS, &at, err);

    if (r < 0)
        return r;
    snprintf(name, sizeof(name), "lxc-gpu-hook.%.200s.conf", edit->ctid);
    r = config_file_replace(at, name, edit->text, &like);
    return r < 0 ? err_set(err, STATUS_USAGE, -r, "keep " BACKUPS "/%s", name) : 0;
}

static int text_write(const struct pve_edit *edit, const char *text, struct err *err)
{
    int r = 0;

    if (edit->text && text_is_equal(text, edit->text)) {
        printf("# nothing to change in " CONFIGS "/%s\n", edit->base);
        return 0;
    }
    r = keep_backup(edit, err);
    if (r < 0)
        return r;
    r = config_file_replace(edit->at, edit->base, text, &edit->st);
    if (r < 0)
        return err_set(err, STATUS_USAGE, -r, "write " CONFIGS "/%s", edit->base);
    printf("# " CONFIGS "/%s is written; the old one is " BACKUPS "/lxc-gpu-hook.%s\n", edit->base,
           edit->base);
    return 0;
}

/* ---- the file with options ------------------------------------------------------------------- */

static int own_write(const struct pve_edit *edit, const char *file, const char *lines,
                     struct err *err)
{
    CLEANUP_FD int at = -1;
    char text[LINES_SIZE + 200];
    int r = directory_open("/etc/pve", &at, err);

    if (r < 0)
        return r;
    snprintf(text, sizeof(text), "# made by lxc-gpu-hook enable %s, which writes it anew\n%s",
             edit->ctid, lines);
    r = config_file_replace(at, strrchr(file, '/') + 1, text, &edit->st);
    return r < 0 ? err_set(err, STATUS_USAGE, -r, "write %s", file) : 0;
}

static bool file_names(const char *path, const char *name)
{
    CLEANUP_FREE char *text = NULL;
    size_t size;

    return file_read_at(AT_FDCWD, path, CONFIG_MAX, &text, &size) < 0 || strstr(text, name);
}

/* By a snapshot, or a clone: without it, neither would start any more. */
static bool own_is_needed(const char *file)
{
    glob_t found = {0};
    bool is_needed = false;

    (void)glob(CONFIGS "/*.conf", 0, NULL, &found);
    (void)glob("/etc/pve/nodes/*/lxc/*.conf", found.gl_pathc ? GLOB_APPEND : 0, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc; i++)
        is_needed |= file_names(found.gl_pathv[i], file);
    globfree(&found);
    return is_needed;
}

static void own_remove(const char *file)
{
    if (access(file, F_OK) < 0)
        return;
    if (own_is_needed(file))
        printf("# %s stays: a snapshot or another container includes it\n", file);
    else if (unlink(file) < 0)
        (void)fprintf(stderr, "lxc-gpu-hook: warning: remove %s: %s\n", file, strerror(errno));
}

/* ---- the commands ---------------------------------------------------------------------------- */

bool proxmox_find(const struct options *options, char ret[PROXMOX_FILE_MAX])
{
    const char *name = options->rest_count == 2 ? options->rest[1] : "";
    char ctid[NAME_MAX + 1];

    if (strchr(name, '/') || !text_is_shell_word(name) || options->lxcpath)
        return false;
    if (config_place_proxmox(NULL, name, ret))
        snprintf(ret, PROXMOX_FILE_MAX, "%s", name);
    else if (proxmox_find_hostname(name, ctid))
        snprintf(ret, PROXMOX_FILE_MAX, "%s", ctid);
    else
        return false;
    return true;
}

/* LXC's config of it is there from its first start on. */
static void running_find(const char *ctid, struct edited *ret)
{
    __attribute__((cleanup(obeyed_close))) struct obeyed obeyed;
    const struct container container = {.name = ctid, .obeyed = &obeyed};
    struct err unused;
    pid_t pid = 0;

    obeyed_init(&obeyed);
    ret->can_look = lxc_container_check(&container, &unused) == 0;
    ret->is_running = ret->can_look && lxc_container_pid(&container, &pid, &unused) == 0 && pid > 0;
}

static void tell_device(const struct proxmox_config *config, const char *ctid)
{
    if (config->gpu_device[0])
        printf("# an older way to the GPU, not needed any more:\npct set %s -delete %s\n", ctid,
               config->gpu_device);
}

static int enable_edit(const struct options *options, struct pve_edit *edit, struct err *err)
{
    CLEANUP_FREE char *text = NULL;
    char own[PROXMOX_FILE_MAX];
    char lines[LINES_SIZE];
    char file[LINES_SIZE];
    bool has_options = edit_has_hook_options(options);
    int r = edit_lines_make(options, edit->config.is_privileged, lines, err);

    if (r == 0 && edit->config.by_hand[0])
        r = err_set(err, STATUS_USAGE, 0,
                    CONFIGS
                    "/%s has a hook line of its own, which Proxmox does not pass on in "
                    "whole: '%s'; delete it",
                    edit->base, edit->config.by_hand);
    if (r < 0)
        return r;
    pve_own_file(edit->ctid, own);
    /* "lxc.include = FILE" */
    snprintf(file, sizeof(file), "%s", has_options ? own : strchr(lines, '/'));
    file[strcspn(file, "\n")] = '\0';
    if (has_options)
        r = own_write(edit, own, lines, err);
    if (r == 0 && pve_include_set(edit->text, file, &text) < 0)
        r = err_set(err, STATUS_INTERNAL, ENOMEM, "edit the config");
    if (r == 0)
        r = text_write(edit, text, err);
    if (r == 0 && !has_options)
        own_remove(own);
    return r;
}

int proxmox_enable(const struct options *options, const char *ctid, struct err *err)
{
    __attribute__((cleanup(pve_edit_close))) struct pve_edit edit = {
        .ctid = ctid, .lock = -1, .at = -1};
    struct options of_number = *options;
    struct edited edited = {0};
    char number[PROXMOX_FILE_MAX];
    char *rest[] = {options->rest[0], number, NULL};
    int r = edit_begin(options, &edit, err);

    if (r == 0)
        r = enable_edit(options, &edit, err);
    if (r < 0) {
        err_wrap(err, "enable container %s", ctid);
        return r;
    }
    fd_cleanup(&edit.lock);
    edit.lock = -1;
    tell_device(&edit.config, ctid);
    snprintf(number, sizeof(number), "%s", ctid);
    of_number.rest = rest;
    running_find(ctid, &edited);
    edited.is_privileged = edit.config.is_privileged;
    if (options->member_count)
        r = edit_members_add(&of_number, &edited, err);
    if (r == 0 && edited.is_running)
        r = edit_give_now(&of_number, &edited, err);
    if (r == 0)
        printf(
            "# at its next start it has the nodes by its config: pct start %s; lxc-gpu-hook "
            "check %s\n",
            ctid, ctid);
    else
        err_wrap(err, "container %s is enabled", ctid);
    return r;
}

int proxmox_disable(const struct options *options, const char *ctid, struct err *err)
{
    __attribute__((cleanup(pve_edit_close))) struct pve_edit edit = {
        .ctid = ctid, .lock = -1, .at = -1};
    CLEANUP_FREE char *text = NULL;
    char own[PROXMOX_FILE_MAX];
    struct edited edited = {0};
    int r = edit_begin(options, &edit, err);

    if (r == 0 && pve_include_set(edit.text, NULL, &text) < 0)
        r = err_set(err, STATUS_INTERNAL, ENOMEM, "edit the config");
    if (r == 0)
        r = text_write(&edit, text, err);
    if (r < 0) {
        err_wrap(err, "disable container %s", ctid);
        return r;
    }
    pve_own_file(ctid, own);
    own_remove(own);
    running_find(ctid, &edited);
    if (edited.is_running)
        printf("# it runs, and keeps what it has until it is stopped\n");
    return 0;
}
