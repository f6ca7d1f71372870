/* SPDX-License-Identifier: MIT */
#include "config/proxmox.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "config/include.h"
#include "config/scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define LXC_CONFIGS    "/usr/share/lxc/config"
#define PROXMOX_FOLDER "/etc/pve/lxc"
#define PROGRAM        "lxc-gpu-hook"

/* ---- one line of CTID.conf ------------------------------------------------------------------- */

/* "lxc.key: value", "lxc.key = value", "key: value", from the first column on. */
static void setting_read(struct proxmox_line *line, size_t length)
{
    const char *text = line->start;
    size_t key = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");
    const char *value = text + key;
    const char *end = text + length;

    if (key == 0 || key >= length || key >= sizeof(line->key))
        return;
    if (*value != ':' && strncmp(text, "lxc.", 4) == 0)
        value += strspn(value, " \t");
    if (value >= end || (*value != ':' && (*value != '=' || strncmp(text, "lxc.", 4) != 0)))
        return;
    value++;
    while (value < end && strchr(" \t", *value))
        value++;
    while (end > value && strchr(" \t\r", end[-1]))
        end--;
    snprintf(line->key, sizeof(line->key), "%.*s", (int)key, text);
    snprintf(line->value, sizeof(line->value), "%.*s", (int)(end - value), value);
}

/* "[snapname]" or "[pve:pending]": what is behind it is not the container's present config. */
static bool section_read(const char *text, size_t length, char *ret, size_t size)
{
    size_t end = length;

    while (end && strchr(" \t\r", text[end - 1]))
        end--;
    if (end < 3 || text[0] != '[' || text[end - 1] != ']')
        return false;
    snprintf(ret, size, "%.*s", (int)end - 2, text + 1);
    return true;
}

