/* SPDX-License-Identifier: MIT */
/* Writing JSON (RFC 8259): commas, escapes, and nothing but valid UTF-8. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
    FILE *out;
    bool needs_comma;
    bool has_lines; /* for a person too: a line for each element; else all on one */
    int depth;
};

/* A key of the object that is open; NULL where a list or nothing is open. */
void json_open(struct json *json, const char *key, char bracket);
void json_close(struct json *json, char bracket);

/* NULL is written as null. Bytes that are no UTF-8 become U+FFFD. */
void json_string(struct json *json, const char *key, const char *value);
void json_number(struct json *json, const char *key, uint64_t value);
void json_signed(struct json *json, const char *key, int64_t value);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

/* Three digits behind the point; null when it is no finite number. */
void json_real(struct json *json, const char *key, double value);

#endif
