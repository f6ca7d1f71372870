/*
 * Ways a verification can end, as facts made by hand: for verify_report.c.
 */
#ifndef TESTS_VERIFY_CASES_H
#define TESTS_VERIFY_CASES_H

#include "exit_status.h"
#include "facts.h"

#include <stdio.h>

struct verify_case {
    const char *name;      /* of its golden files: the row of the diagnosis, and what is seen */
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
extern const struct verify_case VERIFY_CASES_VA[];

/* Steps back that both lists use. */
void facts_va_never(void);
void facts_at(enum place place);
void facts_root_user(void);

#define SET(array, text) ((void)snprintf((array), sizeof(array), "%s", (text)))

#define CASE(name) static void case_##name(void)
#define ROW(name, status, row)                                                                     \
    {                                                                                              \
#name, case_##name, status, row                                                            \
    }

#endif
