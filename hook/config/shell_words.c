/* SPDX-License-Identifier: MIT */
#include "config/shell_words.h"

#include <string.h>

#define BLANKS  " \t"
#define SPECIAL "$`\\|&;<>()*?[]{}#~"

/* `from` is behind an opening quote; it ends behind the closing one. */
static bool quoted_take(char **from, char **to, char quote)
{
    for (; **from && **from != quote; (*from)++) {
        if (quote == '"' && strchr("$`\\", **from))
            return false;
        *(*to)++ = **from;
    }
    return *(*from)++ == quote;
}

static bool word_take(char **from, char **to)
{
    while (**from && !strchr(BLANKS, **from)) {
        char c = *(*from)++;
        if (c == '\'' || c == '"') {
            if (!quoted_take(from, to, c))
                return false;
        } else if (strchr(SPECIAL, c)) {
            return false;
        } else {
            *(*to)++ = c;
        }
    }
    return true;
}

bool shell_words_split(char *line, size_t max, char **ret_words, size_t *ret_count)
{
    char *from = line;
    char *to = line; /* never ahead of `from` */
    size_t count = 0;

    while (*(from += strspn(from, BLANKS))) {
        if (count == max)
            return false;
        ret_words[count++] = to;
        if (!word_take(&from, &to))
            return false;
        if (*from)
            from++;
        *to++ = '\0';
    }
    *ret_count = count;
    return true;
}
