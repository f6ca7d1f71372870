/* The command line of both programs: one table is the parser and the help. */
#ifndef BASE_OPTION_TABLE_H
#define BASE_OPTION_TABLE_H

#include "base/err.h"

#include <stddef.h>
#include <stdio.h>

/*
 * Sets in `options`, the program's own structure, what an option stands for. `value` points into
 * argv; NULL where none is taken. 0, or -errno: `err` is set by the parser where the row says what
 * is wanted, else by this.
 */
typedef int (*option_take)(void *options, const char *value, struct err *err);

struct option_row {
    const char *name; /* without dashes */
    char letter;      /* the short form; 0: none */
    option_take take;
    const char *argument; /* what the help calls the value; NULL: takes none */
    const char *wanted;   /* completes "--name value: not "; NULL: `take` words its refusals */
    const char *help;     /* newline-separated lines */
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

void option_table_help(const struct option_table *table, FILE *out);

#endif
