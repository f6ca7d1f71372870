/* SPDX-License-Identifier: MIT */
/*
 * The one error contract of this project: a function that can fail returns 0 or -errno and fills a
 * caller-owned `struct err`. The callee says what failed, each caller adds why it was done, so the
 * text reads goal, object, cause. `fix` holds lines that a person can paste.
 *
 * `status` is a public exit status; it comes from the program's enum, never from a literal.
 * What is said may hold words that somebody else wrote. No byte that a terminal could obey gets
 * into a `struct err`, nor a line break that would begin a fix of its own; and a fix holds no word
 * of another's that a shell takes apart.
 *
 * Nothing here allocates, and over-long text is cut, never overrun; but a line of the fix is whole
 * or not there: half of one, pasted, would do something else.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

#define ERR_TEXT_MAX 768
#define ERR_FIX_MAX  1536

struct err {
    int status;
    int cause;             /* the program's own number for it; 0 when it has none */
    bool has_config_lines; /* the fix has lines for a container's config: err_fix_config */
    char text[ERR_TEXT_MAX];
    char fix[ERR_FIX_MAX]; /* newline-separated lines, no trailing newline */
};

/*
 * Starts an error over: what failed, and why when `error` (an errno value) is not 0.
 * Returns -error, or -EINVAL when error is 0.
 */
__attribute__((format(printf, 4, 5))) int err_set(struct err *err, int status, int error,
                                                  const char *fmt, ...);

/* Puts "<why>: " in front of the text. */
__attribute__((format(printf, 2, 3))) void err_wrap(struct err *err, const char *fmt, ...);

/* Adds to the text's end. */
__attribute__((format(printf, 2, 3))) void err_add(struct err *err, const char *fmt, ...);

/*
 * Adds one line to the fix. It is left out when it does not fit any more, or when what goes into a
 * %s is not "" or a plain word (text_is_shell_word): in `fmt` goes own text, in %s that of others.
 */
__attribute__((format(printf, 2, 3))) void err_fix(struct err *err, const char *fmt, ...);

/* The same for a line that goes into the container's config. */
#define err_fix_config(err, ...) ((err)->has_config_lines = true, err_fix((err), __VA_ARGS__))

/* Adds whole lines, made by a function that has looked at each word of another's itself. */
void err_fix_lines(struct err *err, const char *lines);

#endif
