#include "system/place.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "system/access.h"
#include "system/mounts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#define EVIDENCE_MAX ((size_t)1 << 20)

void place_name_lxc(const char *mountinfo, struct place_facts *ret)
{
    static const char tail[] = "/rootfs";
    struct mount_entry entry;
    size_t length;
    char *slash;

    if (!mounts_find(mountinfo, "/", &entry))
        return;
    length = strlen(entry.root);
    if (length <= strlen(tail) || !text_is_equal(entry.root + length - strlen(tail), tail))
        return;
    entry.root[length - strlen(tail)] = '\0';
    slash = strrchr(entry.root, '/');
    if (!slash || strlen(slash + 1) >= sizeof(ret->name) || !slash[1])
        return;
    snprintf(ret->name, sizeof(ret->name), "%.60s", slash + 1);
    /* A user's containers lie in ~/.local/share/lxc, root's in /var/lib/lxc (lxc.system.conf(5)).
     */
    if (strstr(entry.root, "/.local/share/lxc/"))
        ret->starter = STARTER_USER;
    else if (strstr(entry.root, "/lib/lxc/"))
        ret->starter = STARTER_ROOT;
}

/* The value of `key` in a file of shell assignments, without quotes. */
static bool assignment_find(const char *text, const char *key, char *ret, size_t size)
{
    size_t key_length = strlen(key);

    for (; text; text = strchr(text, '\n'), text = text ? text + 1 : NULL) {
        if (strncmp(text, key, key_length) != 0 || text[key_length] != '=')
            continue;
        const char *value = text + key_length + 1;
        size_t quote = strspn(value, "\"'");
        size_t length = strcspn(value + quote, "\"'\n");
        if (length >= size)
            return false;
        memcpy(ret, value + quote, length);
        ret[length] = '\0';
        return true;
    }
    return false;
}

static bool words_have(const char *words, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = words; (at = strstr(at, word)); at += length) {
        bool starts = at == words || at[-1] == ' ';
        if (starts && (at[length] == ' ' || at[length] == '\0'))
            return true;
    }
    return false;
}

void place_distro(const char *os_release, struct place_facts *ret)
{
    static const struct {
        const char *word;
        enum distro distro;
    } families[] = {{"debian", DISTRO_DEBIAN},
                    {"ubuntu", DISTRO_DEBIAN},
                    {"fedora", DISTRO_FEDORA},
                    {"alpine", DISTRO_ALPINE},
                    {"arch", DISTRO_ARCH}};
    char like[96] = "";
    char words[160];

    (void)assignment_find(os_release, "ID", ret->distro_id, sizeof(ret->distro_id));
    (void)assignment_find(os_release, "ID_LIKE", like, sizeof(like));
    snprintf(words, sizeof(words), "%s %s", ret->distro_id, like);
    ret->is_ubuntu = words_have(words, "ubuntu");
    for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) {
        if (words_have(words, families[i].word)) {
            ret->distro = families[i].distro;
            return;
        }
    }
}

/* NULL for what does not exist, cannot be read or is too long. Free the result. */
static char *text_read(const char *path)
{
    char *text = NULL;
    size_t size;

    if (file_read_at(AT_FDCWD, path, EVIDENCE_MAX, &text, &size) < 0)
        return NULL;
    /* /proc/1/environ separates with NUL. */
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\0')
            text[i] = '\n';
    }
    return text;
}

/* Who says that it manages this container: files that anyone may read first. */
static void manager_collect(char *ret, size_t size)
{
    static const char *const files[] = {"/run/systemd/container", "/run/host/container-manager"};
    CLEANUP_FREE char *environment = text_read("/proc/1/environ");

    *ret = '\0';
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        CLEANUP_FREE char *text = text_read(files[i]);
        size_t length = text ? strcspn(text, "\n") : 0;
        if (length == 0 || length >= size)
            continue;
        memcpy(ret, text, length);
        ret[length] = '\0';
        return;
    }
    if (environment && assignment_find(environment, "container", ret, size))
        return;
    const char *own = getenv("container");
    if (own && strlen(own) < size)
        snprintf(ret, size, "%s", own);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static bool file_exists(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0;
}

/*
 * Every hypervisor sets this bit and no processor does. /proc/cpuinfo says the same, but Linux 5.10
 * may wait 10 ms for clock rates first (arch_freq_prepare_all), the file is long where there are
 * many processors, and in an LXC container it is lxcfs that answers.
 */
static bool has_hypervisor_bit(void)
{
#if defined(__x86_64__) || defined(__i386__)
    unsigned eax, ebx, ecx, edx;

    return __get_cpuid(1, &eax, &ebx, &ecx, &edx) && ecx >> 31;
#else
    return false;
#endif
}

static void decide(const char *mountinfo, struct place_facts *ret)
{
    CLEANUP_FREE char *cgroup = text_read("/proc/1/cgroup");
    CLEANUP_FREE char *uid_map = text_read("/proc/self/uid_map");
    bool is_lxd = file_exists("/dev/lxd");
    struct idmap map;
    char manager[48];

    (void)idmap_parse(or_empty(uid_map), &map);
    manager_collect(manager, sizeof(manager));
    const struct place_evidence evidence = {
        .manager = manager,
        .cgroup = or_empty(cgroup),
        .mountinfo = mountinfo,
        .is_kubernetes = getenv("KUBERNETES_SERVICE_HOST") != NULL,
        .has_incus_folder = file_exists("/dev/incus") || is_lxd,
        .has_docker_file = file_exists("/.dockerenv"),
        .has_podman_file = file_exists("/run/.containerenv"),
        .is_hypervisor = has_hypervisor_bit() || file_exists("/sys/hypervisor/type"),
        .is_user_namespace = map.count > 0 && !idmap_is_initial(&map),
    };
    ret->place = place_decide(&evidence);
    ret->is_lxd = ret->place == PLACE_INCUS && is_lxd;
    ret->is_nested = place_is_nested(ret->place, &map, mountinfo);
    ret->is_cgroup_v1 = strstr(evidence.cgroup, ":devices:") != NULL;
}

static void variable_copy(const char *name, char *ret, size_t size)
{
    const char *value = getenv(name);

    if (value)
        snprintf(ret, size, "%s", value);
}

void place_collect(struct place_facts *ret)
{
    CLEANUP_FREE char *mountinfo = text_read("/proc/self/mountinfo");
    CLEANUP_FREE char *release = text_read("/etc/os-release");
    struct utsname name;

    *ret = (struct place_facts){0};
    decide(or_empty(mountinfo), ret);
    if (uname(&name) == 0) {
        snprintf(ret->name, sizeof(ret->name), "%.60s", name.nodename);
        snprintf(ret->release, sizeof(ret->release), "%.60s", name.release);
    }
    if (mountinfo && (ret->place == PLACE_LXC || ret->place == PLACE_INCUS))
        place_name_lxc(mountinfo, ret);
    if (release)
        place_distro(release, ret);
    variable_copy("LIBVA_DRIVER_NAME", ret->driver_name, sizeof(ret->driver_name));
    variable_copy("LIBVA_DRIVERS_PATH", ret->drivers_path, sizeof(ret->drivers_path));
}
