/* SPDX-License-Identifier: MIT */
/* How large a picture the driver takes. */
#ifndef VERIFY_VA_LIMITS_H
#define VERIFY_VA_LIMITS_H

#include "va/session.h"

/* Fills the row's limits. They are a courtesy of the driver: that it does not tell them is no
 * failure. */
void limits_read(struct va_session *session, struct va_row *row);

/* The same for every encoder and decoder of the table, for a list. */
void limits_read_all(struct va_session *session);

/* What keeps a picture of the size asked for from being encoded by this row. */
enum va_refusal limits_refuse(const struct va_row *row, const struct va_request *request);

#endif
