/* SPDX-License-Identifier: MIT */
/*
 * Runs va_run() on a render node and prints the facts, without the supervisor and the checks of
 * gpu-verify: for tests of the VA side alone. Exit 0 when the last section asked for got through.
 *
 *     va_try NODE [WxH [FRAMES [OUTPUT.h264]]]
 *
 * or writes the pictures that such a run encodes, as raw NV12:
 *
 *     va_try pattern WxH FRAMES OUTPUT.nv12
 *
 * or compares pictures in such a file with them:
 *
 *     va_try compare WxH FRAMES INPUT.nv12
 *
 * or says which bit rate, and which level, a constant bit rate of this size is given:
 *
 *     va_try rate WxH
 */
#include "base/cleanup.h"
#include "facts/va.h"
#include "library/library.h"
#include "picture/compare.h"
#include "picture/pattern.h"
#include "va/encode_plan.h"
#include "va/run.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <va/va.h>

static void print_failure(const char *section, const struct va_failure *failure)
{
    if (failure->happened)
        printf("%s: %s: %s (%d) in frame %u: %s\n", section, failure->call, failure->status_name,
               failure->status, failure->frame, failure->detail);
}

static void print_entrypoints(const struct va_facts *facts)
{
    printf("entrypoints: done %d, refusal %d, encode %d, decode %d\n", facts->entrypoints.done,
           facts->entrypoints.refusal,
           va_has_h264(facts, VAEntrypointEncSlice) || va_has_h264(facts, VAEntrypointEncSliceLP),
           va_has_h264(facts, VAEntrypointVLD));
    for (uint32_t i = 0; i < facts->entrypoints.count; i++) {
        const struct va_row *row = &facts->entrypoints.rows[i];
        if (row->is_encoder)
            printf("  %s%s/%s rt 0x%x rc 0x%x packed 0x%x refs 0x%x slices %u, %ux%u to %ux%u\n",
                   (int32_t)i == facts->entrypoints.chosen_row ? "* " : "", row->profile_name,
                   row->entrypoint_name, row->rt_format, row->rate_control, row->packed_headers,
                   row->max_references, row->max_slices, row->min_width, row->min_height,
                   row->max_width, row->max_height);
    }
    print_failure("entrypoints", &facts->entrypoints.failure);
}

static void print_encode(const struct va_facts *facts)
{
    printf(
        "encode: done %d, %s/%s, %u frames (%u IDR, %u P), %llu bytes, %u to %u, upload %s, "
        "sync %s, headers %s, flagged %u, empty %u\n",
        facts->encode.done, facts->encode.profile_name, facts->encode.entrypoint_name,
        facts->encode.frames, facts->encode.idr_frames, facts->encode.p_frames,
        (unsigned long long)facts->encode.bytes, facts->encode.smallest, facts->encode.largest,
        facts->encode.upload, facts->encode.sync,
        facts->encode.packed_headers_ours ? "ours" : "the driver's", facts->encode.flagged_frames,
        facts->encode.empty_frames);
    print_failure("encode", &facts->encode.failure);
}

static double outside(double inside, double all)
{
    return all > 0 ? 100 * (1 - inside / all) : 0;
}

static void print_facts(const struct va_facts *facts)
{
    double frames = facts->encode.frames ? facts->encode.frames : 1;

    printf("driver: done %d, name %s, %s\n", facts->driver.done, facts->driver.name,
           facts->driver.vendor);
    for (uint32_t i = 0; i < facts->driver.tried_count; i++)
        printf("  tried %s: %d\n", facts->driver.tried[i], facts->driver.tried_result[i]);
    print_failure("driver", &facts->driver.failure);
    print_entrypoints(facts);
    print_encode(facts);
    printf("bitstream: done %d, %u NAL units, %ux%u, profile %u, level %u, %s, frame %u: %s\n",
           facts->bitstream.done, facts->bitstream.nal_units, facts->bitstream.width,
           facts->bitstream.height, facts->bitstream.profile_idc, facts->bitstream.level_idc,
           facts->bitstream.cabac ? "CABAC" : "CAVLC", facts->bitstream.bad_frame,
           facts->bitstream.rule);
    printf("decode: done %d, supported %d, %u frames, Y %.2f worst %.2f, UV %.2f worst %.2f %s%s\n",
           facts->decode.done, facts->decode.supported, facts->decode.frames, facts->decode.psnr_y,
           facts->decode.psnr_y_worst, facts->decode.psnr_uv, facts->decode.psnr_uv_worst,
           facts->decode.why, facts->decode.looks_like);
    print_failure("decode", &facts->decode.failure);
    printf(
        "time: outside libva and the driver %.1f%% of the run, %.1f%% of the pictures "
        "(%.2f ms of %.2f ms each)\n",
        outside(facts->time.all_inside, facts->time.all),
        outside(facts->time.pictures_inside, facts->time.pictures),
        1e3 * (facts->time.pictures - facts->time.pictures_inside) / frames,
        1e3 * facts->time.pictures / frames);
}

