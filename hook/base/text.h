/* SPDX-License-Identifier: MIT */
/* Text: strict numbers, bounded building, and making hostile bytes safe to print. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A whole string as an unsigned number in `base` (8, 10 or 16), nothing before or behind it, no
 * sign. -EINVAL when it is not one, -ERANGE when it is above `max`. *ret is set on success only.
 */
int text_to_u64(const char *text, int base, uint64_t max, uint64_t *ret);
int text_to_u32(const char *text, int base, uint32_t max, uint32_t *ret);

/* A caller-owned buffer that text is added to; `cut` says that something did not fit. */
struct text {
    char *data;
    size_t size;
    size_t used;
    bool cut;
};

#define TEXT_ON(array) ((struct text){.data = (array), .size = sizeof(array)})

__attribute__((format(printf, 2, 3))) void text_add(struct text *text, const char *fmt, ...);

/*
 * Copies `from` so that it can go to a terminal or a log: control bytes, backslashes and
 * bytes above 0x7e become \xNN. Always terminated; cut when it does not fit. Returns `to`.
 */
const char *text_printable(char *to, size_t size, const char *from);

/*
 * In place: what a terminal could obey, and bytes above 0x7e, become a question mark; of control
 * bytes only those in `keep` stay. Returns `text`.
 */
char *text_make_plain(char *text, const char *keep);

/* One word that neither a shell, in double quotes or outside, nor sed(1) takes apart; no option. */
bool text_is_shell_word(const char *text);

static inline bool text_is_equal(const char *a, const char *b)
{
    return __builtin_strcmp(a, b) == 0;
}

#endif
