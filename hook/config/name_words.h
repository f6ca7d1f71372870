/* SPDX-License-Identifier: MIT */
/*
 * LXC puts the container's name behind a hook line (lxc.hook.version 0) and hands both to /bin/sh:
 * "arch linux" comes as two words, "a;b" as one and without the hook's type, "--help" as an option.
 */
#ifndef HOOK_NAME_WORDS_H
#define HOOK_NAME_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define NAME_WORDS_MAX 64

enum name_fate {
    NAME_PLAIN, /* one word, which no program takes for an option */
    NAME_WORDS, /* `words`, and behind them what LXC adds */
    NAME_CUT,   /* `words`, and nothing behind them */
    NAME_LOST,  /* a command, a variable, an open quote: only a shell can tell */
};

struct name_words {
    enum name_fate fate;
    size_t count;
    char *words[NAME_WORDS_MAX];
    char text[256]; /* what the words point into */
};

/* Pure. What the shell makes of a name; ret->words point into *ret. */
void name_words_split(const char *name, struct name_words *ret);

/*
 * The arguments of this process with the name as one word and apart from the options, where LXC
 * started it for a container of such a name: OPTION... -- NAME lxc TYPE. Otherwise *argc and *argv
 * stay as they are. False when the shell has taken the name apart so that nothing can be told.
 */
bool name_words_join(int *argc, char ***argv);

#endif
