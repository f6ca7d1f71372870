/* SPDX-License-Identifier: MIT */
#include "faults.h"

#include "calls.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SWITCH_TEXT_MAX  80
#define SWITCH_FILE_MAX  4096
#define SEPARATORS       ", \n"
#define FIRST_OCCURRENCE 1

static const struct {
    const char *name, *takes;
} switches[FAULT_COUNT] = {
#define FAULT_ROW(id, name, takes) [id] = {name, takes},
    FAULT_SWITCHES(FAULT_ROW)
#undef FAULT_ROW
};

static const char *const calls[] = {"vaInitialize", "vaTerminate",
#define CALL_NAME(call, function, arguments, ...) #call,
                                    DRIVER_CALLS(CALL_NAME)
#undef CALL_NAME
};

#define CALL_COUNT ((int)(sizeof(calls) / sizeof(calls[0])))

static int call_index(const char *name)
{
    for (int i = 0; i < CALL_COUNT; i++) {
        if (strcmp(calls[i], name) == 0)
            return i;
    }
    return -1;
}

static bool number_parse(const char *text, int32_t *ret)
{
    char *end;
    long value;

    errno = 0;
    value = strtol(text, &end, 0);
    if (errno || end == text || *end || value < 0 || value > INT32_MAX)
        return false;
    *ret = (int32_t)value;
    return true;
}

/* "@N" or "@N+" at the end of the text; it is cut off. True when there is none. */
static bool occurrence_parse(char *text, struct fault_switch *ret)
{
    char *at = strrchr(text, '@');
    size_t length;
    int32_t n;

    ret->from = FIRST_OCCURRENCE;
    ret->onward = true;
    if (!at || at[1] < '0' || at[1] > '9')
        return true;
    length = strlen(at);
    ret->onward = at[length - 1] == '+';
    if (ret->onward)
        at[length - 1] = '\0';
    if (!number_parse(at + 1, &n) || n == 0)
        return false;
    ret->from = (uint32_t)n;
    *at = '\0';
    return true;
}

static bool takes(enum fault fault, char what)
{
    return strchr(switches[fault].takes, what) != NULL;
}

/* NAME[@CALL][=NUMBER][@N[+]] */
static bool switch_parse(const char *text, struct fault_switch *ret)
{
    char name[SWITCH_TEXT_MAX], *value, *call;
    int fault = 0;

    if (snprintf(name, sizeof(name), "%s", text) >= (int)sizeof(name))
        return false;
    if (!occurrence_parse(name, ret))
        return false;
    value = strchr(name, '=');
    if (value)
        *value++ = '\0';
    call = strchr(name, '@');
    if (call)
        *call++ = '\0';
    while (fault < FAULT_COUNT && strcmp(switches[fault].name, name) != 0)
        fault++;
    if (fault == FAULT_COUNT)
        return false;
    ret->fault = (enum fault)fault;
    ret->call = call ? call_index(call) : -1;
    if (takes(ret->fault, '@') != (ret->call >= 0) || (call && ret->call < 0))
        return false;
    if (takes(ret->fault, '#'))
        return value && number_parse(value, &ret->value);
    return !value;
}

static bool switches_add(struct faults *faults, char *list)
{
    char *next = NULL;

    for (char *text = strtok_r(list, SEPARATORS, &next); text;
         text = strtok_r(NULL, SEPARATORS, &next)) {
        struct fault_switch new = {.seen = 0};

        if (faults->count == FAULTS_MAX || !switch_parse(text, &new)) {
            (void)fprintf(stderr, "test driver: TESTDRV: no such switch, or not usable so: %s\n",
                          text);
            return false;
        }
        faults->switches[faults->count++] = new;
    }
    return true;
}

