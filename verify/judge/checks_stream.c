/* SPDX-License-Identifier: MIT */
/* The checks of what came out: coded buffers, the stream, the decoded pictures, and of what else
 * the driver offers. */
#include "facts/rate_control.h"
#include "judge/checks.h"
#include "judge/codecs.h"
#include "judge/words.h"

#include <va/va.h>

/* Coarser than this, a poor picture is what was asked for. */
#define QP_COARSE 40

/*
 * dB. Below `fail` the picture is not the one that went in; the others are what a good encoder
 * keeps above, 0 where there is nothing to say. tests/unit/va_bit_rates_suffice.sh holds libx264 to
 * them.
 */
struct psnr_limits {
    double fail;       /* of the worst frame */
    double warn_worst; /* of the worst frame */
    double warn_mean;  /* of the brightness of all frames */
};

static const struct psnr_limits LIMITS_QUALITY = {20, 0, 30};
static const struct psnr_limits LIMITS_BIT_RATE = {15, 20, 0};
static const struct psnr_limits LIMITS_COARSE = {14, 0, 0};

/*
 * dB: below it the worst 16x16 block is not the one that went in, though the picture as a whole is.
 * Another block of our random cells has 9 dB, a grey one 12, a black one 7. libx264's worst blocks
 * have 33 dB at quantiser 26, 20 at 40 and 13 at 51; by a level of quality 27, 16 and 13; with our
 * bit rates 27. tests/unit/va_bit_rates_suffice.sh holds it to these, so this is the distance:
 *     --rc                quantiser or level   below    libx264
 *     cqp                 26 or finer          20       33
 *     icq, qvbr           26                   20       27
 *     cqp                 40                   13.8     20
 *     icq, qvbr           40                   13.8     16
 *     cqp, icq, qvbr      51                    9       13
 *     cbr, vbr and others                      12       27
 */
#define BLOCK_FINE     20.0
#define BLOCK_COARSEST 9.0
#define BLOCK_BIT_RATE 12.0
#define QP_FINE        26 /* from here to 51 the bound falls evenly */
#define QP_COARSEST    51

/* ---- encode ---- */

struct judgement check_encode(const struct facts *facts, struct text *detail)
{
    const struct va_facts *va = &facts->va;

    if (va->encode.failure.happened) {
        words_failure(&va->encode.failure, detail);
        /* We wait without end: it was the driver that gave the GPU up. */
        if (va->encode.failure.status == VA_STATUS_ERROR_TIMEDOUT)
            return JUDGED_FAIL(CAUSE_GPU_TIMEOUT);
        return JUDGED_FAIL(CAUSE_ENCODE_FAILED);
    }
    if (!va->encode.done && !va_is_cut_in_decoder(va))
        return JUDGED_SKIP;
    text_add(detail, "%u ", va->encode.frames);
    if (va->encode.frames != facts->request.frames)
        text_add(detail, "of %u ", facts->request.frames);
    text_add(detail, "frames (%u IDR, %u P) %ux%u, %llu bytes, %.1f fps", va->encode.idr_frames,
             va->encode.p_frames, va->encode.width, va->encode.height,
             (unsigned long long)va->encode.bytes, words_fps(va));
    if (facts->request.rate != VA_RATE_CQP)
        text_add(detail, ", %s", rate_mode(facts->request.rate)->name);
    if (va->encode.bits_per_second)
        text_add(detail, " at %.0f of %u kbit/s",
                 (double)va->encode.bytes * 8 / va->encode.frames * FRAME_RATE / 1000,
                 va->encode.bits_per_second / 1000);
    return JUDGED_PASS;
}

/* ---- bitstream ---- */

static enum cause coded_cause(const struct facts *facts)
{
    const struct va_facts *va = &facts->va;

    if (va->encode.empty_frames || va->encode.bytes == 0)
        return CAUSE_EMPTY;
    if (va->encode.flagged_frames)
        return CAUSE_FLAGGED;
    return CAUSE_NONE;
}

/* The macroblocks in whole, which the parser lets pass where the driver writes its own headers. */
static bool is_uncropped(const struct va_facts *va)
{
    return !va->encode.packed_headers_ours && va->bitstream.width == va->encode.coded_width &&
           va->bitstream.height == va->encode.coded_height;
}

struct judgement check_bitstream(const struct facts *facts, struct text *detail)
{
    const struct va_facts *va = &facts->va;

    if (!va->encode.done && !va_is_cut_in_decoder(va))
        return JUDGED_SKIP;
    if (coded_cause(facts) != CAUSE_NONE) {
        text_add(detail, "frames of %u to %u bytes", va->encode.smallest, va->encode.largest);
        return JUDGED_FAIL(coded_cause(facts));
    }
    if (!va->bitstream.done && !va_is_cut_in_decoder(va))
        return JUDGED_SKIP;
    if (va->bitstream.rule[0]) {
        text_add(detail, "%u NAL units read, %u pictures", va->bitstream.nal_units,
                 va->bitstream.pictures);
        return JUDGED_FAIL(CAUSE_BROKEN_RULE);
    }
    text_add(detail, "%u pictures %ux%u, %u SPS, %u PPS, profile %u, level %u.%u",
             va->bitstream.pictures, va->bitstream.width, va->bitstream.height, va->bitstream.sps,
             va->bitstream.pps, va->bitstream.profile_idc, va->bitstream.level_idc / 10,
             va->bitstream.level_idc % 10);
    if (va->bitstream.pictures != va->encode.frames ||
        (va->encode.frames != facts->request.frames && !va_is_cut_in_decoder(va)))
        return JUDGED_FAIL(CAUSE_WRONG_COUNT);
    if (va->bitstream.width != facts->request.width ||
        va->bitstream.height != facts->request.height)
        return is_uncropped(va) ? JUDGED_WARN(CAUSE_UNCROPPED) : JUDGED_FAIL(CAUSE_WRONG_SIZE);
    return JUDGED_PASS;
}

