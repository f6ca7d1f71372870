/* SPDX-License-Identifier: MIT */
/* Prints a report. Reads facts and verdicts, decides nothing. */
#ifndef VERIFY_RENDER_H
#define VERIFY_RENDER_H

#include "cli/options.h"
#include "judge/checks.h"

#include <stdio.h>

struct rendering {
    const struct facts *facts;
    const struct report *report;
    enum verbosity verbosity;
    bool is_coloured;
    unsigned columns;    /* of the terminal, which cuts the evidence; 0: none, and nothing is cut */
    bool is_one_of_many; /* the line of -q begins with its node */
};

/*
 * Prose in lines of at most 80 columns, but for the one line of -q; the evidence of a check in one
 * line, cut to the columns there are unless it is verbose.
 */
void render_text(const struct rendering *rendering, FILE *out);

/* One object on one line; the keys are those of the contract, all always there. */
void render_json(const struct rendering *rendering, FILE *out);

/* The same keys for what ended before a node was looked at: wrong use, an error of our own. */
void render_json_error(const struct err *err, FILE *out);

#endif
