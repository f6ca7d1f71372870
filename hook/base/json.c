/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

/* Length of the UTF-8 sequence at `text` (RFC 3629 section 4), 0 when it is none. */
static size_t utf8_length(const unsigned char *text)
{
    /* First byte from..to, then the range of the second; all further ones are 80..BF. */
    static const struct {
        unsigned char from, to, second_from, second_to, length;
    } rows[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (text[0] < rows[i].from || text[0] > rows[i].to)
            continue;
        if (text[1] < rows[i].second_from || text[1] > rows[i].second_to)
            return 0;
        for (size_t k = 2; k < rows[i].length; k++) {
            if ((text[k] & 0xc0) != 0x80)
                return 0;
        }
        return rows[i].length;
    }
    return 0;
}

static void string_write(FILE *out, const char *value)
{
    const unsigned char *text = (const unsigned char *)value;

    fputc('"', out);
    while (*text) {
        size_t length = 1;
        if (*text == '"' || *text == '\\') {
            fprintf(out, "\\%c", *text);
        } else if (*text < 0x20 || *text == 0x7f) {
            fprintf(out, "\\u%04x", *text);
        } else if (*text < 0x80) {
            fputc(*text, out);
        } else if ((length = utf8_length(text)) > 0) {
            fwrite(text, 1, length, out);
        } else {
            fputs("\\ufffd", out);
            length = 1;
        }
        text += length;
    }
    fputc('"', out);
}

static void line_begin(struct json *json)
{
    fprintf(json->out, "\n%*s", json->depth * 2, "");
}

static void key_write(struct json *json, const char *key)
{
    if (json->needs_comma)
        fputs(json->has_lines ? "," : ", ", json->out);
    if (json->has_lines && json->depth > 0)
        line_begin(json);
    json->needs_comma = true;
    if (!key)
        return;
    string_write(json->out, key);
    fputs(": ", json->out);
}

void json_open(struct json *json, const char *key, char bracket)
{
    key_write(json, key);
    fputc(bracket, json->out);
    json->depth++;
    json->needs_comma = false;
}

void json_close(struct json *json, char bracket)
{
    json->depth--;
    if (json->has_lines && json->needs_comma)
        line_begin(json);
    fputc(bracket, json->out);
    json->needs_comma = true;
}

void json_bool(struct json *json, const char *key, bool value)
{
    key_write(json, key);
    fputs(value ? "true" : "false", json->out);
}

void json_null(struct json *json, const char *key)
{
    key_write(json, key);
    fputs("null", json->out);
}

void json_string(struct json *json, const char *key, const char *value)
{
    if (!value) {
        json_null(json, key);
        return;
    }
    key_write(json, key);
    string_write(json->out, value);
}

void json_number(struct json *json, const char *key, uint64_t value)
{
    key_write(json, key);
    fprintf(json->out, "%" PRIu64, value);
}

void json_signed(struct json *json, const char *key, int64_t value)
{
    key_write(json, key);
    fprintf(json->out, "%" PRId64, value);
}

void json_real(struct json *json, const char *key, double value)
{
    if (!isfinite(value)) {
        json_null(json, key);
        return;
    }
    key_write(json, key);
    fprintf(json->out, "%.3f", value);
}
