/* SPDX-License-Identifier: MIT */
/*
 * Verdicts: a const table of pure functions over the facts, in the order in which a person would
 * look. The first check that fails decides.
 */
#ifndef VERIFY_CHECKS_H
#define VERIFY_CHECKS_H

#include "judge/cause.h"

enum check_status { CHECK_PASS, CHECK_WARN, CHECK_FAIL, CHECK_SKIP };

#define CHECK_TABLE(X)                                                                             \
    X(NODE, node)                                                                                  \
    X(ACCESS, access)                                                                              \
    X(KERNEL, kernel)                                                                              \
    X(DRIVER, driver)                                                                              \
    X(ENTRYPOINTS, entrypoints)                                                                    \
    X(ENCODE, encode)                                                                              \
    X(BITSTREAM, bitstream)                                                                        \
    X(DECODE, decode)                                                                              \
    X(SCALE, scale)                                                                                \
    X(CODECS, codecs)

#define CHECK_ENUM(symbol, id) CHECK_ID_##symbol,
enum check_id { CHECK_TABLE(CHECK_ENUM) CHECK_COUNT };
#undef CHECK_ENUM

#define CHECK_DETAIL_MAX 320 /* with room for every codec, both ways */

struct finding {
    enum check_status status;
    enum cause cause;              /* CAUSE_NONE for pass and skip */
    enum exit_status exit_status;  /* for a failure */
    char detail[CHECK_DETAIL_MAX]; /* one line of evidence; printable ASCII */
};

enum verdict { VERDICT_PASS, VERDICT_WARN, VERDICT_FAIL, VERDICT_LISTED };

struct report {
    struct finding findings[CHECK_COUNT];
    enum verdict verdict; /* LISTED: --list went through, nothing was encoded */
    enum exit_status status;
    int failed; /* index of the check that failed; -1 none */
};

void checks_judge(const struct facts *facts, struct report *ret);

/* What has to be known of packages before it can be printed. */
enum package_depth report_packages(const struct report *report);

/* Whether the GPU or its driver failed: the kernel may know better why. */
bool report_blames_driver(const struct report *report);

const char *check_name(enum check_id id);
const char *check_status_name(enum check_status status);
const char *verdict_name(enum verdict verdict); /* NULL for LISTED: there is no verdict */

/* The checks that have files of their own: checks_access.c, checks_driver.c and
 * checks_stream.c. A check adds its evidence
 * to `detail`. */
struct judgement {
    enum check_status status;
    enum cause cause;
};
typedef struct judgement (*check_judge)(const struct facts *facts, struct text *detail);

struct judgement check_access(const struct facts *facts, struct text *detail);
struct judgement check_driver(const struct facts *facts, struct text *detail);
struct judgement check_entrypoints(const struct facts *facts, struct text *detail);
struct judgement check_encode(const struct facts *facts, struct text *detail);
struct judgement check_bitstream(const struct facts *facts, struct text *detail);
struct judgement check_decode(const struct facts *facts, struct text *detail);
struct judgement check_scale(const struct facts *facts, struct text *detail);
struct judgement check_codecs(const struct facts *facts, struct text *detail);

/* What the kernel's evidence makes of a cause that blames the GPU or its driver; else the same. */
enum cause evidence_cause(const struct facts *facts, enum cause cause);
bool evidence_matters(enum cause cause);

#define JUDGED_PASS        ((struct judgement){CHECK_PASS, CAUSE_NONE})
#define JUDGED_SKIP        ((struct judgement){CHECK_SKIP, CAUSE_NONE})
#define JUDGED_WARN(cause) ((struct judgement){CHECK_WARN, (cause)})
#define JUDGED_FAIL(cause) ((struct judgement){CHECK_FAIL, (cause)})

#endif
