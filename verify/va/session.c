/* SPDX-License-Identifier: MIT */
#include "va/session.h"

#include "va/messages.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <va/va_drm.h>
#include <va/va_str.h>

double session_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The parent may look at any instant: the name is either whole or "". */
void session_enter(struct va_session *session, const char *call)
{
    char *name = session->facts->progress.call;
    size_t size = sizeof(session->facts->progress.call);
    size_t length = strnlen(call, size - 1);

    name[0] = '\0';
    atomic_signal_fence(memory_order_seq_cst);
    memcpy(name + 1, call + 1, length - 1);
    name[length] = '\0';
    atomic_signal_fence(memory_order_seq_cst);
    name[0] = call[0];
    atomic_signal_fence(memory_order_seq_cst);
    session->facts->progress.calls++;
    session->entered = session_clock();
}

VAStatus session_return(struct va_session *session, VAStatus status)
{
    session->inside += session_clock() - session->entered;
    atomic_signal_fence(memory_order_seq_cst);
    session->facts->progress.call[0] = '\0';
    return status;
}

/* The first failure of a section is its cause; what fails behind it is a consequence. */
static void record(struct va_session *session, const char *call, VAStatus status,
                   const char *detail)
{
    struct va_failure *failure = session->failure;

    if (failure->happened)
        return;
    failure->status = status;
    failure->frame = session->facts->progress.frame;
    (void)snprintf(failure->call, sizeof(failure->call), "%s", call);
    (void)snprintf(failure->status_name, sizeof(failure->status_name), "%s", vaStatusStr(status));
    /* libva 2.17 has no name for its own newest status, and drivers have statuses of their own. */
    if (status == VA_STATUS_ERROR_TIMEDOUT)
        (void)snprintf(failure->status_name, sizeof(failure->status_name),
                       "VA_STATUS_ERROR_TIMEDOUT");
    else if (strncmp(failure->status_name, "VA_STATUS_", strlen("VA_STATUS_")) != 0)
        (void)snprintf(failure->status_name, sizeof(failure->status_name), "VAStatus 0x%x",
                       (unsigned)status);
    (void)snprintf(failure->detail, sizeof(failure->detail), "%s", detail);
    atomic_signal_fence(memory_order_seq_cst);
    failure->happened = true;
}

bool session_leave(struct va_session *session, const char *call, VAStatus status)
{
    (void)session_return(session, status);
    if (status == VA_STATUS_SUCCESS)
        return true;
    record(session, call, status, "");
    return false;
}

bool session_fail(struct va_session *session, const char *call, VAStatus status, const char *fmt,
                  ...)
{
    char detail[sizeof(session->failure->detail)];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(detail, sizeof(detail), fmt, ap);
    va_end(ap);
    record(session, call, status, detail);
    return false;
}

static bool open_display(struct va_session *session, int drm_fd)
{
    session_enter(session, "vaGetDisplayDRM");
    session->display = vaGetDisplayDRM(drm_fd);
    (void)session_return(session, VA_STATUS_SUCCESS);
    if (session->display)
        return true;
    /* From libva 2.17 on libdrm has to find the node in sysfs, before that fstat was enough. */
    return session_fail(session, "vaGetDisplayDRM", VA_STATUS_ERROR_INVALID_DISPLAY,
                        "libva does not take this file for a DRM node; it looks it up in /sys");
}

bool session_open(struct va_session *session, int drm_fd, struct va_facts *facts)
{
    int major = 0;
    int minor = 0;
    const char *vendor;

    *session = (struct va_session){.facts = facts, .failure = &facts->driver.failure};
    facts->progress.step = VA_STEP_DRIVER;
    (void)snprintf(facts->driver.library_version, sizeof(facts->driver.library_version), "%s",
                   VA_VERSION_S);
    if (!open_display(session, drm_fd))
        return false;
    messages_capture(session->display, facts);
    if (!VA_CALL(session, vaInitialize, session->display, &major, &minor))
        return false;
    facts->driver.va_major = major;
    facts->driver.va_minor = minor;
    session_enter(session, "vaQueryVendorString");
    vendor = vaQueryVendorString(session->display);
    (void)session_return(session, VA_STATUS_SUCCESS);
    (void)snprintf(facts->driver.vendor, sizeof(facts->driver.vendor), "%s", vendor ? vendor : "");
    facts->driver.done = true;
    return true;
}

void session_close(struct va_session *session)
{
    if (session->display)
        (void)VA_TRY(session, vaTerminate, session->display);
    session->display = NULL;
}
