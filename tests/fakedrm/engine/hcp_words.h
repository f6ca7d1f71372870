/* SPDX-License-Identifier: MIT */
/* What HCP's commands say of a picture that is to be decoded, in the words of libva's buffers. */
#ifndef FAKEDRM_HCP_WORDS_H
#define FAKEDRM_HCP_WORDS_H

#include "driver/hevc.h"

#include <stddef.h>

#define HCP_SLICES_MAX 64u

struct hcp;

struct hcp_taken_slice {
    VASliceParameterBufferHEVC parameters;
    const uint8_t *data; /* the NAL unit, in the GPU's memory */
    size_t size;
    unsigned first_reference; /* of list 0 */
    int distance;             /* from it to this picture, in picture order counts */
    bool is_long_term;        /* it names a long-term reference */
};

struct hcp_taken {
    struct hevc_picture picture;
    struct hcp_taken_slice slices[HCP_SLICES_MAX];
    unsigned slice_count;
};

/* HCP_PIC_STATE; the matrices came before it. */
void hcp_words_picture(const struct hcp *hcp, struct hevc_picture *ret);

/* HCP_QM_STATE: a matrix, in rows. One that is not flat is of scaling lists. */
void hcp_words_matrix(const uint32_t *words, struct hevc_picture *ret);

/* HCP_SLICE_STATE, and the lists and weights behind it; not `data` and `size`. */
void hcp_words_slice(const struct hcp *hcp, const struct hevc_picture *picture,
                     struct hcp_taken_slice *ret);

#endif
