/* SPDX-License-Identifier: MIT */
#include "refused.h"

#define UNUSED __attribute__((unused))

/* X(libva's name, parameters behind the first) */
#define REFUSED_CALLS(X)                                                                           \
    X(vaSetImagePalette, UNUSED VAImageID image, UNUSED unsigned char *palette)                    \
    X(vaCreateSubpicture, UNUSED VAImageID image, UNUSED VASubpictureID *ret)                      \
    X(vaDestroySubpicture, UNUSED VASubpictureID id)                                               \
    X(vaSetSubpictureImage, UNUSED VASubpictureID id, UNUSED VAImageID image)                      \
    X(vaSetSubpictureChromakey, UNUSED VASubpictureID id, UNUSED unsigned min,                     \
      UNUSED unsigned max, UNUSED unsigned mask)                                                   \
    X(vaSetSubpictureGlobalAlpha, UNUSED VASubpictureID id, UNUSED float alpha)                    \
    X(vaAssociateSubpicture, UNUSED VASubpictureID id, UNUSED VASurfaceID *targets,                \
      UNUSED int count, UNUSED short sx, UNUSED short sy, UNUSED unsigned short sw,                \
      UNUSED unsigned short sh, UNUSED short dx, UNUSED short dy, UNUSED unsigned short dw,        \
      UNUSED unsigned short dh, UNUSED unsigned flags)                                             \
    X(vaDeassociateSubpicture, UNUSED VASubpictureID id, UNUSED VASurfaceID *targets,              \
      UNUSED int count)                                                                            \
    X(vaGetDisplayAttributes, UNUSED VADisplayAttribute *list, UNUSED int count)                   \
    X(vaSetDisplayAttributes, UNUSED VADisplayAttribute *list, UNUSED int count)

#define REFUSE(call, ...)                                                                          \
    static VAStatus refuse_##call(UNUSED VADriverContextP ctx, __VA_ARGS__)                        \
    {                                                                                              \
        return VA_STATUS_ERROR_UNIMPLEMENTED;                                                      \
    }
REFUSED_CALLS(REFUSE)
#undef REFUSE

static VAStatus no_subpicture_formats(UNUSED VADriverContextP ctx, UNUSED VAImageFormat *list,
                                      UNUSED unsigned *flags, unsigned *count)
{
    *count = 0;
    return VA_STATUS_SUCCESS;
}

static VAStatus no_display_attributes(UNUSED VADriverContextP ctx, UNUSED VADisplayAttribute *list,
                                      int *count)
{
    *count = 0;
    return VA_STATUS_SUCCESS;
}

void refused_fill(struct VADriverVTable *vtable)
{
#define VTABLE_ROW(call, ...) vtable->call = refuse_##call;
    REFUSED_CALLS(VTABLE_ROW)
#undef VTABLE_ROW
    vtable->vaQuerySubpictureFormats = no_subpicture_formats;
    vtable->vaQueryDisplayAttributes = no_display_attributes;
}
