#include "say/modprobe.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define MODPROBE_FILE_MAX (1u << 20)
#define CMDLINE_MAX       (64u << 10)

/* ---- the files ------------------------------------------------------------------------------- */

/* Modules are called with - or _ alike. */
static bool is_module(const char *word, const char *module)
{
    for (; *word && *module; word++, module++)
        if (*word != *module && !(*word == '-' && *module == '_'))
            return false;
    return !*word && !*module;
}

bool modprobe_keeps_out(const char *text, const char *module)
{
    while (*text) {
        char line[256];
        char *rest = NULL;
        size_t length = strcspn(text, "\n");
        snprintf(line, sizeof(line), "%.*s", (int)length, text);
        const char *verb = strtok_r(line, " \t", &rest);
        const char *name = verb ? strtok_r(NULL, " \t", &rest) : NULL;
        if (name && (text_is_equal(verb, "blacklist") || text_is_equal(verb, "install")) &&
            is_module(name, module))
            return true;
        text += length;
        text += *text == '\n';
    }
    return false;
}

/* In the order of modprobe.d(5): a file hides those of the same name in later folders. */
static const char *const folders[] = {"/etc/modprobe.d", "/run/modprobe.d",
                                      "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d",
                                      "/lib/modprobe.d"};

static bool is_hidden(size_t folder, const char *name)
{
    char path[PATH_MAX];

    for (size_t i = 0; i < folder; i++) {
        snprintf(path, sizeof(path), "%s/%s", folders[i], name);
        if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
            return true;
    }
    return false;
}

static bool has_conf_name(const char *name)
{
    size_t length = strlen(name);

    return length > 5 && text_is_equal(name + length - 5, ".conf");
}

static bool folder_keeps_out(size_t folder, const char *module, char *ret, size_t size)
{
    CLEANUP_DIR DIR *dir = opendir(folders[folder]);
    const struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        CLEANUP_FREE char *text = NULL;
        size_t unused;
        if (!has_conf_name(entry->d_name) ||
            strlen(folders[folder]) + 1 + strlen(entry->d_name) >= size ||
            is_hidden(folder, entry->d_name) ||
            file_read_at(dirfd(dir), entry->d_name, MODPROBE_FILE_MAX, &text, &unused) < 0 ||
            !modprobe_keeps_out(text, module))
            continue;
        snprintf(ret, size, "%s/%s", folders[folder], entry->d_name);
        return true;
    }
    return false;
}

/* ---- the kernel's command line --------------------------------------------------------------- */

/* Whether `list`, "a,b", which ends with the word that it stands in, names the module. */
static bool list_names(const char *list, const char *module, bool by_any_name)
{
    char word[64];

    for (;;) {
        size_t length = strcspn(list, ", \t\n");
        snprintf(word, sizeof(word), "%.*s", (int)length, list);
        if (by_any_name ? is_module(word, module) : text_is_equal(word, module))
            return true;
        list += length;
        if (*list != ',')
            return false;
        list++;
    }
}

enum kept_out_by modprobe_cmdline_keeps_out(const char *text, const char *module)
{
    static const char by_modprobe[] = "modprobe.blacklist=";
    static const char by_kernel[] = "module_blacklist=";
    enum kept_out_by by = KEPT_OUT_BY_NOTHING;

    while (*(text += strspn(text, " \t\n"))) {
        /* The kernel compares whole names, with _; what it refuses, modprobe(8) cannot load. */
        if (strncmp(text, by_kernel, strlen(by_kernel)) == 0 &&
            list_names(text + strlen(by_kernel), module, false))
            return KEPT_OUT_BY_THE_KERNEL;
        if (strncmp(text, by_modprobe, strlen(by_modprobe)) == 0 &&
            list_names(text + strlen(by_modprobe), module, true))
            by = KEPT_OUT_BY_MODPROBE;
        text += strcspn(text, " \t\n");
    }
    return by;
}

void modprobe_kept_out(const char *module, struct kept_out *ret)
{
    CLEANUP_FREE char *text = NULL;
    size_t unused;

    *ret = (struct kept_out){.by = KEPT_OUT_BY_NOTHING};
    if (file_read_at(AT_FDCWD, "/proc/cmdline", CMDLINE_MAX, &text, &unused) == 0)
        ret->by = modprobe_cmdline_keeps_out(text, module);
    for (size_t i = 0; ret->by == KEPT_OUT_BY_NOTHING && i < sizeof(folders) / sizeof(folders[0]);
         i++)
        if (folder_keeps_out(i, module, ret->file, sizeof(ret->file)))
            ret->by = KEPT_OUT_BY_FILE;
}
