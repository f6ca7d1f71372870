/* SPDX-License-Identifier: MIT */
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

typedef bool text_test(const char *text, const void *memory);

static bool folder_find(size_t folder, text_test *fits, const void *memory, char *ret, size_t size)
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
            !fits(text, memory))
            continue;
        snprintf(ret, size, "%s/%s", folders[folder], entry->d_name);
        return true;
    }
    return false;
}

static bool file_find(text_test *fits, const void *memory, char *ret, size_t size)
{
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        if (folder_find(i, fits, memory, ret, size))
            return true;
    return false;
}

static bool test_keeps_out(const char *text, const void *memory)
{
    return modprobe_keeps_out(text, memory);
}

/* ---- parameters of a module ------------------------------------------------------------------ */

bool modprobe_sets(const char *text, const char *module, const char *parameter)
{
    size_t length = strlen(parameter);

    while (*text) {
        char line[512];
        char *rest = NULL;
        size_t end = strcspn(text, "\n");
        snprintf(line, sizeof(line), "%.*s", (int)end, text);
        const char *verb = strtok_r(line, " \t", &rest);
        const char *name = verb ? strtok_r(NULL, " \t", &rest) : NULL;
        bool is_ours = name && text_is_equal(verb, "options") && is_module(name, module);
        for (const char *word; is_ours && (word = strtok_r(NULL, " \t", &rest));)
            if (strncmp(word, parameter, length) == 0 && word[length] == '=')
                return true;
        text += end;
        text += *text == '\n';
    }
    return false;
}

struct wanted_parameter {
    const char *module, *parameter;
};

static bool test_sets(const char *text, const void *memory)
{
    const struct wanted_parameter *wanted = memory;

    return modprobe_sets(text, wanted->module, wanted->parameter);
}

bool modprobe_find_parameter(const char *module, const char *parameter, char *ret, size_t size)
{
    const struct wanted_parameter wanted = {module, parameter};

    return file_find(test_sets, &wanted, ret, size);
}

bool modprobe_cmdline_sets(const char *text, const char *module, const char *parameter)
{
    while (*(text += strspn(text, " \t\n"))) {
        char word[160];
        size_t length = strcspn(text, " \t\n");
        snprintf(word, sizeof(word), "%.*s", (int)length, text);
        word[strcspn(word, "=")] = '\0';
        char *dot = strchr(word, '.');
        if (!module && text_is_equal(word, parameter))
            return true;
        if (module && dot) {
            *dot = '\0';
            if (is_module(word, module) && text_is_equal(dot + 1, parameter))
                return true;
        }
        text += length;
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
    if (ret->by == KEPT_OUT_BY_NOTHING &&
        file_find(test_keeps_out, module, ret->file, sizeof(ret->file)))
        ret->by = KEPT_OUT_BY_FILE;
}
