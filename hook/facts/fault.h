/* SPDX-License-Identifier: MIT */
/*
 * Why something failed: a cause, and the facts that its words are made of, but no words. A function
 * that can fail returns 0 or -errno and fills a caller-owned `struct fault`; say/say.h makes a
 * message of it.
 *
 * A child writes its fault into memory that it shares, perhaps under the container's influence:
 * fault_of_child takes it over, as far as it can be.
 */
#ifndef HOOK_FAULT_H
#define HOOK_FAULT_H

#include "base/child.h"

#include <stdint.h>

/* A new cause is a row of causes.def. */
enum cause {
    CAUSE_NONE,
#define CAUSE(symbol, ...) CAUSE_##symbol,
#include "causes.def"
#undef CAUSE
    CAUSE_COUNT
};

/* What a failed attach may have left behind. */
enum fault_left { LEFT_NOTHING, LEFT_NEW_NODES, LEFT_NO_OLD_NODES };

#define FAULT_TEXT_MAX 256

struct fault {
    enum cause cause;
    enum fault_left left;
    int error; /* errno value; 0: there is none behind it */
    uint32_t a, b;
    char name[FAULT_TEXT_MAX];
    char detail[FAULT_TEXT_MAX];
};

/* The facts that fault_set is given by name; those that are not given are 0 or "". */
struct fault_facts {
    enum cause cause;
    int error;
    uint32_t a, b;
    const char *name, *detail;
};

/* fault_set(&fault, CAUSE_X, errno, .name = "renderD128", .a = 1): -error, or -EINVAL for 0. */
#define fault_set(fault, cause_, error_, ...)                                                      \
    fault_put((fault),                                                                             \
              &(const struct fault_facts){.cause = (cause_), .error = (error_), __VA_ARGS__})
int fault_put(struct fault *fault, const struct fault_facts *facts);

/* What a child tells of itself, in memory from child_memory. */
struct child_told {
    struct child_outcome outcome;
    struct fault fault;
};

/* The child's result; `killed` is the cause when it has not come to its end. */
int fault_of_child(const struct child_told *told, enum cause killed, struct fault *fault);

#endif
