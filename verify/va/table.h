/* SPDX-License-Identifier: MIT */
/* The profile x entrypoint table, and the row of it that an encode uses. */
#ifndef VERIFY_VA_TABLE_H
#define VERIFY_VA_TABLE_H

#include "va/session.h"

/* Lists the table into facts->entrypoints. False when a libva call failed. */
bool table_read(struct va_session *session);

/*
 * Chooses the row for `request` and checks its limits. NULL when there is none that fits:
 * facts->entrypoints.refusal says why. Only facts->entrypoints.done says that all went well.
 */
const struct va_row *table_choose(struct va_session *session, const struct va_request *request);

/* The row that decodes what `row` encodes: the same profile or one that includes it. NULL: none. */
const struct va_row *table_find_decoder(const struct va_facts *facts, const struct va_row *row);

#endif
