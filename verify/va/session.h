/* SPDX-License-Identifier: MIT */
/*
 * One libva display and the rule that every libva call is made through VA_CALL or VA_TRY: its name
 * stands in facts->progress.call while it runs, so the parent can name it when the child hangs or
 * crashes there.
 */
#ifndef VERIFY_VA_SESSION_H
#define VERIFY_VA_SESSION_H

#include "facts/va.h"

#include <va/va.h>

/* From libva 2.9 on; drivers may be newer than the headers. */
#ifndef VA_STATUS_ERROR_TIMEDOUT
#define VA_STATUS_ERROR_TIMEDOUT 0x00000026
#endif

struct va_session {
    struct va_facts *facts;
    VADisplay display;
    struct va_failure *failure; /* of the section under way: where VA_CALL writes */
    double inside;              /* seconds spent in libva calls so far */
    double entered;
};

/*
 * Opens the display on a render node and loads the driver; fills facts->driver. False when that
 * failed. session_close has to follow either way: libva wants vaTerminate even then.
 */
bool session_open(struct va_session *session, int drm_fd, struct va_facts *facts);
void session_close(struct va_session *session);

/* Makes `call` and is true when it succeeded; else the failure of the section says what happened.
 */
#define VA_CALL(session, call, ...)                                                                \
    (session_enter((session), #call), session_leave((session), #call, call(__VA_ARGS__)))

/* The same for a call that may fail: yields its VAStatus, records nothing. */
#define VA_TRY(session, call, ...)                                                                 \
    (session_enter((session), #call), session_return((session), call(__VA_ARGS__)))

void session_enter(struct va_session *session, const char *call);
VAStatus session_return(struct va_session *session, VAStatus status);
bool session_leave(struct va_session *session, const char *call, VAStatus status);

/* Records a failure that is none of a libva call's status; `call` is the one it showed behind. */
__attribute__((format(printf, 4, 5))) bool
session_fail(struct va_session *session, const char *call, VAStatus status, const char *fmt, ...);

/* CLOCK_MONOTONIC in seconds. */
double session_clock(void);

#endif
