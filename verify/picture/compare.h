/* SPDX-License-Identifier: MIT */
/* How close decoded pictures are to the pattern they were encoded from. */
#ifndef VERIFY_COMPARE_H
#define VERIFY_COMPARE_H

#include "facts/va.h"
#include "picture/pattern.h"

struct comparison {
    const struct pattern *pattern;
    struct va_facts *facts;        /* facts->decode is kept up to date with every picture */
    uint8_t *room;                 /* for one row of the pattern */
    uint32_t *runs;                /* for one row of blocks: the sum of each */
    uint64_t luma_sum, chroma_sum; /* squared differences so far */
};

/* -ENOMEM. compare_close accepts what a failure left. */
int compare_open(struct comparison *comparison, const struct pattern *pattern,
                 struct va_facts *facts);
void compare_close(struct comparison *comparison);

/* `picture` is the decoded frame number `frame`, at least as large as the pattern. */
void compare_picture(struct comparison *comparison, uint32_t frame, const struct nv12 *picture);

#endif
