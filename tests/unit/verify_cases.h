/* SPDX-License-Identifier: MIT */
/*
 * Ways a verification can end, as facts made by hand: for verify_report.c.
 */
#ifndef TESTS_VERIFY_CASES_H
#define TESTS_VERIFY_CASES_H

#include "exit_status.h"
#include "facts/facts.h"

#include <stdio.h>

struct verify_case {
    const char *name;      /* in its golden file: the row of the diagnosis, and what is seen */
    void (*arrange)(void); /* one step back from a good run */
    enum exit_status status;
    const char *row; /* of the diagnosis; of the first warning for what passes, "" without one */
};

/* What the cases are made in. */
extern struct facts facts;

/* All is well: an N100 in a container that root started. */
void facts_all_good(void);

/* The lists end with a NULL name. */
extern const struct verify_case VERIFY_CASES_SYS[]; /* up to and without the VA driver */
extern const struct verify_case VERIFY_CASES_VA[];  /* the driver and what it offers */
extern const struct verify_case VERIFY_CASES_STREAM[];
extern const struct verify_case VERIFY_CASES_DECODE[]; /* a GPU that only decodes */

/* Steps back that several cases share. */
void facts_va_never(void);
void facts_at(enum place place);
void facts_root_user(void);
void facts_failure(struct va_failure *to, const char *call, int32_t status, const char *name);
void facts_driver_failed(const char *call, const char *status);
void facts_tried(const char *file, enum va_tried_result result);
void facts_init_failed(void);
void facts_decode_never(void);
void facts_bitstream_never(void);
void facts_encode_never(void);
void facts_ended(enum run_end end, int number, double seconds);
void facts_radeon(void);
void facts_package(enum debian_package package, const char *installed, const char *offered);

#define GOLDEN_MAX (128 << 10)

/* `text` is what the file `name` of tests/golden/verify holds. */
void golden_compare(const char *name, const char *text);

#define SET(array, text) ((void)snprintf((array), sizeof(array), "%s", (text)))

#define CASE(name) static void case_##name(void)
#define ROW(name, status, row)                                                                     \
    {                                                                                              \
#name, case_##name, status, row                                                            \
    }

#endif