static bool switches_add_file(struct faults *faults, const char *path)
{
    char list[SWITCH_FILE_MAX];
    size_t size;
    FILE *file = fopen(path, "re");

    if (!file) {
        (void)fprintf(stderr, "test driver: TESTDRV_FILE: open %s: %s\n", path, strerror(errno));
        return false;
    }
    size = fread(list, 1, sizeof(list) - 1, file);
    (void)fclose(file);
    list[size] = '\0';
    return switches_add(faults, list);
}

bool faults_load(struct faults *faults)
{
    const char *list = getenv("TESTDRV"), *path = getenv("TESTDRV_FILE");
    char *copy;
    bool is_good;

    faults->count = 0;
    if (path && *path && !switches_add_file(faults, path))
        return false;
    if (!list)
        return true;
    copy = strdup(list);
    is_good = copy && switches_add(faults, copy);
    free(copy);
    return is_good;
}

static bool is_hit(const struct fault_switch *row, uint32_t n)
{
    return n == row->from || (row->onward && n > row->from);
}

bool fault_hits(const struct faults *faults, enum fault fault, uint32_t n)
{
    for (uint32_t i = 0; i < faults->count; i++) {
        if (faults->switches[i].fault == fault && is_hit(&faults->switches[i], n))
            return true;
    }
    return false;
}

bool fault_is_on(const struct faults *faults, enum fault fault)
{
    return fault_hits(faults, fault, UINT32_MAX) || fault_hits(faults, fault, FIRST_OCCURRENCE);
}

int32_t fault_value(const struct faults *faults, enum fault fault)
{
    for (uint32_t i = 0; i < faults->count; i++) {
        if (faults->switches[i].fault == fault)
            return faults->switches[i].value;
    }
    return 0;
}

/* As a driver that waits for a GPU that never answers: only SIGKILL ends it. */
static void sleep_forever(void)
{
    (void)signal(SIGTERM, SIG_IGN);
    (void)signal(SIGINT, SIG_IGN);
    for (;;)
        (void)pause();
}

static void spin_forever(void)
{
    volatile uint32_t turns = 0;

    (void)signal(SIGTERM, SIG_IGN);
    (void)signal(SIGINT, SIG_IGN);
    for (;;)
        turns++;
}

static void crash(void)
{
    /* Raised, not made with a wild pointer, which analysers would report. */
    (void)raise(SIGSEGV);
    abort();
}

static VAStatus switch_act(const struct fault_switch *row)
{
    switch (row->fault) {
    case FAULT_HANG:
        sleep_forever();
        break;
    case FAULT_SPIN:
        spin_forever();
        break;
    case FAULT_CRASH:
        crash();
        break;
    case FAULT_ABORT:
        abort();
    case FAULT_FAIL:
        return row->value;
    default: /* the other switches do not act on calls */
        break;
    }
    return VA_STATUS_SUCCESS;
}

static void chatter(const char *call)
{
    (void)printf("\033[31mtest driver says on stdout: %s\033[0m\n\xff\xfe{\"junk\":\n", call);
    (void)fflush(stdout);
    (void)fprintf(stderr, "\033[31mtest driver says on stderr: %s\033[0m\n\x01\xff\n", call);
}

static void delay(const struct faults *faults)
{
    int32_t ms = fault_value(faults, FAULT_SLOW);
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        continue;
}

VAStatus fault_call(struct faults *faults, const char *call)
{
    int index = call_index(call);
    VAStatus status = VA_STATUS_SUCCESS;

    if (fault_is_on(faults, FAULT_CHATTY))
        chatter(call);
    if (strcmp(call, "vaEndPicture") == 0)
        delay(faults);
    for (uint32_t i = 0; i < faults->count; i++) {
        struct fault_switch *row = &faults->switches[i];
        uint32_t n;

        if (row->call != index || row->call < 0)
            continue;
        n = __atomic_add_fetch(&row->seen, 1, __ATOMIC_RELAXED);
        if (status == VA_STATUS_SUCCESS && is_hit(row, n))
            status = switch_act(row);
    }
    return status;
}
