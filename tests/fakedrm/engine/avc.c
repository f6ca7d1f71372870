/* SPDX-License-Identifier: MIT */
#include "engine/avc.h"

#include "engine/cabac.h"

#include <stdlib.h>

#define I_PCM_IN_I 25u /* mb_type, tables 7-11 and 7-13 */
#define I_PCM_IN_P 30u

enum {
    CABAC_I_TYPE = 0,  /* three, by what is beside the macroblock: ctxIdx 3 to 5 */
    CABAC_SKIP = 3,    /* three as well: ctxIdx 11 to 13 */
    CABAC_P_TYPE = 6,  /* ctxIdx 14 */
    CABAC_P_INTRA = 7, /* ctxIdx 17 */
    CONTEXTS
};

/* m and n of tables 9-12 to 9-14: those of I slices do not depend on cabac_init_idc. */
static const int8_t INIT[3][CONTEXTS][2] = {
    {{20, -15}, {2, 54}, {3, 74}, {23, 33}, {23, 2}, {21, 0}, {1, 9}, {5, 57}},
    {{20, -15}, {2, 54}, {3, 74}, {22, 25}, {34, 0}, {16, 0}, {-2, 9}, {2, 65}},
    {{20, -15}, {2, 54}, {3, 74}, {29, 16}, {25, 0}, {14, 0}, {-10, 51}, {26, 16}},
};

static void contexts_start(struct cabac *cabac, const struct avc_slice *slice)
{
    for (unsigned i = 0; i < CONTEXTS; i++) {
        const int8_t *mn = INIT[slice->init_idc < 3 ? slice->init_idc : 0][i];
        cabac_context_set(cabac, i, mn[0], mn[1], slice->qp);
    }
}

static void samples_put(struct nal_writer *out, const uint8_t pcm[MACROBLOCK])
{
    nal_align(out, 0);
    for (unsigned i = 0; i < MACROBLOCK; i++)
        nal_put(out, pcm[i], 8);
}

static void samples_get(struct nal_reader *in, uint8_t pcm[MACROBLOCK])
{
    nal_skip_to_byte(in);
    for (unsigned i = 0; i < MACROBLOCK; i++)
        pcm[i] = (uint8_t)nal_get(in, 8);
}

/* How many of the macroblocks to the left and above are of this slice and marked in `is_set`; all
 * are where it is NULL. */
static unsigned beside(const struct avc_slice *slice, uint32_t at, const bool *is_set)
{
    bool has_left = at % slice->width && at > slice->first;
    bool has_above = at >= slice->first + slice->width;

    return (has_left && (!is_set || is_set[at - 1]) ? 1u : 0u) +
           (has_above && (!is_set || is_set[at - slice->width]) ? 1u : 0u);
}

static void type_put(struct cabac *cabac, const struct avc_slice *slice, uint32_t at)
{
    unsigned increment = beside(slice, at, NULL);

    if (slice->is_p) {
        cabac_put(cabac, CABAC_SKIP + increment, 0);
        cabac_put(cabac, CABAC_P_TYPE, 1);
        cabac_put(cabac, CABAC_P_INTRA, 1);
    } else {
        cabac_put(cabac, CABAC_I_TYPE + increment, 1);
    }
    cabac_put_terminate(cabac, 1);
}

static void encode_cabac(struct nal_writer *out, const struct avc_slice *slice, avc_source *source,
                         void *context)
{
    struct cabac cabac = {.out = out};
    uint8_t pcm[MACROBLOCK];

    nal_align(out, 1);
    contexts_start(&cabac, slice);
    cabac_encoder_start(&cabac);
    for (uint32_t at = slice->first; at < slice->end; at++) {
        source(context, at % slice->width, at / slice->width, pcm);
        type_put(&cabac, slice, at);
        samples_put(out, pcm);
        cabac_encoder_start(&cabac);
        cabac_put_terminate(&cabac, at + 1 == slice->end);
    }
    nal_align(out, 0); /* the last bit of the coder was rbsp_stop_one_bit */
}

