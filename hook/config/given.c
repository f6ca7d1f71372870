/* SPDX-License-Identifier: MIT */
#include "config/given.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "config/scan.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define WORDS_MAX (128u << 10)

static bool is_lxc(const char *program)
{
    const char *slash = strrchr(program, '/');

    return strncmp(slash ? slash + 1 : program, "lxc-", strlen("lxc-")) == 0;
}

/* "c1" behind -n, "-nc1", "--name=c1" */
static bool is_name(const char *word, const char *name)
{
    static const char *const forms[] = {"", "-n", "--name="};

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (strncmp(word, forms[i], strlen(forms[i])) == 0 &&
            text_is_equal(word + strlen(forms[i]), name))
            return true;
    return false;
}

/* "lxc.hook.start-host = /usr/bin/lxc-gpu-hook", also behind "-s" or "--define=" */
static bool is_line(const char *word, const char *key)
{
    const char *at = strstr(word, key);

    return at && strchr("= \t", at[strlen(key)]) && config_hook_find(at);
}

bool given_by_words(const char *words, size_t size, const char *name, const char *key)
{
    bool has_name = false;
    bool has_line = false;

    if (size == 0 || words[size - 1] != '\0' || !is_lxc(words))
        return false;
    for (const char *word = words; word < words + size; word += strlen(word) + 1) {
        has_name |= is_name(word, name);
        has_line |= is_line(word, key);
    }
    return has_name && has_line;
}

bool given_on_command_line(const char *name, const char *key)
{
    CLEANUP_DIR DIR *dir = opendir("/proc");
    struct dirent *entry;
    bool is_given = false;

    while (dir && !is_given && (entry = readdir(dir))) {
        CLEANUP_FREE char *words = NULL;
        char path[NAME_MAX + 10];
        size_t size;
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
            continue;
        snprintf(path, sizeof(path), "%s/cmdline", entry->d_name);
        is_given = file_read_at(dirfd(dir), path, WORDS_MAX, &words, &size) == 0 &&
                   given_by_words(words, size, name, key);
    }
    return is_given;
}
