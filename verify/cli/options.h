/* SPDX-License-Identifier: MIT */
/* The command line of gpu-verify. */
#ifndef VERIFY_OPTIONS_H
#define VERIFY_OPTIONS_H

#include "facts/facts.h"

#include "base/err.h"

#include <stdio.h>

#define DEFAULT_NODE    "/dev/dri/renderD128"
#define TIMEOUT_MAX     3600
#define DEADLINE_MAX    86400
#define SIZE_MIN        16
#define SIZE_MAX_PIXELS 8192
#define QP_MAX          51

enum verbosity { VERBOSITY_QUIET, VERBOSITY_NORMAL, VERBOSITY_VERBOSE };

struct options {
    char device[NODE_PATH_MAX];
    bool has_device;
    bool all;
    const char *output;  /* NULL: nowhere; points into argv */
    uint32_t timeout;    /* seconds without an answer */
    uint32_t deadline;   /* seconds for all of it; 0: none */
    double ends_at;      /* by the clock of supervise_now(); 0: never */
    const char *like;    /* NULL: as it was started; points into argv */
    const char *libva;   /* NULL: the system's; points into argv */
    const char *metrics; /* NULL: none; "-": to standard output; points into argv */
    bool json;
    enum verbosity verbosity;
    bool version, help, help_all;
    struct va_request request;
};

/* 0, or -errno with a one-line text and STATUS_USAGE in err; *ret is set on success only. */
int options_parse(int argc, char **argv, struct options *ret, struct err *err);

void options_print_help(bool all, FILE *out);

#endif