static void encode_cavlc(struct nal_writer *out, const struct avc_slice *slice, avc_source *source,
                         void *context)
{
    uint8_t pcm[MACROBLOCK];

    for (uint32_t at = slice->first; at < slice->end; at++) {
        source(context, at % slice->width, at / slice->width, pcm);
        if (slice->is_p)
            nal_put_ue(out, 0); /* mb_skip_run */
        nal_put_ue(out, slice->is_p ? I_PCM_IN_P : I_PCM_IN_I);
        samples_put(out, pcm);
    }
    nal_put(out, 1, 1);
    nal_align(out, 0);
}

void avc_encode(struct nal_writer *out, const struct avc_slice *slice, avc_source *source,
                void *context)
{
    (slice->has_cabac ? encode_cabac : encode_cavlc)(out, slice, source, context);
}

/* ---- decoder ---- */

/* Its motion is none: no macroblock of these slices has any to predict from (clause 8.4.1.1). */
static bool skip(const struct avc_slice *slice, uint32_t at, const struct surface *picture,
                 const struct surface *reference)
{
    uint8_t pcm[MACROBLOCK];

    if (!reference)
        return false;
    surface_read(reference, at % slice->width, at / slice->width, pcm);
    surface_write(picture, at % slice->width, at / slice->width, pcm);
    return true;
}

static void pcm_take(struct nal_reader *in, const struct avc_slice *slice, uint32_t at,
                     const struct surface *picture)
{
    uint8_t pcm[MACROBLOCK];

    samples_get(in, pcm);
    if (!in->overrun)
        surface_write(picture, at % slice->width, at / slice->width, pcm);
}

static uint32_t decode_cavlc(struct nal_reader *in, const struct avc_slice *slice,
                             const struct surface *picture, const struct surface *reference,
                             const char **ret_why)
{
    uint32_t at = slice->first;

    while (at < slice->end && nal_has_more(in)) {
        for (uint32_t run = slice->is_p ? nal_get_ue(in) : 0; run && at < slice->end; run--, at++) {
            if (!skip(slice, at, picture, reference)) {
                *ret_why = "a skipped macroblock without a reference";
                return at - slice->first;
            }
        }
        if (at == slice->end || !nal_has_more(in))
            break;
        if (nal_get_ue(in) != (slice->is_p ? I_PCM_IN_P : I_PCM_IN_I)) {
            *ret_why = "a macroblock that is not I_PCM";
            break;
        }
        pcm_take(in, slice, at++, picture);
    }
    return at - slice->first;
}

static bool is_pcm(struct cabac *cabac, const struct avc_slice *slice, uint32_t at,
                   const bool *is_coded)
{
    if (slice->is_p)
        return cabac_get(cabac, CABAC_P_TYPE) && cabac_get(cabac, CABAC_P_INTRA) &&
               cabac_get_terminate(cabac);
    return cabac_get(cabac, CABAC_I_TYPE + beside(slice, at, is_coded)) &&
           cabac_get_terminate(cabac);
}

static uint32_t decode_cabac(struct nal_reader *in, const struct avc_slice *slice,
                             const struct surface *picture, const struct surface *reference,
                             const char **ret_why)
{
    bool *is_coded = calloc(slice->end + 1, sizeof(*is_coded));
    struct cabac cabac = {.in = in};
    uint32_t at = slice->first;

    nal_skip_to_byte(in);
    contexts_start(&cabac, slice);
    cabac_decoder_start(&cabac);
    while (is_coded && at < slice->end && !in->overrun) {
        if (slice->is_p && cabac_get(&cabac, CABAC_SKIP + beside(slice, at, is_coded))) {
            if (!skip(slice, at, picture, reference))
                *ret_why = "a skipped macroblock without a reference";
        } else if (is_pcm(&cabac, slice, at, is_coded)) {
            is_coded[at] = true;
            pcm_take(in, slice, at, picture);
            cabac_decoder_start(&cabac);
        } else {
            *ret_why = "a macroblock that is not I_PCM";
        }
        if (*ret_why)
            break;
        at++;
        if (cabac_get_terminate(&cabac))
            break;
    }
    free(is_coded);
    return at - slice->first;
}

uint32_t avc_decode(struct nal_reader *in, const struct avc_slice *slice,
                    const struct surface *picture, const struct surface *reference,
                    const char **ret_why)
{
    uint32_t count;

    *ret_why = NULL;
    count =
        (slice->has_cabac ? decode_cabac : decode_cavlc)(in, slice, picture, reference, ret_why);
    if (in->overrun)
        *ret_why = "slice data that ends too soon";
    return count;
}
