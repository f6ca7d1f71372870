/* SPDX-License-Identifier: MIT */
/*
 * The file of --output: written beside its place and moved there when it is complete, so that a
 * run that fails leaves neither half a stream nor a changed old one.
 */
#ifndef VERIFY_OUTPUT_H
#define VERIFY_OUTPUT_H

#include "base/err.h"

struct output {
    const char *path; /* NULL: nothing is written */
    char *temporary;  /* owned; NULL once it was moved or removed */
    int fd;           /* -1 when there is none */
};

#define OUTPUT_NONE ((struct output){.fd = -1})

/* Errors are -errno with err: STATUS_USAGE for a place that cannot be written to, STATUS_INTERNAL
 * for what goes wrong later. To be committed, an output must have been opened. */
int output_open(const char *path, struct output *ret, struct err *err);
int output_commit(struct output *output, struct err *err);

/* Removes what was not committed, and frees. */
void output_close(struct output *output);

#endif