bool proxmox_line_next(const char **next, const char *end, struct proxmox_line *line)
{
    size_t length;

    if (*next >= end)
        return false;
    length = strcspn(*next, "\n"); /* a NUL byte ends a line too */
    line->start = *next;
    line->length = length + (*next + length < end);
    line->number++;
    line->key[0] = line->value[0] = '\0';
    line->is_section = section_read(*next, length, line->section, sizeof(line->section));
    if (!line->is_section)
        setting_read(line, length);
    *next += line->length;
    return true;
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool is_about_hook(const struct proxmox_line *line)
{
    return begins(line->key, "lxc.") &&
           (config_hook_find(line->value) ||
            (text_is_equal(line->key, "lxc.include") &&
             (strstr(line->value, "/gpu.conf") || strstr(line->value, "/gpu-") ||
              strstr(line->value, "/lxc-gpu"))));
}

/* What parse_pct_config keeps; of the hooks all but start-host. */
static bool is_kept(const char *key)
{
    static const char *const keys[] = {
        "lxc.include",        "lxc.idmap",          "lxc.autodev",      "lxc.mount.",
        "lxc.rootfs.mount",   "lxc.init.",          "lxc.cgroup.",      "lxc.cgroup2.",
        "lxc.net.",           "lxc.prlimit.",       "lxc.cap.",         "lxc.apparmor.",
        "lxc.selinux.",       "lxc.seccomp.",       "lxc.environment",  "lxc.log.",
        "lxc.start.",         "lxc.signal.",        "lxc.uts.",         "lxc.arch",
        "lxc.tty.",           "lxc.pty.",           "lxc.console.",     "lxc.devtty.",
        "lxc.kmsg",           "lxc.group",          "lxc.sysctl.",      "lxc.hook.autodev",
        "lxc.hook.pre-start", "lxc.hook.pre-mount", "lxc.hook.mount",   "lxc.hook.stop",
        "lxc.hook.post-stop", "lxc.hook.clone",     "lxc.hook.destroy", "lxc.hook.version"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (begins(key, keys[i]))
            return true;
    return text_is_equal(key, "lxc.hook.start");
}

/* ---- the whole ------------------------------------------------------------------------------- */

struct making {
    struct proxmox_config *ret;
    FILE *made; /* Proxmox's own lines */
    FILE *own;  /* the file's, each on a line of its own; one of another kind leaves it empty */
    char ostype[32];
    bool is_unprivileged, has_idmap;
};

static void device_take(const struct proxmox_line *line, struct making *making)
{
    const char *value = begins(line->value, "path=") ? line->value + 5 : line->value;
    char path[128];
    struct stat st;

    snprintf(path, sizeof(path), "%.*s", (int)strcspn(value, ","), value);
    if (begins(path, "/dev/dri/") && !making->ret->gpu_device[0])
        snprintf(making->ret->gpu_device, sizeof(making->ret->gpu_device), "%.15s", line->key);
    if (stat(path, &st) < 0 || !(S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))) {
        snprintf(making->ret->no_device, sizeof(making->ret->no_device), "%.8s: %.110s", line->key,
                 path);
        return;
    }
    making->ret->made++;
    (void)fprintf(making->made, "lxc.cgroup2.devices.allow = %c %u:%u rw\n",
                  S_ISBLK(st.st_mode) ? 'b' : 'c', major(st.st_rdev), minor(st.st_rdev));
}

static void main_take(const struct proxmox_line *line, struct making *making)
{
    struct proxmox_config *ret = making->ret;

    if (text_is_equal(line->key, "lock"))
        text_printable(ret->lock, sizeof(ret->lock), line->value);
    else if (text_is_equal(line->key, "ostype"))
        snprintf(making->ostype, sizeof(making->ostype), "%.31s", line->value);
    else if (text_is_equal(line->key, "unprivileged"))
        making->is_unprivileged = text_is_equal(line->value, "1");
    else if (begins(line->key, "dev") && strspn(line->key + 3, "0123456789") &&
             strspn(line->key + 3, "0123456789") == strlen(line->key) - 3)
        device_take(line, making);
    if (!begins(line->key, "lxc."))
        return;
    making->has_idmap |= text_is_equal(line->key, "lxc.idmap");
    if (begins(line->key, "lxc.hook.") && is_about_hook(line) && !ret->by_hand[0])
        text_printable(ret->by_hand, sizeof(ret->by_hand), line->value);
    ret->keeps_mount |= text_is_equal(line->key, "lxc.hook.mount") && is_about_hook(line);
    ret->drops_start_host |= text_is_equal(line->key, "lxc.hook.start-host") && is_about_hook(line);
    if (is_kept(line->key))
        (void)fprintf(making->own, "%s = %s", line->key, line->value);
}

static void include_make(struct making *making, const char *kind)
{
    char file[128];

    snprintf(file, sizeof(file), LXC_CONFIGS "/%s.%s.conf", making->ostype, kind);
    if (!making->ostype[0] || strchr(making->ostype, '/') || access(file, F_OK) < 0)
        snprintf(file, sizeof(file), LXC_CONFIGS "/%s.conf", kind);
    making->ret->made++;
    (void)fprintf(making->made, "lxc.include = %s\n", file);
}

static void file_read_lines(const char *text, size_t size, struct making *making)
{
    const char *end = text + size;
    struct proxmox_line line = {.number = 0};

    while (proxmox_line_next(&text, end, &line)) {
        if (!line.section[0]) {
            main_take(&line, making);
            (void)fputc('\n', making->own);
        } else if (!line.is_section && is_about_hook(&line) && !making->ret->section[0]) {
            memcpy(making->ret->section, line.section, sizeof(making->ret->section));
            making->ret->section_line = line.number;
        }
    }
}

static int join(const struct making *making, const char *made, const char *own)
{
    struct proxmox_config *ret = making->ret;
    int length = asprintf(&ret->text, "%s%s", made, own);

    if (length < 0) {
        ret->text = NULL;
        return -ENOMEM;
    }
    ret->size = (size_t)length;
    return 0;
}

int proxmox_config_make(const char *ctid, const char *text, size_t size, struct proxmox_config *ret)
{
    struct making making = {.ret = ret};
    CLEANUP_FREE char *made = NULL;
    CLEANUP_FREE char *own = NULL;
    size_t made_size;
    size_t own_size;

    *ret = (struct proxmox_config){0};
    making.made = open_memstream(&made, &made_size);
    making.own = open_memstream(&own, &own_size);
    if (making.made && making.own) {
        file_read_lines(text, size, &making);
        ret->is_privileged = !making.is_unprivileged && !making.has_idmap;
        include_make(&making, "common");
        if (!ret->is_privileged)
            include_make(&making, "userns");
        if (making.is_unprivileged && !making.has_idmap) {
            ret->made += 2;
            (void)fputs("lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n",
                        making.made);
        }
        ret->made++;
        (void)fprintf(making.made, "lxc.rootfs.path = " LXC_DEFAULT_PATH "/%s/rootfs\n", ctid);
    }
    bool is_whole = making.made && making.own;
    if (making.made && fclose(making.made) != 0)
        is_whole = false;
    if (making.own && fclose(making.own) != 0)
        is_whole = false;
    return is_whole ? join(&making, made, own) : -ENOMEM;
}

/* ---- by its other name ----------------------------------------------------------------------- */

static bool has_hostname(int dir, const char *file, const char *hostname)
{
    CLEANUP_FREE char *text = NULL;
    struct proxmox_line line = {.number = 0};
    const char *at;
    size_t size;

    if (file_read_at(dir, file, CONFIG_MAX, &text, &size) < 0)
        return false;
    for (at = text; proxmox_line_next(&at, text + size, &line) && !line.section[0];)
        if (text_is_equal(line.key, "hostname"))
            return text_is_equal(line.value, hostname);
    return false;
}

bool proxmox_find_hostname(const char *hostname, char ret[NAME_MAX + 1])
{
    CLEANUP_DIR DIR *dir = opendir(PROXMOX_FOLDER);
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        size_t digits = strspn(entry->d_name, "0123456789");
        if (digits == 0 || !text_is_equal(entry->d_name + digits, ".conf") ||
            !has_hostname(dirfd(dir), entry->d_name, hostname))
            continue;
        snprintf(ret, NAME_MAX + 1, "%.*s", (int)digits, entry->d_name);
        return true;
    }
    return false;
}

