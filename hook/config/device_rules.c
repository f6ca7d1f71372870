#include "config/device_rules.h"

#include "base/cleanup.h"
#include "exit_status.h"

#include <stdio.h>
#include <string.h>

/* Hosts with the devices controller on v1 have its folder, hybrid ones too. */
static bool host_is_v1(void)
{
    return access("/sys/fs/cgroup/devices/cgroup.procs", F_OK) == 0;
}

int device_rules_load(const struct container *container, struct device_rules *ret, struct err *err)
{
    CLEANUP_FREE char *allow = NULL;
    CLEANUP_FREE char *deny = NULL;
    bool is_v1 = host_is_v1();
    int r = lxc_config_get(
        container, is_v1 ? "lxc.cgroup.devices.allow" : "lxc.cgroup2.devices.allow", &allow, err);

    if (r == 0)
        r = lxc_config_get(
            container, is_v1 ? "lxc.cgroup.devices.deny" : "lxc.cgroup2.devices.deny", &deny, err);
    if (r < 0 || !allow || !deny)
        return r;
    *ret = (struct device_rules){.is_v1 = is_v1};
    ret->denies_all = strchr(deny, 'a') != NULL || (!is_v1 && allow[0]);
    snprintf(ret->allowed, sizeof(ret->allowed), "%s", allow);
    snprintf(ret->denied, sizeof(ret->denied), "%s", deny);
    return 0;
}

static bool number_matches(const char *pattern, unsigned number)
{
    char text[16];

    snprintf(text, sizeof(text), "%u", number);
    return strcmp(pattern, "*") == 0 || strcmp(pattern, text) == 0;
}

/* "c 226:* rwm", or "a" for everything. To deny either reading or writing is enough. */
static bool rule_matches(const char *rule, bool is_allow, unsigned device_major,
                         unsigned device_minor)
{
    char type = 0;
    char major_text[12];
    char minor_text[12];
    char access_text[8];

    if (sscanf(rule, " %c %11[0-9*]:%11[0-9*] %7s", &type, major_text, minor_text, access_text) !=
        4)
        return type == 'a';
    if ((type != 'c' && type != 'a') || !number_matches(major_text, device_major) ||
        !number_matches(minor_text, device_minor))
        return false;
    return is_allow ? strchr(access_text, 'r') && strchr(access_text, 'w')
                    : strpbrk(access_text, "rw") != NULL;
}

static bool any_matches(const char *rules, bool is_allow, unsigned device_major,
                        unsigned device_minor)
{
    char text[DEVICE_RULES_TEXT_MAX];
    char *rest = NULL;

    memcpy(text, rules, sizeof(text));
    for (char *rule = strtok_r(text, "\n", &rest); rule; rule = strtok_r(NULL, "\n", &rest))
        if (rule_matches(rule, is_allow, device_major, device_minor))
            return true;
    return false;
}

bool device_rules_allow(const struct device_rules *rules, unsigned device_major,
                        unsigned device_minor)
{
    if (any_matches(rules->allowed, true, device_major, device_minor))
        return true;
    return !rules->denies_all && !any_matches(rules->denied, false, device_major, device_minor);
}
