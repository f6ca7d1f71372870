/* SPDX-License-Identifier: MIT */
#include "base/err.h"

#include "base/text.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, int status, int error, const char *fmt, ...)
{
    va_list ap;

    *err = (struct err){.status = status};
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof(err->text), fmt, ap);
    va_end(ap);
    if (error) {
        size_t used = strlen(err->text);
        snprintf(err->text + used, sizeof(err->text) - used, ": %s", strerror(error));
    }
    text_make_plain(err->text, "");
    return error ? -error : -EINVAL;
}

void err_wrap(struct err *err, const char *fmt, ...)
{
    char text[ERR_TEXT_MAX];
    va_list ap;
    int used;

    va_start(ap, fmt);
    used = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (used < 0 || (size_t)used >= sizeof(text))
        return;
    snprintf(text + used, sizeof(text) - (size_t)used, ": %s", err->text);
    memcpy(err->text, text, sizeof(text));
    text_make_plain(err->text, "");
}

void err_add(struct err *err, const char *fmt, ...)
{
    size_t used = strlen(err->text);
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(err->text + used, sizeof(err->text) - used, fmt, ap);
    va_end(ap);
    text_make_plain(err->text, "");
}

void err_fix_lines(struct err *err, const char *lines)
{
    size_t used = strlen(err->fix);
    size_t start = used ? used + 1 : 0;
    size_t length = strlen(lines);

    if (length == 0 || start + length >= sizeof(err->fix))
        return;
    if (used)
        err->fix[used] = '\n';
    memcpy(err->fix + start, lines, length + 1);
    text_make_plain(err->fix + start, "\n");
}

/* ---- a line with words of others ------------------------------------------------------------- */

/* From behind a '%' to the conversion's letter; takes what stands in for a "*". */
static char conversion_next(const char **fmt, va_list *ap, int *ret_precision, bool *ret_is_long)
{
    *ret_precision = -1;
    *ret_is_long = false;
    for (; **fmt && !strchr("diouxXcsp%", **fmt); (*fmt)++) {
        if (**fmt == '*')
            *ret_precision = va_arg(*ap, int);
        *ret_is_long |= strchr("lzjt", **fmt) != NULL;
    }
    char conversion = **fmt;
    *fmt += conversion ? 1 : 0;
    return conversion;
}

static bool word_is_plain(const char *word, int precision)
{
    char copy[PATH_MAX];

    if (precision < 0)
        return !*word || text_is_shell_word(word);
    snprintf(copy, sizeof(copy), "%.*s", precision, word);
    return strnlen(word, (size_t)precision) < sizeof(copy) && (!*copy || text_is_shell_word(copy));
}

/* Whether each %s is a plain word. */
static bool words_are_plain(const char *fmt, va_list *ap)
{
    while ((fmt = strchr(fmt, '%'))) {
        bool is_long;
        int precision;
        fmt++;
        char conversion = conversion_next(&fmt, ap, &precision, &is_long);
        if (conversion == 's' && !word_is_plain(va_arg(*ap, const char *), precision))
            return false;
        if (conversion == 's' || conversion == '%')
            continue;
        if (conversion == '\0' || conversion == 'p')
            return false;
        if (is_long)
            (void)va_arg(*ap, long);
        else
            (void)va_arg(*ap, int);
    }
    return true;
}

void err_fix(struct err *err, const char *fmt, ...)
{
    char line[ERR_FIX_MAX];
    bool is_plain;
    int wanted;
    va_list ap;

    va_start(ap, fmt);
    is_plain = words_are_plain(fmt, &ap);
    va_end(ap);
    if (!is_plain)
        return;
    va_start(ap, fmt);
    wanted = vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    if (wanted >= 0 && (size_t)wanted < sizeof(line))
        err_fix_lines(err, line);
}
