/* SPDX-License-Identifier: MIT */
/* The command line of both programs: one table is the parser and the help. */
#ifndef BASE_OPTION_TABLE_H
#define BASE_OPTION_TABLE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum option_kind {
    OPTION_TAKE,   /* by `take` */
    OPTION_FLAG,   /* without a value: the bool at `at` becomes true */
    OPTION_SET,    /* without a value: the unsigned or enum at `at` becomes `max` */
    OPTION_NUMBER, /* in decimal, from `min` to `max`: into the uint32_t at `at` */
    OPTION_TEXT,   /* any but an empty one: into the const char * at `at`, which points into argv */
    OPTION_CHOICE, /* one of `words`: its place among them into the unsigned or enum at `at` */
};

/*
 * For what is more than one field: sets it in `options`, the program's own structure. `value`
 * points into argv. 0, or -errno: `err` is set by the parser where the row says what is wanted,
 * else by this.
 */
typedef int (*option_take)(void *options, const char *value, struct err *err);

struct option_row {
    const char *name; /* without dashes */
    char letter;      /* the short form; 0: none */
    enum option_kind kind;
    const char *argument; /* what the help calls the value; NULL: takes none */
    const char *wanted;   /* completes "--name value: not "; NULL: `take` words its refusals */
    const char *help;     /* newline-separated lines */
    size_t at;            /* offsetof in the program's own structure */
    uint32_t min, max;
    const char *const *words; /* NULL ends them */
    option_take take;
    bool is_first; /* shown in the help that fits a screen, too */
};

struct option_table {
    const struct option_row *rows;
    size_t count; /* at most OPTION_ROWS_MAX */
    int status;   /* of an error: the program's for wrong use */
};

#define OPTION_ROWS_MAX 32

/*
 * 0 and in *ret_rest where the words begin that are no options, which getopt moves to the end of
 * argv; or -errno with a text that names the word at fault.
 */
int option_table_parse(const struct option_table *table, int argc, char **argv, void *options,
                       int *ret_rest, struct err *err);

/* All rows, or those that come first. */
void option_table_help(const struct option_table *table, bool all, FILE *out);

#endif
