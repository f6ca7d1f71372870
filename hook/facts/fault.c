/* SPDX-License-Identifier: MIT */
#include "facts/fault.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>

int fault_put(struct fault *fault, const struct fault_facts *facts)
{
    *fault =
        (struct fault){.cause = facts->cause, .error = facts->error, .a = facts->a, .b = facts->b};
    snprintf(fault->name, sizeof(fault->name), "%s", facts->name ? facts->name : "");
    snprintf(fault->detail, sizeof(fault->detail), "%s", facts->detail ? facts->detail : "");
    return facts->error ? -facts->error : -EINVAL;
}

int fault_of_child(const struct child_told *told, enum cause killed, struct fault *fault)
{
    struct child_told copy = *told;

    if (!copy.outcome.is_finished)
        return fault_set(fault, killed, 0);
    if (copy.outcome.result >= 0)
        return 0;
    copy.fault.name[sizeof(copy.fault.name) - 1] = '\0';
    copy.fault.detail[sizeof(copy.fault.detail) - 1] = '\0';
    text_make_plain(copy.fault.name, "");
    text_make_plain(copy.fault.detail, "");
    copy.fault.left = LEFT_NOTHING;
    if (copy.fault.error < 0)
        copy.fault.error = EIO;
    if (copy.fault.cause <= CAUSE_NONE || copy.fault.cause >= CAUSE_COUNT)
        copy.fault.cause = killed;
    *fault = copy.fault;
    return copy.outcome.result;
}
