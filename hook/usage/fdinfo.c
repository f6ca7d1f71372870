/* SPDX-License-Identifier: MIT */
#include "usage/fdinfo.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define VALUE_MAX 64

/* "drm-engine-render:\t123 ns": what is behind `prefix`, up to the colon, and the first word. */
struct line {
    char key[VALUE_MAX];
    char value[VALUE_MAX];
};

static bool line_read(const char *text, size_t length, struct line *ret)
{
    const char *colon = memchr(text, ':', length);
    const char *value = colon ? colon + 1 : NULL;
    size_t key_length = colon ? (size_t)(colon - text) : 0;
    size_t value_length;

    if (!colon || key_length >= sizeof(ret->key))
        return false;
    while (value < text + length && (*value == ' ' || *value == '\t'))
        value++;
    value_length = strcspn(value, " \t\n");
    if (value_length > (size_t)(text + length - value))
        value_length = (size_t)(text + length - value);
    if (value_length == 0 || value_length >= sizeof(ret->value))
        return false;
    snprintf(ret->key, sizeof(ret->key), "%.*s", (int)key_length, text);
    snprintf(ret->value, sizeof(ret->value), "%.*s", (int)value_length, value);
    return true;
}

static struct drm_engine *engine_of(struct drm_client *client, const char *name)
{
    struct drm_engine *engine;

    for (size_t i = 0; i < client->engine_count; i++)
        if (text_is_equal(client->engines[i].name, name))
            return &client->engines[i];
    if (client->engine_count == FDINFO_ENGINES_MAX || !*name ||
        strlen(name) >= sizeof(engine->name))
        return NULL;
    engine = &client->engines[client->engine_count++];
    *engine = (struct drm_engine){.capacity = 1};
    text_printable(engine->name, sizeof(engine->name), name);
    return engine;
}

enum counter { COUNTER_CAPACITY, COUNTER_BUSY, COUNTER_CYCLES, COUNTER_TOTAL };

/* drm-engine-capacity- begins as drm-engine- does, so it comes first. */
static const struct {
    const char *prefix;
    enum counter counter;
} counters[] = {{"drm-engine-capacity-", COUNTER_CAPACITY},
                {"drm-engine-", COUNTER_BUSY},
                {"drm-cycles-", COUNTER_CYCLES},
                {"drm-total-cycles-", COUNTER_TOTAL}};

static void counter_take(struct drm_engine *engine, enum counter counter, uint64_t number)
{
    switch (counter) {
    case COUNTER_CAPACITY:
        engine->capacity = number > 0 && number < 1000 ? (uint32_t)number : 1;
        break;
    case COUNTER_BUSY:
        engine->nanoseconds = number;
        break;
    case COUNTER_CYCLES:
        engine->cycles = number;
        break;
    case COUNTER_TOTAL:
        engine->passed = number;
        break;
    }
}

static void engine_line(struct drm_client *client, const struct line *line)
{
    uint64_t number;

    if (text_to_u64(line->value, 10, UINT64_MAX, &number) < 0)
        return;
    for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
        size_t length = strlen(counters[i].prefix);
        if (strncmp(line->key, counters[i].prefix, length) != 0)
            continue;
        struct drm_engine *engine = engine_of(client, line->key + length);
        if (engine)
            counter_take(engine, counters[i].counter, number);
        return;
    }
}

bool fdinfo_read(const char *text, struct drm_client *ret)
{
    struct drm_client client = {.id = 0};
    bool has_id = false;
    struct line line;

    for (; *text; text += strcspn(text, "\n"), text += *text != '\0') {
        if (!line_read(text, strcspn(text, "\n"), &line))
            continue;
        if (text_is_equal(line.key, "drm-driver"))
            text_printable(client.driver, sizeof(client.driver), line.value);
        else if (text_is_equal(line.key, "drm-pdev"))
            text_printable(client.pci, sizeof(client.pci), line.value);
        else if (text_is_equal(line.key, "drm-client-id"))
            has_id = text_to_u64(line.value, 10, UINT64_MAX, &client.id) == 0;
        else
            engine_line(&client, &line);
    }
    if (!has_id || !client.driver[0])
        return false;
    *ret = client;
    return true;
}

const struct drm_engine *drm_engine_find(const struct drm_client *client, const char *name)
{
    for (size_t i = 0; i < client->engine_count; i++)
        if (text_is_equal(client->engines[i].name, name))
            return &client->engines[i];
    return NULL;
}

static uint32_t share_of(uint64_t before, uint64_t after, uint64_t all, uint32_t capacity)
{
    double share;

    if (after <= before || all == 0)
        return 0;
    share = (double)(after - before) / ((double)all * capacity);
    return share >= 1 ? 1000 : (uint32_t)(share * 1000 + 0.5);
}

uint32_t drm_engine_busy(const struct drm_engine *before, const struct drm_engine *after,
                         uint64_t nanoseconds)
{
    if (after->passed > before->passed)
        return share_of(before->cycles, after->cycles, after->passed - before->passed,
                        after->capacity);
    return share_of(before->nanoseconds, after->nanoseconds, nanoseconds, after->capacity);
}

double drm_engine_seconds(const struct drm_engine *before, const struct drm_engine *after,
                          uint64_t nanoseconds)
{
    double per_second;

    if (!after->passed)
        return (double)after->nanoseconds / 1e9;
    if (!before || after->passed <= before->passed || nanoseconds == 0)
        return 0;
    per_second = (double)(after->passed - before->passed) / ((double)nanoseconds / 1e9);
    return (double)after->cycles / per_second;
}
