/* SPDX-License-Identifier: MIT */
#include "system/around.h"

#include "base/cleanup.h"
#include "base/command.h"
#include "base/file.h"
#include "base/text.h"
#include "system/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TABLE_MAX  ((size_t)4 << 20)
#define STATUS_MAX ((size_t)64 << 10)

/* A unit that stands for one that does not run is called so, and the rest is that one's name. */
#define STAND_IN "gpu-verify-like-"

/* NULL when it cannot be read. Free the result. */
static char *text_read(const char *path, size_t cap)
{
    char *text = NULL;
    size_t size;

    return file_read_at(AT_FDCWD, path, cap, &text, &size) == 0 ? text : NULL;
}

/* The path in systemd's hierarchy: version 2, or the named one of version 1. */
static bool cgroup_path(const char *text, char *ret, size_t size)
{
    static const char *const marks[] = {"0::", ":name=systemd:"};

    for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
        const char *start = strstr(text, marks[i]);
        if (!start || (i == 0 && start != text && start[-1] != '\n'))
            continue;
        start += strlen(marks[i]);
        size_t length = strcspn(start, "\n");
        if (length == 0 || length >= size)
            continue;
        memcpy(ret, start, length);
        ret[length] = '\0';
        return true;
    }
    return false;
}

static bool has_ending(const char *word, const char *ending)
{
    size_t length = strlen(word);

    return length > strlen(ending) && text_is_equal(word + length - strlen(ending), ending);
}

/* The name of the last service on the way; a user's own manager ends it. */
static bool service_find(char *path, char *ret, size_t size)
{
    char *rest = NULL;
    bool is_found = false;

    for (char *word = strtok_r(path, "/", &rest); word; word = strtok_r(NULL, "/", &rest)) {
        if (strncmp(word, "user@", strlen("user@")) == 0)
            return false;
        if (!has_ending(word, ".service"))
            continue;
        if (strncmp(word, STAND_IN, strlen(STAND_IN)) == 0)
            word += strlen(STAND_IN);
        is_found = strlen(word) < size;
        if (is_found)
            snprintf(ret, size, "%s", word);
    }
    return is_found;
}

bool around_unit(const char *first, const char *own, char *ret, size_t size)
{
    static const char scope[] = "/init.scope";
    char root[1024];
    char path[1024];

    if (!cgroup_path(first, root, sizeof(root)) || !cgroup_path(own, path, sizeof(path)))
        return false;
    /* Only below the first process' manager: what is above it is the host's. */
    if (text_is_equal(root, scope))
        root[0] = '\0';
    else if (has_ending(root, scope))
        root[strlen(root) - strlen(scope)] = '\0';
    else
        return false;
    if (strncmp(path, root, strlen(root)) != 0)
        return false;
    return service_find(path + strlen(root), ret, size);
}

/* "DeviceAllow=char-drm rw": whether this rule lets the node be read and written. */
static bool rule_allows(const char *rule, const char *node)
{
    static const char *const words[] = {"char-drm", "char-*", "char-226"};
    size_t length = strcspn(rule, " \n");
    const char *rights = rule + length + strspn(rule + length, " ");
    size_t rights_length = strcspn(rights, " \n");

    if (!memchr(rights, 'r', rights_length) || !memchr(rights, 'w', rights_length))
        return false;
    if (strlen(node) == length && strncmp(rule, node, length) == 0)
        return true;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (strlen(words[i]) == length && strncmp(rule, words[i], length) == 0)
            return true;
    }
    return false;
}

static const char *value_behind(const char *line, const char *key)
{
    size_t length = strlen(key);

    return strncmp(line, key, length) == 0 && line[length] == '=' ? line + length + 1 : NULL;
}

void around_settings(const char *text, const char *node, struct around_facts *ret)
{
    bool has_list = false;
    bool is_auto = true;
    bool is_allowed = false;

    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        const char *value;
        if ((value = value_behind(text, "PrivateDevices")))
            ret->has_private_devices = strncmp(value, "yes", 3) == 0;
        if ((value = value_behind(text, "DevicePolicy"))) {
            is_auto = strncmp(value, "auto", 4) == 0;
            ret->is_strict = strncmp(value, "strict", 6) == 0;
            ret->is_unit_known = true;
        }
        if ((value = value_behind(text, "DeviceAllow")) && *value != '\n' && *value) {
            has_list = true;
            is_allowed = is_allowed || rule_allows(value, node);
        }
    }
    ret->does_unit_deny = ret->is_unit_known && (!is_auto || has_list) && !is_allowed;
}

void around_ask(const char *node, struct around_facts *facts)
{
    static const char *const words[] = {
        "systemctl", "show",        "-p", "PrivateDevices", "-p", "DevicePolicy",
        "-p",        "DeviceAllow", "--",
    };
    struct command command = {0};
    CLEANUP_FREE char *output = NULL;
    int status;

    if (!facts->unit[0])
        return;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        command_add(&command, words[i]);
    command_add(&command, facts->unit);
    if (command_run(&command, &output, &status) == 0 && status == 0)
        around_settings(output, node, facts);
}

bool around_differs(const char *first, const char *own, const char *path)
{
    struct mount_entry theirs, ours;

    if (!mounts_find(first, path, &theirs) || !mounts_find(own, path, &ours))
        return false;
    return !text_is_equal(theirs.device, ours.device) || !text_is_equal(theirs.root, ours.root);
}

/* "Uid:\t1000\t1000..." of /proc/1/status: the effective one. */
static bool status_number(const char *text, const char *key, uint32_t *ret)
{
    const char *line = strstr(text, key);
    unsigned long real, effective;

    if (!line || sscanf(line + strlen(key), "%lu %lu", &real, &effective) != 2)
        return false;
    *ret = (uint32_t)effective;
    return true;
}

static void first_collect(const char *node, struct around_facts *ret)
{
    CLEANUP_FREE char *status = text_read("/proc/1/status", STATUS_MAX);
    char path[NODE_PATH_MAX + 16];
    struct stat st;

    ret->is_first_known = status && status_number(status, "\nUid:", &ret->first_uid) &&
                          status_number(status, "\nGid:", &ret->first_gid);
    snprintf(path, sizeof(path), "/proc/1/root%s", node);
    if (stat(path, &st) == 0)
        ret->outside = NODE_OUTSIDE_THERE;
    else if (errno == ENOENT && stat("/proc/1/root/", &st) == 0)
        ret->outside = NODE_OUTSIDE_ABSENT;
}

void around_collect(const char *node, struct around_facts *ret)
{
    CLEANUP_FREE char *first_cgroup = text_read("/proc/1/cgroup", STATUS_MAX);
    CLEANUP_FREE char *own_cgroup = text_read("/proc/self/cgroup", STATUS_MAX);
    CLEANUP_FREE char *first = text_read("/proc/1/mountinfo", TABLE_MAX);
    CLEANUP_FREE char *own = text_read("/proc/self/mountinfo", TABLE_MAX);

    *ret = (struct around_facts){0};
    /* A login that a service gave (ssh's, where PAM makes no session) lies in its cgroup, too; it
     * has not what systemd sets for the service itself (systemd.exec(5)). */
    if (first_cgroup && own_cgroup && getenv("INVOCATION_ID") &&
        !around_unit(first_cgroup, own_cgroup, ret->unit, sizeof(ret->unit)))
        ret->unit[0] = '\0';
    ret->has_own_mounts = first && own && around_differs(first, own, node);
    first_collect(node, ret);
}