/* ---- decode ---- */

static const struct psnr_limits *limits_of(const struct va_request *request)
{
    const struct rate_mode *mode = rate_mode(request->rate);

    if (mode->has_quality && request->qp > QP_COARSE)
        return &LIMITS_COARSE;
    return mode->has_bit_rate ? &LIMITS_BIT_RATE : &LIMITS_QUALITY;
}

/* Not a plain comparison: a PSNR that is no number fails too. */
static bool is_above(const struct va_facts *va, double limit)
{
    return va->decode.frames > 0 && va->decode.psnr_y >= limit &&
           va->decode.psnr_y_worst >= limit && va->decode.psnr_uv_worst >= limit;
}

static double block_limit(const struct va_request *request)
{
    double steps = request->qp < QP_FINE ? 0 : (double)request->qp - QP_FINE;

    if (!rate_mode(request->rate)->has_quality)
        return BLOCK_BIT_RATE;
    return BLOCK_FINE - (BLOCK_FINE - BLOCK_COARSEST) * steps / (QP_COARSEST - QP_FINE);
}

struct judgement check_decode(const struct facts *facts, struct text *detail)
{
    const struct psnr_limits *limits = limits_of(&facts->request);
    const struct va_facts *va = &facts->va;

    if (va->decode.failure.happened) {
        words_failure(&va->decode.failure, detail);
        return JUDGED_FAIL(CAUSE_DECODE_FAILED);
    }
    if (!va->decode.done) {
        /* Without a reason the run was cut short. */
        text_add(detail, "%s", va->decode.why);
        return JUDGED_SKIP;
    }
    /* Fits on a line of 80 with what text.c puts before it. The block says more than its frame. */
    text_add(detail, "%u frames, PSNR-Y %.1f dB, colour %.1f, worst block %.1f", va->decode.frames,
             va->decode.psnr_y, va->decode.psnr_uv, va->decode.psnr_block);
    if (!is_above(va, limits->fail))
        return JUDGED_FAIL(CAUSE_DIFFERENT);
    if (!(va->decode.psnr_block >= block_limit(&facts->request)))
        return JUDGED_FAIL(CAUSE_DIFFERENT_BLOCK);
    if (!is_above(va, limits->warn_worst))
        return JUDGED_WARN(CAUSE_COARSE_AT_RATE);
    if (va->decode.psnr_y < limits->warn_mean)
        return JUDGED_WARN(CAUSE_COARSE);
    return JUDGED_PASS;
}

/* ---- scale, codecs ---- */

/*
 * dB. Below these the scaled picture is not the one that went in. swscale's filters, from the
 * nearest pixel to Lanczos, have 48 and more, and 42 in the worst block; a shift of four pixels has
 * 37 and 33, a black edge of two 26 and 11. tests/unit/verify_scale.sh holds it to that.
 */
#define SCALE_FAIL       40.0
#define SCALE_FAIL_BLOCK 30.0

/* Not plain comparisons: what is no number fails too. */
static bool is_scaled_well(const struct va_facts *va)
{
    return va->scale.pictures > 0 && va->scale.psnr_y >= SCALE_FAIL &&
           va->scale.psnr_uv >= SCALE_FAIL && va->scale.psnr_block >= SCALE_FAIL_BLOCK;
}

/* A PASS says whether players can scale, which most do on their way to the encoder. */
struct judgement check_scale(const struct facts *facts, struct text *detail)
{
    const struct va_facts *va = &facts->va;

    if (va->scale.failure.happened) {
        words_failure(&va->scale.failure, detail);
        if (va->scale.offered && facts->request.scale)
            return JUDGED_FAIL(CAUSE_SCALE_FAILED);
        return JUDGED_WARN(va->scale.offered ? CAUSE_SCALER_FAILED : CAUSE_NO_SCALER);
    }
    if (!va->scale.done)
        return JUDGED_SKIP;
    if (!facts->request.scale) {
        text_add(detail, "VideoProc starts; no picture was scaled");
        return JUDGED_PASS;
    }
    text_add(detail, "2:1 and 3:2 down, PSNR-Y %.1f dB, colour %.1f, worst block %.1f",
             va->scale.psnr_y, va->scale.psnr_uv, va->scale.psnr_block);
    return is_scaled_well(va) ? JUDGED_PASS : JUDGED_FAIL(CAUSE_SCALED_WRONG);
}

/* What the driver says, and of that what was tried. A failure speaks of the one codec. */
struct judgement check_codecs(const struct facts *facts, struct text *detail)
{
    int bad = codec_first_bad(facts);

    if (bad < 0 && !codecs_are_done(facts))
        return JUDGED_SKIP; /* cut short, and nothing to say */
    if (bad < 0) {
        words_codecs(facts, detail);
        return JUDGED_PASS;
    }
    const struct va_codec *codec = &facts->va.codecs[bad];
    text_add(detail, "%s: ", codec_name((enum codec)bad));
    if (codec->failure.happened) {
        words_failure(&codec->failure, detail);
        return JUDGED_FAIL(CAUSE_CODEC_FAILED);
    }
    if (codec->is_wrong) {
        text_add(detail, "wrong ");
        words_codec_wrong(codec, detail);
        return JUDGED_FAIL(CAUSE_CODEC_WRONG);
    }
    text_add(detail, "not offered");
    return JUDGED_FAIL(CAUSE_CODEC_NOT_OFFERED);
}
