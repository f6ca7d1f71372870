/* SPDX-License-Identifier: MIT */
/* Ids that applications hold, and the objects behind them. */
#ifndef TEST_DRIVER_OBJECT_H
#define TEST_DRIVER_OBJECT_H

#include <stdint.h>
#include <va/va.h>

enum object_kind {
    OBJECT_CONFIG,
    OBJECT_CONTEXT,
    OBJECT_SURFACE,
    OBJECT_BUFFER,
    OBJECT_IMAGE,
    OBJECT_KINDS
};

struct object_table {
    enum object_kind kind;
    void **slots;
    uint32_t size;
};

/* *ret_id is set on success. The table does not own the object. */
VAStatus object_add(struct object_table *table, void *object, VAGenericID *ret_id);

/* NULL for an id that is not in this table, such as one of another kind. */
void *object_get(const struct object_table *table, VAGenericID id);

/* Takes the object out of the table and returns it; NULL when there is none. */
void *object_take(struct object_table *table, VAGenericID id);

/* The id in slot `index`, for walking a table up to its size. */
VAGenericID object_id(const struct object_table *table, uint32_t index);

#endif
