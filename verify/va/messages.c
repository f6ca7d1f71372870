/* SPDX-License-Identifier: MIT */
/*
 * libva has no call that tells which files it tried; its messages do. Read in libva 2.7 to 2.22
 * (va/va.c): the callbacks get every message whatever LIBVA_MESSAGING_LEVEL says, which only
 * governs libva's own default printing; a libva built without messages calls none.
 */
#include "va/messages.h"

#include <stdio.h>
#include <string.h>

static void append_log(struct va_facts *facts, const char *message)
{
    char *log = facts->driver.log;
    size_t used = strnlen(log, VA_LOG_MAX - 1);

    for (; *message && used < VA_LOG_MAX - 2; message++)
        log[used++] = *message;
    if (used && log[used - 1] != '\n')
        log[used++] = '\n';
    log[used] = '\0';
}

static void take_trying(struct va_facts *facts, const char *path)
{
    uint32_t i = facts->driver.tried_count;

    if (i >= VA_TRIED_MAX)
        return;
    (void)snprintf(facts->driver.tried[i], sizeof(facts->driver.tried[i]), "%s", path);
    facts->driver.tried[i][strcspn(facts->driver.tried[i], "\r\n")] = '\0';
    facts->driver.tried_result[i] = VA_TRIED_ABSENT;
    facts->driver.tried_count = i + 1;
}

/* "/usr/lib/dri/iHD_drv_video.so" is the driver iHD. */
static void set_name(struct va_facts *facts, const char *path)
{
    const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    const char *end = strstr(base, "_drv_video");
    int length = end ? (int)(end - base) : (int)strlen(base);

    (void)snprintf(facts->driver.name, sizeof(facts->driver.name), "%.*s", length, base);
}

static void set_result(struct va_facts *facts, enum va_tried_result result)
{
    uint32_t last = facts->driver.tried_count - 1;

    if (facts->driver.tried_count == 0 || last >= VA_TRIED_MAX)
        return;
    facts->driver.tried_result[last] = (uint8_t)result;
    if (result == VA_TRIED_IN_INIT)
        set_name(facts, facts->driver.tried[last]);
    if (result == VA_TRIED_INIT_FAILED)
        facts->driver.name[0] = '\0';
}

void messages_take(struct va_facts *facts, const char *message)
{
    static const char trying[] = "Trying to open ";
    static const struct {
        const char *text;
        enum va_tried_result result;
    } outcomes[] = {
        {"dlopen of ", VA_TRIED_UNLOADABLE},
        {" has no function ", VA_TRIED_NO_INIT},
        {"Found init function ", VA_TRIED_IN_INIT},
        {" init failed", VA_TRIED_INIT_FAILED},
        {"va_openDriver() returns 0", VA_TRIED_OPENED},
    };

    append_log(facts, message);
    if (strncmp(message, trying, strlen(trying)) == 0) {
        take_trying(facts, message + strlen(trying));
        return;
    }
    if (facts->driver.done) /* whatever it is, it is not about loading */
        return;
    for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
        if (strstr(message, outcomes[i].text)) {
            set_result(facts, outcomes[i].result);
            return;
        }
    }
}

static void take_message(void *context, const char *message)
{
    messages_take(context, message);
}

void messages_capture(VADisplay display, struct va_facts *facts)
{
    (void)vaSetErrorCallback(display, take_message, facts);
    (void)vaSetInfoCallback(display, take_message, facts);
}
