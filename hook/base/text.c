/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 99;
}

int text_to_u64(const char *text, int base, uint64_t max, uint64_t *ret)
{
    uint64_t value = 0;

    if (!*text)
        return -EINVAL;
    for (; *text; text++) {
        int digit = digit_value(*text);
        if (digit >= base)
            return -EINVAL;
        if (value > (UINT64_MAX - (uint64_t)digit) / (uint64_t)base)
            return -ERANGE;
        value = value * (uint64_t)base + (uint64_t)digit;
    }
    if (value > max)
        return -ERANGE;
    *ret = value;
    return 0;
}

int text_to_u32(const char *text, int base, uint32_t max, uint32_t *ret)
{
    uint64_t value;
    int r = text_to_u64(text, base, max, &value);

    if (r < 0)
        return r;
    *ret = (uint32_t)value;
    return 0;
}

void text_add(struct text *text, const char *fmt, ...)
{
    size_t room = text->size - text->used;
    va_list ap;
    int wanted;

    va_start(ap, fmt);
    wanted = vsnprintf(text->data + text->used, room, fmt, ap);
    va_end(ap);
    if (wanted < 0)
        return;
    if ((size_t)wanted >= room) {
        text->used = text->size - 1;
        text->cut = true;
    } else {
        text->used += (size_t)wanted;
    }
}

const char *text_printable(char *to, size_t size, const char *from)
{
    size_t used = 0;

    for (; *from; from++) {
        unsigned char c = (unsigned char)*from;
        bool plain = c >= 0x20 && c <= 0x7e && c != '\\';
        size_t wanted = plain ? 1 : 4;
        if (used + wanted >= size)
            break;
        if (plain)
            to[used] = (char)c;
        else
            snprintf(to + used, 5, "\\x%02x", c);
        used += wanted;
    }
    to[used] = '\0';
    return to;
}

char *text_make_plain(char *text, const char *keep)
{
    for (char *c = text; *c; c++)
        if (((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e) && !strchr(keep, *c))
            *c = '?';
    return text;
}

bool text_is_shell_word(const char *text)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        "._:/@+=,-";

    return *text && *text != '-' && text[strspn(text, plain)] == '\0';
}
