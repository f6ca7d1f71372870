/* SPDX-License-Identifier: MIT */
#include "object.h"

#include <stdlib.h>

#define SLOTS_MAX 65536u

/* Each kind has its own range, so that an id of one kind passed as another is found out. */
VAGenericID object_id(const struct object_table *table, uint32_t index)
{
    return ((uint32_t)table->kind + 1) << 24 | index;
}

static void **slot_of(const struct object_table *table, VAGenericID id)
{
    uint32_t index = id & 0xffffff;

    if (index >= table->size || object_id(table, index) != id)
        return NULL;
    return &table->slots[index];
}

static VAStatus table_grow(struct object_table *table)
{
    uint32_t size = table->size ? table->size * 2 : 16;
    void **slots;

    if (size > SLOTS_MAX)
        return VA_STATUS_ERROR_ALLOCATION_FAILED;
    slots = realloc(table->slots, size * sizeof(*slots));
    if (!slots)
        return VA_STATUS_ERROR_ALLOCATION_FAILED;
    for (uint32_t i = table->size; i < size; i++)
        slots[i] = NULL;
    table->slots = slots;
    table->size = size;
    return VA_STATUS_SUCCESS;
}

VAStatus object_add(struct object_table *table, void *object, VAGenericID *ret_id)
{
    uint32_t index = 0;

    while (index < table->size && table->slots[index])
        index++;
    if (index == table->size) {
        VAStatus status = table_grow(table);

        if (status != VA_STATUS_SUCCESS)
            return status;
    }
    table->slots[index] = object;
    *ret_id = object_id(table, index);
    return VA_STATUS_SUCCESS;
}

void *object_get(const struct object_table *table, VAGenericID id)
{
    void **slot = slot_of(table, id);

    return slot ? *slot : NULL;
}

void *object_take(struct object_table *table, VAGenericID id)
{
    void **slot = slot_of(table, id);
    void *object = slot ? *slot : NULL;

    if (slot)
        *slot = NULL;
    return object;
}
