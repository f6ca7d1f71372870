/* SPDX-License-Identifier: MIT */
#include "library/library.h"

#include "base/text.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <va/va.h>
#include <va/va_drm.h>
#include <va/va_str.h>
#include <va/va_vpp.h>

/* An older libva lacks some: whoever calls what is not there gets the answer of a driver without
 * it. */
#define STATUS_CALLS(X)                                                                            \
    X(vaBeginPicture, (VADisplay d, VAContextID c, VASurfaceID r), (d, c, r))                      \
    X(vaCreateBuffer,                                                                              \
      (VADisplay d, VAContextID c, VABufferType t, unsigned s, unsigned n, void *data,             \
       VABufferID *b),                                                                             \
      (d, c, t, s, n, data, b))                                                                    \
    X(vaCreateConfig,                                                                              \
      (VADisplay d, VAProfile p, VAEntrypoint e, VAConfigAttrib * a, int n, VAConfigID *c),        \
      (d, p, e, a, n, c))                                                                          \
    X(vaCreateContext,                                                                             \
      (VADisplay d, VAConfigID c, int width, int height, int f, VASurfaceID *r, int n,             \
       VAContextID *context),                                                                      \
      (d, c, width, height, f, r, n, context))                                                     \
    X(vaCreateImage, (VADisplay d, VAImageFormat * f, int w, int h, VAImage *i), (d, f, w, h, i))  \
    X(vaCreateSurfaces,                                                                            \
      (VADisplay d, unsigned f, unsigned w, unsigned h, VASurfaceID *s, unsigned n,                \
       VASurfaceAttrib *a, unsigned num_attribs),                                                  \
      (d, f, w, h, s, n, a, num_attribs))                                                          \
    X(vaDeriveImage, (VADisplay d, VASurfaceID s, VAImage * i), (d, s, i))                         \
    X(vaDestroyBuffer, (VADisplay d, VABufferID b), (d, b))                                        \
    X(vaDestroyConfig, (VADisplay d, VAConfigID c), (d, c))                                        \
    X(vaDestroyContext, (VADisplay d, VAContextID c), (d, c))                                      \
    X(vaDestroyImage, (VADisplay d, VAImageID i), (d, i))                                          \
    X(vaDestroySurfaces, (VADisplay d, VASurfaceID * s, int n), (d, s, n))                         \
    X(vaEndPicture, (VADisplay d, VAContextID c), (d, c))                                          \
    X(vaGetConfigAttributes,                                                                       \
      (VADisplay d, VAProfile p, VAEntrypoint e, VAConfigAttrib * a, int n), (d, p, e, a, n))      \
    X(vaGetImage, (VADisplay d, VASurfaceID s, int x, int y, unsigned w, unsigned h, VAImageID i), \
      (d, s, x, y, w, h, i))                                                                       \
    X(vaInitialize, (VADisplay d, int *major, int *minor), (d, major, minor))                      \
    X(vaMapBuffer, (VADisplay d, VABufferID b, void **p), (d, b, p))                               \
    X(vaPutImage,                                                                                  \
      (VADisplay d, VASurfaceID s, VAImageID i, int src_x, int src_y, unsigned src_width,          \
       unsigned src_height, int dest_x, int dest_y, unsigned dest_width, unsigned dest_height),    \
      (d, s, i, src_x, src_y, src_width, src_height, dest_x, dest_y, dest_width, dest_height))     \
    X(vaQueryConfigEntrypoints, (VADisplay d, VAProfile p, VAEntrypoint * e, int *n),              \
      (d, p, e, n))                                                                                \
    X(vaQueryConfigProfiles, (VADisplay d, VAProfile * p, int *n), (d, p, n))                      \
    X(vaQueryImageFormats, (VADisplay d, VAImageFormat * f, int *n), (d, f, n))                    \
    X(vaQuerySurfaceAttributes, (VADisplay d, VAConfigID c, VASurfaceAttrib * a, unsigned *n),     \
      (d, c, a, n))                                                                                \
    X(vaQueryVideoProcFilters, (VADisplay d, VAContextID c, VAProcFilterType * f, unsigned *n),    \
      (d, c, f, n))                                                                                \
    X(vaQueryVideoProcPipelineCaps,                                                                \
      (VADisplay d, VAContextID c, VABufferID * f, unsigned n, VAProcPipelineCaps *p),             \
      (d, c, f, n, p))                                                                             \
    X(vaRenderPicture, (VADisplay d, VAContextID c, VABufferID * b, int n), (d, c, b, n))          \
    X(vaSyncSurface, (VADisplay d, VASurfaceID r), (d, r))                                         \
    X(vaTerminate, (VADisplay d), (d))                                                             \
    X(vaUnmapBuffer, (VADisplay d, VABufferID b), (d, b))

