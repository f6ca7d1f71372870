/* SPDX-License-Identifier: MIT */
/* The way in: libva calls the one exported function, which fills the vtable. */
#include "driver.h"

#include "calls.h"
#include "refused.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <va/va_backend_vpp.h>

#define MESSAGE_MAX 256

/* libva looks for the newest minor version it knows and goes down to this one (va.c). */
/* NOLINTNEXTLINE(bugprone-reserved-identifier): the name is libva's */
VAStatus __vaDriverInit_1_0(VADriverContextP ctx);

VAStatus driver_refuse(struct driver *drv, VAStatus status, const char *fmt, ...)
{
    char message[MESSAGE_MAX];
    va_list args;
    int used = snprintf(message, sizeof(message), "test driver: ");

    va_start(args, fmt);
    (void)vsnprintf(message + used, sizeof(message) - (size_t)used - 1, fmt, args);
    va_end(args);
    if (drv->ctx->error_callback) {
        char line[MESSAGE_MAX + 1];

        (void)snprintf(line, sizeof(line), "%s\n", message);
        drv->ctx->error_callback(drv->ctx, line);
    }
    return status;
}

/* A hang is made outside of the lock: other threads' calls still go through, as with real ones. */
static VAStatus call_enter(struct driver *drv, const char *call)
{
    VAStatus status = fault_call(&drv->faults, call);

    if (status == VA_STATUS_SUCCESS && pthread_mutex_lock(&drv->lock))
        return VA_STATUS_ERROR_OPERATION_FAILED;
    return status;
}

#define UNPACK(...) __VA_ARGS__
#define ENTRY_POINT(call, function, arguments, ...)                                                \
    static VAStatus enter_##call(VADriverContextP ctx, __VA_ARGS__)                                \
    {                                                                                              \
        struct driver *drv = ctx->pDriverData;                                                     \
        VAStatus status = call_enter(drv, #call);                                                  \
                                                                                                   \
        if (status != VA_STATUS_SUCCESS)                                                           \
            return status;                                                                         \
        status = function(drv, UNPACK arguments);                                                  \
        (void)pthread_mutex_unlock(&drv->lock);                                                    \
        return status;                                                                             \
    }
DRIVER_CALLS(ENTRY_POINT)
#undef ENTRY_POINT

static void object_free(enum object_kind kind, void *object)
{
    switch (kind) {
    case OBJECT_CONFIG:
    case OBJECT_IMAGE:
        free(object);
        break;
    case OBJECT_CONTEXT:
        context_free(object);
        break;
    case OBJECT_SURFACE:
        surface_free(object);
        break;
    case OBJECT_BUFFER:
        buffer_free(object);
        break;
    case OBJECT_KINDS:
        break;
    }
}

static VAStatus enter_vaTerminate(VADriverContextP ctx)
{
    struct driver *drv = ctx->pDriverData;
    VAStatus status = fault_call(&drv->faults, "vaTerminate");

    if (status != VA_STATUS_SUCCESS)
        return status;
    for (int kind = 0; kind < OBJECT_KINDS; kind++) {
        struct object_table *table = &drv->objects[kind];

        for (uint32_t i = 0; i < table->size; i++) {
            if (table->slots[i] && fault_is_on(&drv->faults, FAULT_STRICT))
                abort();
            if (table->slots[i])
                object_free(table->kind, table->slots[i]);
        }
        free(table->slots);
    }
    (void)pthread_mutex_destroy(&drv->lock);
    free(drv);
    ctx->pDriverData = NULL;
    return VA_STATUS_SUCCESS;
}

/* ffmpeg asks before it scales: no filters, no colour standards, nothing but the size. */
static VAStatus pipeline_caps(__attribute__((unused)) VADriverContextP ctx,
                              __attribute__((unused)) VAContextID context,
                              __attribute__((unused)) VABufferID *filters,
                              __attribute__((unused)) unsigned count, VAProcPipelineCaps *caps)
{
    *caps = (VAProcPipelineCaps){.pipeline_flags = 0};
    return VA_STATUS_SUCCESS;
}

static void vtable_fill(struct VADriverVTable *vtable, const struct faults *faults)
{
    refused_fill(vtable);
    vtable->vaTerminate = enter_vaTerminate;
#define VTABLE_ROW(call, function, arguments, ...) vtable->call = enter_##call;
    DRIVER_CALLS(VTABLE_ROW)
#undef VTABLE_ROW
    if (fault_is_on(faults, FAULT_NO_SYNCBUFFER))
        vtable->vaSyncBuffer = NULL;
}

/* libva refuses a driver that leaves one of these at 0, subpictures included (va.c). */
static void limits_fill(VADriverContextP ctx, const struct faults *faults)
{
    static char vendor[64]; /* libva keeps the pointer */

    ctx->version_major = VA_MAJOR_VERSION;
    ctx->version_minor = VA_MINOR_VERSION;
    ctx->max_profiles = 6;
    ctx->max_entrypoints = 3;
    ctx->max_attributes = 16;
    ctx->max_image_formats = 3;
    ctx->max_subpic_formats = 1;
    ctx->max_display_attributes = 1;
    ctx->str_vendor = "Test driver (CPU, for tests only)";
    if (!fault_is_on(faults, FAULT_MESA))
        return;
    (void)snprintf(vendor, sizeof(vendor), "Mesa Gallium driver %d.0.0 for tests",
                   fault_value(faults, FAULT_MESA));
    ctx->str_vendor = vendor;
}

static VAStatus init_faults(struct faults *faults)
{
    VAStatus status;

    if (!faults_load(faults))
        return VA_STATUS_ERROR_INVALID_PARAMETER;
    if (fault_is_on(faults, FAULT_INIT_CRASH))
        (void)raise(SIGSEGV);
    status = fault_call(faults, "vaInitialize");
    if (status == VA_STATUS_SUCCESS && fault_is_on(faults, FAULT_INIT_FAIL))
        return VA_STATUS_ERROR_OPERATION_FAILED;
    return status;
}

/* NOLINTNEXTLINE(bugprone-reserved-identifier): the name is libva's */
__attribute__((visibility("default"))) VAStatus __vaDriverInit_1_0(VADriverContextP ctx)
{
    struct driver *drv = calloc(1, sizeof(*drv));
    VAStatus status;

    if (!drv)
        return VA_STATUS_ERROR_ALLOCATION_FAILED;
    status = init_faults(&drv->faults);
    if (status == VA_STATUS_SUCCESS && pthread_mutex_init(&drv->lock, NULL))
        status = VA_STATUS_ERROR_ALLOCATION_FAILED;
    if (status != VA_STATUS_SUCCESS) {
        free(drv);
        return status;
    }
    for (int kind = 0; kind < OBJECT_KINDS; kind++)
        drv->objects[kind].kind = (enum object_kind)kind;
    drv->ctx = ctx;
    ctx->pDriverData = drv;
    limits_fill(ctx, &drv->faults);
    vtable_fill(ctx->vtable, &drv->faults);
    if (ctx->vtable_vpp)
        ctx->vtable_vpp->vaQueryVideoProcPipelineCaps = pipeline_caps;
    return VA_STATUS_SUCCESS;
}
