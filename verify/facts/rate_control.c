/* SPDX-License-Identifier: MIT */
#include "facts/rate_control.h"

#include <string.h>

/* Newer than the oldest libva we build with. */
#ifndef VA_RC_AVBR
#define VA_RC_AVBR 0x00000800
#endif

static const struct rate_mode MODES[] = {
    [VA_RATE_CQP] = {"cqp", VA_RC_CQP, false, true},
    [VA_RATE_CBR] = {"cbr", VA_RC_CBR, true, false},
    [VA_RATE_VBR] = {"vbr", VA_RC_VBR, true, false},
    [VA_RATE_VCM] = {"vcm", VA_RC_VCM, true, false},
    [VA_RATE_ICQ] = {"icq", VA_RC_ICQ, false, true},
    [VA_RATE_QVBR] = {"qvbr", VA_RC_QVBR, true, true},
    [VA_RATE_AVBR] = {"avbr", VA_RC_AVBR, true, false},
};
#define MODE_COUNT (sizeof(MODES) / sizeof(MODES[0]))

/* Beside the modes: only listed. */
static const struct {
    uint32_t bit;
    const char *name;
} VARIANTS[] = {
    {VA_RC_VBR_CONSTRAINED, "vbr-constrained"},
    {VA_RC_CFS, "cfs"},
    {0x00001000, "tcbrc"}, /* VA_RC_TCBRC, from libva 2.12 on */
};

#define VARIANT_COUNT (sizeof(VARIANTS) / sizeof(VARIANTS[0]))

/* Ten seconds of data would hide what the rate control does; this is what streaming uses. */
#define WINDOW_MS 1000

/* Bits a second. */
#define RATE_MIN 256000U
#define RATE_MAX 240000000U

const struct rate_mode *rate_mode(enum va_rate_choice choice)
{
    return (size_t)choice < MODE_COUNT ? &MODES[choice] : &MODES[VA_RATE_CQP];
}

bool rate_mode_find(const char *name, enum va_rate_choice *ret)
{
    for (size_t i = 0; i < MODE_COUNT; i++) {
        if (strcmp(MODES[i].name, name) == 0) {
            *ret = (enum va_rate_choice)i;
            return true;
        }
    }
    return false;
}

bool rate_mode_is_offered(uint32_t mask, enum va_rate_choice choice)
{
    /* A driver that reports no rate control at all does CQP: FFmpeg takes it so, too. */
    if (!mask)
        return choice == VA_RATE_CQP;
    return mask & rate_mode(choice)->bit;
}

void rate_modes_add(uint32_t mask, const char *separator, struct text *out)
{
    const char *before = "";

    for (size_t i = 0; i < MODE_COUNT + VARIANT_COUNT; i++) {
        uint32_t bit = i < MODE_COUNT ? MODES[i].bit : VARIANTS[i - MODE_COUNT].bit;
        if (!(mask & bit))
            continue;
        text_add(out, "%s%s", before,
                 i < MODE_COUNT ? MODES[i].name : VARIANTS[i - MODE_COUNT].name);
        before = separator;
        mask &= ~bit;
    }
    /* VA_RC_NONE has no bit of its own use, and the per-macroblock ones are no modes. */
    mask &= ~(uint32_t)(VA_RC_NONE | VA_RC_MB | VA_RC_PARALLEL);
    if (mask)
        text_add(out, "%s0x%x", before, mask);
}

/*
 * A bit for each pixel: half of the test pattern are random cells, and libx264's baseline needs
 * that much to show them (tests/unit/va_bit_rates_suffice.sh). No less than small pictures need for
 * their headers, no more than level 6 allows, as drivers know none above.
 */
uint32_t rate_bits_per_second(uint32_t width, uint32_t height)
{
    uint64_t bits = (uint64_t)width * height * FRAME_RATE;

    if (bits < RATE_MIN)
        return RATE_MIN;
    return bits < RATE_MAX ? (uint32_t)bits : RATE_MAX;
}

void rate_parameters_fill(const struct va_request *request, struct rate_parameters *ret)
{
    const struct rate_mode *mode = rate_mode(request->rate);
    uint32_t bits = rate_bits_per_second(request->width, request->height);
    uint32_t quality = request->qp ? request->qp : 1; /* 1 is the best there is (va.h) */

    memset(ret, 0, sizeof(*ret));
    ret->frame_rate.framerate = FRAME_RATE;
    /* Mesa refuses an HRD buffer of nothing, so the modes without a bit rate get one as well. */
    ret->hrd.buffer_size = bits;
    ret->hrd.initial_buffer_fullness = bits / 4 * 3;
    ret->rate.window_size = WINDOW_MS;
    ret->rate.initial_qp = request->qp;
    if (mode->has_bit_rate) {
        ret->rate.bits_per_second = bits;
        ret->rate.target_percentage = mode->bit == VA_RC_CBR ? 100 : 80;
    }
    if (mode->bit == VA_RC_ICQ)
        ret->rate.ICQ_quality_factor = quality;
    if (mode->bit == VA_RC_QVBR)
        ret->rate.quality_factor = quality;
}
