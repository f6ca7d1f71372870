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
};

/* Lines of at most 80 columns, apart from raw facts (-v) and the one line of -q. */
void render_text(const struct rendering *rendering, FILE *out);

/* One object on one line; the keys are those of the contract, all always there. */
void render_json(const struct rendering *rendering, FILE *out);

#endif
