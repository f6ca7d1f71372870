/* SPDX-License-Identifier: MIT */
#include "config/name_words.h"

#include "base/text.h"
#include "config/shell_words.h"
#include "facts/env.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BLANKS " \t"
#define QUOTES "'\""
#define ENDS   ";\n"        /* exec has no way back: what is behind them is lost */
#define LOSING "$`\\|&<>()" /* a pattern stays as it is where no file has that name */

/* ---- what the shell makes of it -------------------------------------------------------------- */

/* A remark starts where a word could. */
static size_t end_of(const char *name)
{
    size_t end = strcspn(name, ENDS);

    for (size_t i = 0; i < end; i++)
        if (name[i] == '#' && (i == 0 || strchr(BLANKS, name[i - 1])))
            return i;
    return end;
}

static bool words_cut(struct name_words *ret)
{
    char *rest = NULL;

    if (strpbrk(ret->text, QUOTES))
        return shell_words_split(ret->text, NAME_WORDS_MAX, ret->words, &ret->count);
    if (strpbrk(ret->text, LOSING))
        return false;
    for (char *word = strtok_r(ret->text, BLANKS, &rest); word;
         word = strtok_r(NULL, BLANKS, &rest)) {
        if (ret->count == NAME_WORDS_MAX)
            return false;
        ret->words[ret->count++] = word;
    }
    return true;
}

void name_words_split(const char *name, struct name_words *ret)
{
    size_t end = end_of(name);

    *ret = (struct name_words){.fate = NAME_PLAIN};
    if (name[0] != '-' && !strpbrk(name, BLANKS QUOTES ENDS LOSING) && !name[end])
        return;
    ret->fate = name[end] ? NAME_CUT : NAME_WORDS;
    if (end >= sizeof(ret->text) || (name[end] && strpbrk(name, QUOTES))) {
        ret->fate = NAME_LOST;
        return;
    }
    memcpy(ret->text, name, end);
    if (!words_cut(ret))
        ret->fate = NAME_LOST;
}

/* ---- the arguments of this process ----------------------------------------------------------- */

static bool are_words(const struct name_words *name, char *const *argv)
{
    for (size_t i = 0; i < name->count; i++)
        if (!text_is_equal(name->words[i], argv[i]))
            return false;
    return true;
}

static bool is_type(const char *word)
{
    bool unused;
    const char *type;

    for (size_t i = 0; (type = hook_type_name(i, &unused)); i++)
        if (text_is_equal(type, word))
            return true;
    return false;
}

/* The index of the name's first word; 0 when it is not there. */
static int name_find(const struct name_words *name, int argc, char *const *argv)
{
    int count = (int)name->count;

    if (name->fate == NAME_CUT)
        return argc > count && are_words(name, argv + argc - count) ? argc - count : 0;
    for (int at = argc - 2; at > count; at--)
        if (text_is_equal(argv[at], "lxc") && is_type(argv[at + 1]) &&
            are_words(name, argv + at - count))
            return at - count;
    return 0;
}

/*
 * LXC sets LXC_PID, to the container's init, before start-host alone; a mount hook is in the mount
 * namespace of the container. At a reboot it inherits the number of an init that has ended.
 */
static const char *type_by_place(void)
{
    const char *pid = getenv("LXC_PID");
    char path[64];
    struct stat own;
    struct stat init;

    snprintf(path, sizeof(path), "/proc/%.20s/ns/mnt", pid ? pid : "none");
    if (stat(path, &init) < 0)
        return errno == EACCES ? "start-host" : "mount";
    return stat("/proc/self/ns/mnt", &own) == 0 && own.st_ino == init.st_ino ? "mount"
                                                                             : "start-host";
}

static void arguments_join(const struct name_words *name, const char *whole, int at, int *argc,
                           char ***argv)
{
    int behind = at + (int)name->count;
    int count = at;
    static char **joined; /* for as long as the process lasts */

    joined = calloc((size_t)*argc + 5, sizeof(*joined));
    if (!joined)
        return;
    memcpy(joined, *argv, (size_t)at * sizeof(*joined));
    joined[count++] = (char *)"--";
    joined[count++] = (char *)whole;
    if (name->fate == NAME_CUT) {
        joined[count++] = (char *)"lxc";
        joined[count++] = (char *)type_by_place();
    }
    for (int i = behind; i < *argc; i++)
        joined[count++] = (*argv)[i];
    *argc = count;
    *argv = joined;
}

bool name_words_join(int *argc, char ***argv)
{
    static struct name_words name;
    const char *whole = getenv("LXC_NAME");
    int at;

    if (getenv("LXC_HOOK_TYPE") || !whole || !hook_env_is_lxcs())
        return true;
    name_words_split(whole, &name);
    if (name.fate == NAME_PLAIN)
        return true;
    if (name.fate == NAME_LOST)
        return false;
    at = name_find(&name, *argc, *argv);
    if (at)
        arguments_join(&name, whole, at, argc, argv);
    return true;
}
