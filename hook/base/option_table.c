/* SPDX-License-Identifier: MIT */
#include "base/option_table.h"

#include "base/text.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

/* getopt_long answers with this plus the row's index, above every letter. */
#define ROW_BASE 256

static const struct option_row *row_find(const struct option_table *table, int answer)
{
    if (answer >= ROW_BASE)
        return &table->rows[answer - ROW_BASE];
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].letter && table->rows[i].letter == answer)
            return &table->rows[i];
    return NULL;
}

/* What getopt_long itself refuses: '?' and ':'. */
static int word_refused(const struct option_table *table, int answer, const char *word,
                        struct err *err)
{
    char shown[200];

    if (answer == ':')
        return err_set(err, table->status, 0, "option %s wants a value",
                       text_printable(shown, sizeof(shown), word));
    if (optopt >= ROW_BASE)
        return err_set(err, table->status, 0, "option --%s takes no value",
                       row_find(table, optopt)->name);
    if (optopt > 0)
        return err_set(err, table->status, 0, "unknown option -%c",
                       optopt >= 0x20 && optopt < 0x7f ? optopt : '?');
    return err_set(err, table->status, 0, "unknown option %s",
                   text_printable(shown, sizeof(shown), word));
}

static int word_find(const char *const *words, const char *value, unsigned *ret)
{
    for (unsigned i = 0; words[i]; i++) {
        if (!text_is_equal(words[i], value))
            continue;
        *ret = i;
        return 0;
    }
    return -EINVAL;
}

static int number_read(const struct option_row *row, const char *value, uint32_t *ret)
{
    uint32_t number;

    if (text_to_u32(value, 10, row->max, &number) < 0 || number < row->min)
        return -EINVAL;
    *ret = number;
    return 0;
}

static int field_set(const struct option_row *row, void *options, const char *value,
                     struct err *err)
{
    void *field = (char *)options + row->at;

    switch (row->kind) {
    case OPTION_TAKE:
        return row->take(options, value, err);
    case OPTION_FLAG:
        *(bool *)field = true;
        return 0;
    case OPTION_SET:
        *(unsigned *)field = row->max;
        return 0;
    case OPTION_NUMBER:
        return number_read(row, value, field);
    case OPTION_TEXT:
        *(const char **)field = value;
        return *value ? 0 : -EINVAL;
    case OPTION_CHOICE:
        return word_find(row->words, value, field);
    }
    return -EINVAL;
}

static int row_take(const struct option_table *table, const struct option_row *row, void *options,
                    struct err *err)
{
    char shown[200];
    int r = field_set(row, options, optarg, err);

    if (r < 0 && row->wanted)
        return err_set(err, table->status, 0, "--%s %s: not %s", row->name,
                       text_printable(shown, sizeof(shown), optarg), row->wanted);
    return r;
}

int option_table_parse(const struct option_table *table, int argc, char **argv, void *options,
                       int *ret_rest, struct err *err)
{
    struct option longs[OPTION_ROWS_MAX + 1] = {0};
    /* ":" tells a missing value from an unknown option. */
    char letters[2 * OPTION_ROWS_MAX + 2] = ":";
    struct text text = {.data = letters, .size = sizeof(letters), .used = 1};
    int answer;

    for (size_t i = 0; i < table->count; i++) {
        const struct option_row *row = &table->rows[i];
        longs[i] = (struct option){row->name, row->argument ? required_argument : no_argument, NULL,
                                   ROW_BASE + (int)i};
        if (row->letter)
            text_add(&text, "%c%s", row->letter, row->argument ? ":" : "");
    }
    opterr = 0;
    optind = 0; /* glibc: start over, so that a program can parse twice */
    while ((answer = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        const struct option_row *row = row_find(table, answer);
        int r = row ? row_take(table, row, options, err)
                    : word_refused(table, answer, argv[optind - 1], err);
        if (r < 0)
            return r;
    }
    *ret_rest = optind;
    return 0;
}

static void row_help(const struct option_row *row, FILE *out)
{
    const char *line = row->help;
    const char *end;
    char left[40] = "";
    struct text text = TEXT_ON(left);

    text_add(&text, row->letter ? "-%c, " : "    ", row->letter);
    text_add(&text, "--%s%s%s", row->name, row->argument ? " " : "",
             row->argument ? row->argument : "");
    for (; (end = strchr(line, '\n')); line = end + 1) {
        fprintf(out, "  %-24s%.*s\n", left, (int)(end - line), line);
        left[0] = '\0';
    }
    fprintf(out, "  %-24s%s\n", left, line);
}

void option_table_help(const struct option_table *table, bool all, FILE *out)
{
    for (size_t i = 0; i < table->count; i++)
        if (all || table->rows[i].is_first)
            row_help(&table->rows[i], out);
}
