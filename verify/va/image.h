/* SPDX-License-Identifier: MIT */
/* Surfaces as NV12 memory, in both directions. */
#ifndef VERIFY_VA_IMAGE_H
#define VERIFY_VA_IMAGE_H

#include "picture/pattern.h"
#include "va/session.h"

/*
 * How pixels get into or out of surfaces of one size: through the surface's own memory ("derive"),
 * or through an image that libva copies ("put" and "get").
 */
struct transfer {
    uint32_t width, height; /* of the surfaces */
    uint32_t fourcc;        /* VA_FOURCC_NV12, or P010: 16 bits a sample, the upper ten are used */
    bool is_derived;
    VAImage image; /* the copy; image_id is VA_INVALID_ID where none was made */
};

/*
 * For writing, derive is tried first: it spares a copy. It is taken only when the memory is NV12
 * with room for the whole surface; i965, for one, derives tiled memory in another format.
 * False with the section's failure set when neither way works.
 */
bool transfer_open_upload(struct va_session *session, struct transfer *transfer,
                          VASurfaceID surface, uint32_t width, uint32_t height);

/* For reading, the copy is tried first: derived memory is uncached on Intel, slow to read. */
bool transfer_open_download(struct va_session *session, struct transfer *transfer,
                            VASurfaceID surface, uint32_t width, uint32_t height);

/* The same for pictures of 10 bits; transfer_read then shows samples of two bytes each. */
bool transfer_open_download_as(struct va_session *session, struct transfer *transfer,
                               VASurfaceID surface, uint32_t width, uint32_t height,
                               uint32_t fourcc);

void transfer_close(struct va_session *session, struct transfer *transfer);

/* Draws a frame of the pattern into the surface. */
bool transfer_draw(struct va_session *session, struct transfer *transfer, VASurfaceID surface,
                   const struct pattern *pattern, uint32_t frame);

/* The same with the picture of picture/smooth.h. */
bool transfer_draw_smooth(struct va_session *session, struct transfer *transfer,
                          VASurfaceID surface);

/* Calls `look` with the surface's pixels, which are gone when it returns. */
typedef void transfer_look(void *context, const struct nv12 *picture);
bool transfer_read(struct va_session *session, struct transfer *transfer, VASurfaceID surface,
                   transfer_look *look, void *context);

#endif
