/* SPDX-License-Identifier: MIT */
/*
 * The container's groups: /etc/group, and the other files that its nsswitch.conf names; files that
 * it may have made to be anything. Nothing is asked, and nothing of the container's is run.
 */
#include "base/accounts.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "facts/guest.h"
#include "facts/path.h"
#include "facts/userdb.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

struct guest_group group_text_find(const char *text, size_t size, const char *name)
{
    struct part rest = {text, size};
    struct account_line line;

    while (account_next_named(&rest, name, &line))
        if (line.count > ACCOUNT_MEMBERS)
            return (struct guest_group){.found = true, .gid = line.id};
    return (struct guest_group){0};
}

/*
 * Bound over the group file, a file of the kernel's own is a regular one too; to read it may wait,
 * or change something.
 */
static bool is_kernels(int fd)
{
    static const unsigned kinds[] = {PROC_SUPER_MAGIC,    SYSFS_MAGIC,   CGROUP_SUPER_MAGIC,
                                     CGROUP2_SUPER_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC,
                                     SECURITYFS_MAGIC,    BPF_FS_MAGIC,  SELINUX_MAGIC};
    struct statfs fs;

    if (fstatfs(fd, &fs) < 0)
        return true;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if ((unsigned)fs.f_type == kinds[i])
            return true;
    return false;
}

int guest_file_read(int root, const char *path, char **ret, size_t *ret_size, struct fault *fault)
{
    CLEANUP_FD int place = -1;
    CLEANUP_FD int file = -1;
    char what[48];
    struct stat st;
    int r = path_open(root, path, PATH_FOLLOW_INSIDE, &place);

    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    if (r < 0 || fstat(place, &st) < 0)
        return fault_set(fault, CAUSE_ACCOUNTS_OPEN, r < 0 ? -r : errno, .name = path);
    if (!S_ISREG(st.st_mode))
        return fault_set(fault, CAUSE_ACCOUNTS_ODD, 0, .name = path,
                         .detail = gpu_describe_file(st.st_mode, st.st_rdev, what, sizeof(what)));
    if (is_kernels(place))
        return fault_set(fault, CAUSE_ACCOUNTS_KERNELS, 0, .name = path);
    if (st.st_size > GROUP_FILE_MAX)
        return fault_set(fault, CAUSE_ACCOUNTS_LARGE, 0, .name = path, .a = GROUP_FILE_MAX >> 20);
    /* What was checked is what is read: the same inode. */
    r = path_open_to_read(root, path, PATH_FOLLOW_INSIDE, place, &file);
    if (r == 0)
        r = file_read(file, GROUP_FILE_MAX, ret, ret_size);
    if (r < 0)
        return fault_set(fault, CAUSE_ACCOUNTS_READ, -r, .name = path);
    return 0;
}

/* ---- by the name service switch ----------------------------------------------------------------
 */

/* nss_altfiles (image-based Fedora) and nss_extrausers (Ubuntu Core). */
static const struct {
    const char *service, *file;
} nss_files[] = {{"altfiles", "usr/lib/group"}, {"extrausers", "var/lib/extrausers/group"}};

/* They answer from what this host can read as well, or for users that nobody has made. */
static bool is_local_service(const char *word)
{
    static const char *const services[] = {"files",   "compat",   "db",
                                           "systemd", "altfiles", "extrausers"};

    for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
        if (text_is_equal(word, services[i]))
            return true;
    return false;
}

/* The services of the first line "group: ..." as words; what is in brackets is none. */
static void nsswitch_line(const char *text, char *ret, size_t size)
{
    static const char key[] = "group:";
    const char *line = text;

    while (line && strncmp(line + strspn(line, " \t"), key, strlen(key)) != 0) {
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    if (line)
        line += strspn(line, " \t") + strlen(key);
    snprintf(ret, size, "%.*s", line ? (int)strcspn(line, "\n#") : 0, line ? line : "");
    for (char *open = strchr(ret, '['); open; open = strchr(open, '['))
        for (; *open && *open != ' '; open++) {
            bool is_end = *open == ']';
            *open = ' ';
            if (is_end)
                break;
        }
}

void nsswitch_groups_read(const char *text, struct nss_groups *ret)
{
    char line[256];
    char *rest = NULL;

    *ret = (struct nss_groups){.count = 0};
    nsswitch_line(text, line, sizeof(line));
    for (char *word = strtok_r(line, " \t\r", &rest); word; word = strtok_r(NULL, " \t\r", &rest)) {
        ret->has_other |= !is_local_service(word);
        ret->has_userdb |= text_is_equal(word, "systemd");
        for (size_t i = 0; i < sizeof(nss_files) / sizeof(nss_files[0]); i++)
            if (text_is_equal(word, nss_files[i].service) && ret->count < NSS_FILES_MAX)
                ret->files[ret->count++] = nss_files[i].file;
    }
}

static void groups_take(const char *text, size_t size, const char *const names[2],
                        struct guest_group ret[2])
{
    for (size_t i = 0; text && i < 2; i++) {
        struct guest_group found = group_text_find(text, size, names[i]);
        ret[i].gid = ret[i].found ? ret[i].gid : found.gid;
        ret[i].found |= found.found;
    }
}

/* The directories that nss-systemd looks into, the first one's file before the next one's. */
static void find_in_userdb(int root, const char *name, struct guest_group *ret)
{
    static const char *const directories[] = {"etc", "run", "run/host", "usr/local/lib", "usr/lib"};
    struct fault unused;
    char path[320];

    for (size_t i = 0; !ret->found && i < sizeof(directories) / sizeof(directories[0]); i++) {
        CLEANUP_FREE char *text = NULL;
        size_t size = 0;
        snprintf(path, sizeof(path), "%s/userdb/%s.group", directories[i], name);
        if (guest_file_read(root, path, &text, &size, &unused) == 0 && text)
            ret->found = userdb_gid_find(text, size, name, &ret->gid);
    }
}

/* What cannot be read of these is not there. */
static void find_by_nss(int root, const char *const names[2], struct guest_group ret[2])
{
    CLEANUP_FREE char *text = NULL;
    struct nss_groups nss;
    struct fault unused;
    size_t size;

    if (guest_file_read(root, "etc/nsswitch.conf", &text, &size, &unused) < 0 || !text)
        return;
    nsswitch_groups_read(text, &nss);
    ret[0].is_elsewhere = nss.has_other;
    for (size_t i = 0; i < nss.count; i++) {
        CLEANUP_FREE char *file = NULL;
        size = 0;
        if (guest_file_read(root, nss.files[i], &file, &size, &unused) == 0)
            groups_take(file, size, names, ret);
    }
    for (size_t i = 0; nss.has_userdb && i < 2; i++)
        if (!ret[i].found && names[i][0] && !strchr(names[i], '/'))
            find_in_userdb(root, names[i], &ret[i]);
}

int guest_find_groups(int root, const char *const names[2], struct guest_group ret[2],
                      struct fault *fault)
{
    CLEANUP_FREE char *text = NULL;
    size_t size = 0;
    int r = guest_file_read(root, "etc/group", &text, &size, fault);

    if (r < 0)
        return r;
    memset(ret, 0, 2 * sizeof(ret[0]));
    ret[0].has_no_file = !text;
    groups_take(text, size, names, ret);
    if (!ret[0].found)
        find_by_nss(root, names, ret);
    return 0;
}