/* ---- what LXC has read ----------------------------------------------------------------------- */

/* The config's lines for this hook. */
struct hook_count {
    size_t mount, start_host;
};

/* An empty value clears what was set before, of one type or, by `lxc.hook`, of all. */
static void hook_count(const struct config_line *line, void *memory)
{
    struct hook_count *count = memory;
    bool is_all = text_is_equal(line->key, "lxc.hook");
    bool is_ours = config_hook_find(line->value) != NULL;

    if (is_all || text_is_equal(line->key, "lxc.hook.start-host"))
        count->start_host = *line->value ? count->start_host + is_ours : 0;
    if (is_all || text_is_equal(line->key, "lxc.hook.mount"))
        count->mount = *line->value ? count->mount + is_ours : 0;
}

/* Without the mount line there, LXC has the hook from its command line, and perhaps start-host too.
 */
bool proxmox_has_dropped(const char *config_file, bool roots_alone, char ret[PROXMOX_FILE_MAX])
{
    CLEANUP_FREE struct config_include *include = malloc(sizeof(*include));
    CLEANUP_FREE char *text = NULL;
    struct hook_count count = {0};
    size_t size;

    if (!include || config_place_edited(config_file, ret) != ret ||
        file_read_at(AT_FDCWD, config_file, CONFIG_MAX, &text, &size) < 0)
        return false;
    config_walk(config_file, text, size, roots_alone, hook_count, &count, include);
    return include->fault == INCLUDE_FINE && count.mount && count.start_host == 0;
}