static int usage(void)
{
    (void)fprintf(stderr, "usage: va_try NODE|pattern|compare|rate [WxH [FRAMES [FILE]]]\n");
    return 2;
}

/* Packed NV12 of the size that was asked for. */
static struct nv12 picture_in(uint8_t *memory, const struct va_request *request)
{
    return (struct nv12){.luma = memory,
                         .chroma = memory + (size_t)request->width * request->height,
                         .luma_pitch = request->width,
                         .chroma_pitch = request->width,
                         .width = request->width,
                         .height = request->height};
}

static size_t picture_size(const struct va_request *request)
{
    return (size_t)request->width * request->height * 3 / 2;
}

static bool write_frames(const struct va_request *request, uint8_t *memory, FILE *file)
{
    const struct nv12 picture = picture_in(memory, request);
    struct pattern pattern;
    bool ok = pattern_open(&pattern, request->width, request->height) == 0;

    for (uint32_t frame = 0; ok && frame < request->frames; frame++) {
        pattern_draw(&pattern, frame, &picture);
        ok = fwrite(memory, picture_size(request), 1, file) == 1;
    }
    pattern_close(&pattern);
    return ok;
}

static int write_pattern(const struct va_request *request, const char *path)
{
    uint8_t *memory = malloc(picture_size(request));
    FILE *file = fopen(path, "we");
    bool ok = memory && file && write_frames(request, memory, file);

    if (file && fclose(file))
        ok = false;
    free(memory);
    return ok ? 0 : 1;
}

static bool compare_frames(const struct va_request *request, uint8_t *memory, FILE *file,
                           struct va_facts *facts)
{
    const struct nv12 picture = picture_in(memory, request);
    struct comparison comparison = {0};
    struct pattern pattern;
    bool ok = pattern_open(&pattern, request->width, request->height) == 0 &&
              compare_open(&comparison, &pattern, facts) == 0;

    for (uint32_t frame = 0; ok && frame < request->frames; frame++) {
        ok = fread(memory, picture_size(request), 1, file) == 1;
        if (ok)
            compare_picture(&comparison, frame, &picture);
    }
    compare_close(&comparison);
    pattern_close(&pattern);
    return ok;
}

static int print_comparison(const struct va_request *request, const char *path)
{
    static struct va_facts facts;
    uint8_t *memory = malloc(picture_size(request));
    FILE *file = fopen(path, "re");
    bool ok = memory && file && compare_frames(request, memory, file, &facts);

    if (file)
        (void)fclose(file);
    free(memory);
    printf("%.1f %.1f %.1f\n", facts.decode.psnr_y_worst, facts.decode.psnr_uv_worst,
           facts.decode.psnr_block);
    return ok ? 0 : 1;
}

static int print_rate(struct va_request *request)
{
    const struct va_row row = {.profile = VAProfileH264ConstrainedBaseline};
    struct encode_plan plan;

    request->rate = VA_RATE_CBR;
    plan_make(&plan, request, &row);
    printf("%u %.1f\n", plan.bits_per_second, plan.sps.level_idc / 10.0);
    return 0;
}

static int run(const char *path, struct va_request *request, const char *output_path)
{
    static struct va_facts facts;
    static struct library_facts library;
    CLEANUP_FD int node = open(path, O_RDWR | O_CLOEXEC);
    CLEANUP_FD int output = -1;

    if (output_path)
        output = open(output_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (node < 0 || (output_path && output < 0)) {
        perror("va_try");
        return 2;
    }
    request->output_fd = output;
    if (!library_open(&library)) {
        fprintf(stderr, "%s\n", library.error);
        return 1;
    }
    va_run(node, request, &facts);
    va_facts_sanitize(&facts);
    print_facts(&facts);
    return facts.decode.done ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct va_request request = {
        .width = 320, .height = 240, .frames = 30, .qp = 26, .decode = true};

    if (argc < 2)
        return usage();
    if (argc > 2 && sscanf(argv[2], "%ux%u", &request.width, &request.height) != 2) /* NOLINT */
        return usage();
    if (argc > 3)
        request.frames = (uint32_t)strtoul(argv[3], NULL, 10);
    if (strcmp(argv[1], "pattern") == 0)
        return argc == 5 ? write_pattern(&request, argv[4]) : usage();
    if (strcmp(argv[1], "compare") == 0)
        return argc == 5 ? print_comparison(&request, argv[4]) : usage();
    if (strcmp(argv[1], "rate") == 0)
        return argc == 3 ? print_rate(&request) : usage();
    return run(argv[1], &request, argc > 4 ? argv[4] : NULL);
}