#if VA_CHECK_VERSION(1, 9, 0)
#define STATUS_CALLS_1_9(X) X(vaSyncBuffer, (VADisplay d, VABufferID b, uint64_t t), (d, b, t))
#else
#define STATUS_CALLS_1_9(X)
#endif

/* X(result, name, parameters, arguments, answer where it is missing) */
#define OTHER_CALLS(X)                                                                             \
    X(int, vaMaxNumImageFormats, (VADisplay d), (d), 0)                                            \
    X(const char *, vaEntrypointStr, (VAEntrypoint e), (e), "")                                    \
    X(const char *, vaProfileStr, (VAProfile p), (p), "")                                          \
    X(const char *, vaQueryVendorString, (VADisplay d), (d), NULL)                                 \
    X(const char *, vaStatusStr, (VAStatus s), (s), "")                                            \
    X(VAMessageCallback, vaSetErrorCallback, (VADisplay d, VAMessageCallback c, void *user),       \
      (d, c, user), NULL)                                                                          \
    X(VAMessageCallback, vaSetInfoCallback, (VADisplay d, VAMessageCallback c, void *user),        \
      (d, c, user), NULL)

enum library { LIBRARY_VA, LIBRARY_DRM, LIBRARY_COUNT };

static const char *const NAMES[LIBRARY_COUNT] = {
    [LIBRARY_VA] = "libva.so.2",
    [LIBRARY_DRM] = "libva-drm.so.2",
};

/* NOLINTBEGIN(bugprone-macro-parentheses): these are types and lists */
static struct {
#define STATUS_FIELD(name, parameters, arguments)              VAStatus(*name) parameters;
#define OTHER_FIELD(result, name, parameters, arguments, none) result(*name) parameters;
    STATUS_CALLS(STATUS_FIELD)
    STATUS_CALLS_1_9(STATUS_FIELD)
    OTHER_CALLS(OTHER_FIELD)
    VADisplay (*vaGetDisplayDRM)(int fd);
} calls;
/* NOLINTEND(bugprone-macro-parentheses) */

/* ---- libva's own names ----------------------------------------------------------------------- */

#define STATUS_CALL(name, parameters, arguments)                                                   \
    VAStatus name parameters                                                                       \
    {                                                                                              \
        return calls.name ? calls.name arguments : VA_STATUS_ERROR_UNIMPLEMENTED;                  \
    }
#define OTHER_CALL(result, name, parameters, arguments, none)                                      \
    result name parameters                                                                         \
    {                                                                                              \
        return calls.name ? calls.name arguments : (none);                                         \
    }
STATUS_CALLS(STATUS_CALL)
STATUS_CALLS_1_9(STATUS_CALL)
OTHER_CALLS(OTHER_CALL)

VADisplay vaGetDisplayDRM(int fd)
{
    return calls.vaGetDisplayDRM ? calls.vaGetDisplayDRM(fd) : NULL;
}

/* ---- loading --------------------------------------------------------------------------------- */

static void *library_load(enum library library, struct library_facts *ret)
{
    /* As if linked: a driver that does not name libva as a library of its own finds it. */
    void *handle = dlopen(NAMES[library], RTLD_NOW | RTLD_GLOBAL);
    struct link_map *map;

    if (!handle) {
        const char *error = dlerror();
        snprintf(ret->error, sizeof(ret->error), "%s", error ? error : NAMES[library]);
    } else if (library == LIBRARY_VA && dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0) {
        snprintf(ret->path, sizeof(ret->path), "%s", map->l_name);
    }
    return handle;
}

bool library_open(struct library_facts *ret)
{
    void *va = library_load(LIBRARY_VA, ret);
    void *drm = va ? library_load(LIBRARY_DRM, ret) : NULL;

    if (!va || !drm)
        return false;
        /* POSIX lets a pointer to an object hold one to a function (dlsym(3)). */
#define STATUS_LOAD(name, parameters, arguments) *(void **)&calls.name = dlsym(va, #name);
#define OTHER_LOAD(result, name, parameters, arguments, none)                                      \
    *(void **)&calls.name = dlsym(va, #name);
    STATUS_CALLS(STATUS_LOAD)
    STATUS_CALLS_1_9(STATUS_LOAD)
    OTHER_CALLS(OTHER_LOAD)
    *(void **)&calls.vaGetDisplayDRM = dlsym(drm, "vaGetDisplayDRM");
    return true;
}
