/* SPDX-License-Identifier: MIT */
/* --list: what the driver offers, a row for each pair of profile and entrypoint. */
#include "render/list.h"

#include "facts/rate_control.h"

#include <string.h>
#include <va/va.h>

/* One cell has no blank, and "-" stands for what the driver does not say: awk and cut can read it.
 */
#define CELL_MAX 64
#define UNKNOWN  "-"

static const struct {
    uint32_t bit;
    const char *name;
} HEADERS[] = {{VA_ENC_PACKED_HEADER_SEQUENCE, "sequence"},
               {VA_ENC_PACKED_HEADER_PICTURE, "picture"},
               {VA_ENC_PACKED_HEADER_SLICE, "slice"},
               {VA_ENC_PACKED_HEADER_MISC, "misc"},
               {VA_ENC_PACKED_HEADER_RAW_DATA, "raw"}};
#define HEADER_COUNT (sizeof(HEADERS) / sizeof(HEADERS[0]))

static void size_write(uint32_t width, uint32_t height, struct text *cell)
{
    if (width)
        text_add(cell, "%u", width);
    if (width || height)
        text_add(cell, "x");
    if (height)
        text_add(cell, "%u", height);
    if (!cell->used)
        text_add(cell, UNKNOWN);
}

static void cell_profile(const struct va_row *row, struct text *cell)
{
    text_add(cell, "%s", row->profile_name);
}

static void cell_entrypoint(const struct va_row *row, struct text *cell)
{
    text_add(cell, "%s", row->entrypoint_name);
}

static void cell_smallest(const struct va_row *row, struct text *cell)
{
    size_write(row->min_width, row->min_height, cell);
}

static void cell_largest(const struct va_row *row, struct text *cell)
{
    size_write(row->max_width, row->max_height, cell);
}

static void cell_rates(const struct va_row *row, struct text *cell)
{
    if (row->is_encoder)
        rate_modes_add(row->rate_control ? row->rate_control : VA_RC_CQP, ",", cell);
    if (!cell->used)
        text_add(cell, UNKNOWN);
}

static void cell_headers(const struct va_row *row, struct text *cell)
{
    for (size_t i = 0; i < HEADER_COUNT; i++) {
        if (row->packed_headers & HEADERS[i].bit)
            text_add(cell, "%s%s", cell->used ? "," : "", HEADERS[i].name);
    }
    if (!cell->used)
        text_add(cell, row->is_encoder ? "none" : UNKNOWN);
}

/* EncMaxRefFrames: list 0 in the lower half, list 1 in the upper. */
static void cell_references(const struct va_row *row, struct text *cell)
{
    if (row->max_references)
        text_add(cell, "%u+%u", row->max_references & 0xffff, row->max_references >> 16);
    else
        text_add(cell, UNKNOWN);
}

static void cell_slices(const struct va_row *row, struct text *cell)
{
    if (row->max_slices)
        text_add(cell, "%u", row->max_slices);
    else
        text_add(cell, UNKNOWN);
}

static const struct {
    const char *title;
    void (*write)(const struct va_row *row, struct text *cell);
} COLUMNS[] = {
    {"PROFILE", cell_profile},       {"ENTRYPOINT", cell_entrypoint},
    {"SMALLEST", cell_smallest},     {"LARGEST", cell_largest},
    {"RATE-CONTROL", cell_rates},    {"PACKED-HEADERS", cell_headers},
    {"REFERENCES", cell_references}, {"SLICES", cell_slices},
};
#define COLUMN_COUNT (sizeof(COLUMNS) / sizeof(COLUMNS[0]))

static size_t cell_fill(const struct va_row *row, size_t column, char cell[CELL_MAX])
{
    struct text text = {.data = cell, .size = CELL_MAX};

    cell[0] = '\0';
    if (row)
        COLUMNS[column].write(row, &text);
    else
        text_add(&text, "%s", COLUMNS[column].title);
    return strlen(cell);
}

static void row_print(const struct va_row *row, const size_t widths[COLUMN_COUNT], FILE *out)
{
    char cell[CELL_MAX];
    char safe[CELL_MAX * 4];

    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        (void)cell_fill(row, i, cell);
        text_printable(safe, sizeof(safe), cell);
        if (i + 1 == COLUMN_COUNT)
            fprintf(out, "%s\n", safe);
        else
            fprintf(out, "%-*s ", (int)widths[i], safe);
    }
}

void list_print(const struct va_facts *va, FILE *out)
{
    size_t widths[COLUMN_COUNT];
    char safe[sizeof(va->driver.vendor) * 4];
    char cell[CELL_MAX];

    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        widths[i] = cell_fill(NULL, i, cell);
        for (uint32_t k = 0; k < va->entrypoints.count && k < VA_ROWS_MAX; k++) {
            size_t length = cell_fill(&va->entrypoints.rows[k], i, cell);
            widths[i] = length > widths[i] ? length : widths[i];
        }
    }
    fprintf(out, "# %s: VA-API %d.%d, ", text_printable(safe, sizeof(safe), va->driver.name),
            va->driver.va_major, va->driver.va_minor);
    fprintf(out, "%s\n", text_printable(safe, sizeof(safe), va->driver.vendor));
    row_print(NULL, widths, out);
    for (uint32_t k = 0; k < va->entrypoints.count && k < VA_ROWS_MAX; k++)
        row_print(&va->entrypoints.rows[k], widths, out);
}

static void known_write(struct json *json, const char *key, uint32_t value)
{
    if (value)
        json_number(json, key, value);
    else
        json_null(json, key);
}

/* A cell's words as a JSON list; "-" and "none" are an empty one. */
static void words_write(struct json *json, const char *key, char *cell)
{
    char *rest = NULL;

    json_open(json, key, '[');
    for (char *word = strtok_r(cell, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        if (!text_is_equal(word, UNKNOWN) && !text_is_equal(word, "none"))
            json_string(json, NULL, word);
    }
    json_close(json, ']');
}

static void row_write(const struct va_row *row, struct json *json)
{
    char rates[CELL_MAX] = "";
    char headers[CELL_MAX] = "";

    cell_rates(row, &TEXT_ON(rates));
    cell_headers(row, &TEXT_ON(headers));
    json_open(json, NULL, '{');
    json_string(json, "profile", row->profile_name);
    json_string(json, "entrypoint", row->entrypoint_name);
    known_write(json, "min_width", row->min_width);
    known_write(json, "min_height", row->min_height);
    known_write(json, "max_width", row->max_width);
    known_write(json, "max_height", row->max_height);
    words_write(json, "rate_control", rates);
    words_write(json, "packed_headers", headers);
    known_write(json, "max_references_l0", row->max_references & 0xffff);
    known_write(json, "max_references_l1", row->max_references >> 16);
    known_write(json, "max_slices", row->max_slices);
    json_close(json, '}');
}

void list_write(const struct va_facts *va, struct json *json)
{
    json_open(json, "entrypoints", '[');
    for (uint32_t i = 0; i < va->entrypoints.count && i < VA_ROWS_MAX; i++)
        row_write(&va->entrypoints.rows[i], json);
    json_close(json, ']');
}
