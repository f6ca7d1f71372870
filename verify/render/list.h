/* SPDX-License-Identifier: MIT */
/* --list: what the driver offers, as a table and as JSON. */
#ifndef VERIFY_RENDER_LIST_H
#define VERIFY_RENDER_LIST_H

#include "base/json.h"
#include "facts/va.h"

#include <stdio.h>

/* The driver behind a #, one line of titles, then one for each pair of profile and entrypoint; no
 * cell has a blank. */
void list_print(const struct va_facts *va, FILE *out);

/* The list "entrypoints" of the object that is open. */
void list_write(const struct va_facts *va, struct json *json);

#endif
