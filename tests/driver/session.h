/* SPDX-License-Identifier: MIT */
/* For test programs: a render node opened through libva, and pictures encoded and decoded on it. */
#ifndef TEST_DRIVER_SESSION_H
#define TEST_DRIVER_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <va/va.h>
#include <va/va_enc_h264.h>

#define SESSION_WIDTH    64u
#define SESSION_HEIGHT   48u
#define SESSION_MBS      12u
#define SESSION_SURFACES 4
#define SESSION_CODED    65536u
#define NODE             "/dev/dri/renderD128"

struct session {
    int fd;
    VADisplay display;
    VAConfigID encode_config, decode_config;
    VAContextID encode, decode;
    VASurfaceID surfaces[SESSION_SURFACES];
    VABufferID coded;
};

/* What one picture is to be; the defaults (all 0) make an IDR picture with the driver's headers. */
struct picture {
    VASurfaceID input, reconstructed;
    VASurfaceID reference; /* for a P picture; VA_INVALID_ID: IDR */
    uint16_t frame_num;
    bool forget_dpb;  /* leave ReferenceFrames empty */
    bool pack_header; /* send our own slice header */
    bool has_start_code, has_emulation_bytes;
    size_t *ret_header_bits;
};

/* False, after a message, when there is no node to be had. */
bool session_open(struct session *session);
void session_close(struct session *session);

VAStatus session_encode(struct session *session, const struct picture *picture);

/* The picture's slice, without start code. Returns its size. */
size_t session_coded_slice(struct session *session, uint8_t *to, size_t size);

/* Decodes one slice, IDR or P as its first byte says, onto `target`. */
VAStatus session_decode(struct session *session, const uint8_t *nal, size_t size,
                        size_t header_bits, VASurfaceID target, VASurfaceID reference);

/* Fills a surface with a pattern; `seed` 0 makes it all zero. */
void session_paint(struct session *session, VASurfaceID surface, uint32_t seed);
void session_poke(struct session *session, VASurfaceID surface, uint32_t x, uint32_t y);
bool session_is_same(struct session *session, VASurfaceID a, VASurfaceID b);

/* Sends a buffer in a picture that is under way. */
VAStatus session_send(struct session *session, VAContextID context, VABufferType type,
                      const void *data, size_t size);

/* The parameters that session_encode sends, for tests that change them. */
VAEncSequenceParameterBufferH264 session_sequence(void);
VAEncPictureParameterBufferH264 session_picture(const struct session *session,
                                                const struct picture *picture);
VAEncSliceParameterBufferH264 session_slice(const struct picture *picture);

#endif
