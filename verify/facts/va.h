/* SPDX-License-Identifier: MIT */
/*
 * What the supervised child found out through libva, without any opinion: verdicts are made in
 * judge/.
 *
 * The whole structure lies in memory shared with the parent, which reads it after the child has
 * ended, however it ended: fields are filled as soon as they are known, and `progress.call` always
 * names the libva call that is under way. A crashed driver may have written over it, so the parent
 * bounds every count and terminates every string (va_facts_sanitize) before use.
 *
 * Units: sizes in pixels or bytes as named, time in seconds, PSNR in dB.
 */
#ifndef VERIFY_VA_FACTS_H
#define VERIFY_VA_FACTS_H

#include "facts/codecs.h"

#include <stdbool.h>
#include <stdint.h>

#define VA_ROWS_MAX   128
#define VA_TRIED_MAX  16
#define VA_LOG_MAX    8192
#define VA_FRAMES_MAX 100000

enum va_entrypoint_choice { VA_CHOICE_AUTO, VA_CHOICE_SLICE, VA_CHOICE_LP };
enum va_profile_choice {
    VA_PROFILE_AUTO, /* constrained baseline, else main, else high: whatever the driver offers first
                      */
    VA_PROFILE_CONSTRAINED_BASELINE,
    VA_PROFILE_MAIN,
    VA_PROFILE_HIGH,
};

enum va_rate_choice {
    VA_RATE_CQP, /* constant quantiser: the one mode that every driver has */
    VA_RATE_CBR,
    VA_RATE_VBR,
    VA_RATE_VCM, /* for video conferences */
    VA_RATE_ICQ, /* constant quality */
    VA_RATE_QVBR,
    VA_RATE_AVBR,
};

/* What was asked for; filled from the options. */
struct va_request {
    uint32_t width, height; /* pixels, as asked; the stream is cropped to exactly this */
    uint32_t frames;
    uint32_t qp; /* 0..51 */
    enum va_entrypoint_choice entrypoint;
    enum va_profile_choice profile;
    enum va_rate_choice rate;
    bool decode;      /* decode back and compare */
    bool scale;       /* scale pictures, and compare */
    uint32_t codecs;  /* CODEC_BIT of each whose clip is decoded, too; CODEC_BITS_ALL */
    bool list_only;   /* stop after the entrypoints were listed */
    bool decode_only; /* encode nothing; decode the clips of `codecs` */
    int output_fd;    /* the H.264 elementary stream is written here; -1: nowhere */
};

/* The step that a run had reached; `done` of each section says whether it got through. */
enum va_step {
    VA_STEP_NONE,
    VA_STEP_DRIVER,
    VA_STEP_ENTRYPOINTS,
    VA_STEP_ENCODE,
    VA_STEP_DECODE,
    VA_STEP_SCALE,
    VA_STEP_CODECS,
    VA_STEP_CLOSE, /* all that there was to find out is known */
};

/* What became of a driver file that libva tried to open. */
enum va_tried_result {
    VA_TRIED_ABSENT,      /* libva says nothing more of a file that is not there */
    VA_TRIED_UNLOADABLE,  /* it is there, but dlopen refused it; the log says why */
    VA_TRIED_NO_INIT,     /* loaded, but for another VA-API: it has no init function libva knows */
    VA_TRIED_IN_INIT,     /* its init function was running: what a crash or a hang leaves */
    VA_TRIED_INIT_FAILED, /* its init function refused this GPU or this system */
    VA_TRIED_OPENED,
};

/* Why there is nothing to encode with, though every libva call of the section may have succeeded.
 */
enum va_refusal {
    VA_REFUSED_NOT,
    VA_REFUSED_NO_ENCODER,     /* no H.264 encode entrypoint at all */
    VA_REFUSED_PROFILE,        /* an encoder, but not for the profile asked for */
    VA_REFUSED_ENTRYPOINT,     /* the profile, but not by the entrypoint asked for */
    VA_REFUSED_FORMAT,         /* no 8-bit 4:2:0 input */
    VA_REFUSED_RATE_CONTROL,   /* not with the rate control mode asked for */
    VA_REFUSED_SIZE_TOO_SMALL, /* below min_width x min_height of the chosen row */
    VA_REFUSED_SIZE_TOO_LARGE, /* above max_width x max_height of the chosen row */
    VA_REFUSED_SIZE_ODD,       /* 4:2:0 H.264 has even sizes only; 0 and more than 16384 too */
};

/* A libva call that did not succeed. */
struct va_failure {
    bool happened;
    char call[48];        /* "vaInitialize" */
    int32_t status;       /* VAStatus */
    char status_name[48]; /* "VA_STATUS_ERROR_ALLOCATION_FAILED" */
    uint32_t frame;       /* 0-based frame it happened in, where there is one */
    char detail[160]; /* what is worth knowing beside the call, e.g. "coded buffer: SLICE_OVERFLOW"
                       */
};

/* One row of the profile x entrypoint table. */
struct va_row {
    int32_t profile;          /* VAProfile */
    int32_t entrypoint;       /* VAEntrypoint */
    char profile_name[40];    /* "H264ConstrainedBaseline" */
    char entrypoint_name[24]; /* "EncSliceLP" */
    bool is_h264;             /* one of the profiles that this program encodes and decodes */
    bool is_encoder;
    uint32_t rt_format;      /* VAConfigAttribRTFormat, 0 when not supported */
    uint32_t rate_control;   /* VA_RC_* mask, 0 when the driver does not report any */
    uint32_t packed_headers; /* VA_ENC_PACKED_HEADER_* mask, 0 when not supported */
    uint32_t max_references; /* list 0 | list 1 << 16 */
    uint32_t max_slices;
    uint32_t max_width, max_height; /* 0: the driver does not say */
    uint32_t min_width, min_height; /* 0: the driver does not say; only asked for the chosen row
                                       and, for a list, for all encoders */
};

/* What became of a codec's clip. */
struct va_codec {
    bool offered;      /* the driver's table has its profile; known of every clip */
    bool done;         /* every picture came back as the standard has it */
    bool is_wrong;     /* one did not, `picture`; those behind it were not decoded */
    uint32_t pictures; /* right ones */
    uint32_t picture, count;
    bool is_luma_wrong, is_chroma_wrong;
    char looks_like[48]; /* "picture 0 again", "all zeros"; "" when it looks like nothing known */
    struct va_failure failure;
};

struct va_facts {
    /* Written all the time; the parent reads it while the child runs. */
    struct {
        volatile int32_t step;   /* enum va_step */
        volatile uint32_t frame; /* frames encoded or decoded so far in this step */
        volatile uint32_t calls; /* libva calls begun so far */
        char call[48];           /* libva call under way, "" between calls */
    } progress;

    struct {
        bool done;
        int32_t va_major, va_minor; /* what vaInitialize reported */
        char library_version[24];   /* VA_VERSION_S this program was built with */
        char name[64];              /* driver libva settled on, "iHD"; "" when unknown */
        char vendor[256];           /* vaQueryVendorString */
        uint32_t tried_count;
        char tried[VA_TRIED_MAX]
                  [256]; /* file names libva tried to open, in order, from its own messages */
        uint8_t tried_result[VA_TRIED_MAX]; /* enum va_tried_result, beside tried[] */
        char log[VA_LOG_MAX];               /* libva's info and error messages, newline-separated */
        struct va_failure failure;
    } driver;

    struct {
        bool done;
        uint32_t count;
        struct va_row rows[VA_ROWS_MAX];
        int32_t chosen_row; /* index into rows of what encode uses; -1 none. The row that was looked
                               at last is kept when its size limits are the refusal. */
        int32_t refusal;    /* enum va_refusal; done is false when it is not VA_REFUSED_NOT */
        struct va_failure failure;
    } entrypoints;

    struct {
        bool done; /* every frame was submitted and its coded buffer read */
        char profile_name[40], entrypoint_name[24];
        uint32_t width, height;             /* pictures, as asked */
        uint32_t coded_width, coded_height; /* surfaces, multiples of 16 */
        uint32_t frames, idr_frames, p_frames;
        uint64_t bytes;
        double seconds;             /* of drawing, encoding and copying the coded buffers */
        uint32_t bits_per_second;   /* what the rate control was told; 0: no bit rate */
        bool packed_headers_ours;   /* our SPS/PPS went in; else the driver wrote its own */
        char upload[16];            /* "derive" or "put" */
        uint32_t smallest, largest; /* coded frame, bytes */
        uint32_t flagged_frames;    /* coded buffers whose status carried an error flag */
        uint32_t first_flagged;     /* the first such frame */
        uint32_t flags;             /* VA_CODED_BUF_STATUS_* error flags of all of them together */
        uint32_t empty_frames;      /* coded buffers without a byte, though every call succeeded */
        char sync[16];              /* what waits for a picture: "buffer" or "surface" */
        int32_t output_error;       /* errno of the first write to output_fd that failed, or 0 */
        struct va_failure failure;
    } encode;

    struct {
        bool done; /* the parser went through the whole stream */
        uint32_t nal_units, sps, pps, idr, p, other_nal;
        uint32_t pictures, slices;
        bool cabac;             /* else CAVLC */
        uint32_t width, height; /* after cropping, from the SPS */
        uint32_t profile_idc, level_idc;
        uint32_t bad_frame; /* first frame with a broken rule */
        char rule[160];     /* the broken rule, in plain words; "" when ok */
    } bitstream;

    struct {
        bool done;
        bool supported; /* the driver has VLD for the profile */
        char why[160];  /* why nothing was decoded although no call failed; "" else */
        uint32_t frames;
        double psnr_y;       /* over all frames; 99 when identical */
        double psnr_y_worst; /* of the worst frame */
        uint32_t worst_frame;
        /* Both colour planes together: a picture with its luma right can still be all green. */
        double psnr_uv, psnr_uv_worst;
        /* The 16x16 block that is worst in brightness or in colour, of all frames: by the whole
         * picture's number one wrong macroblock is nothing. */
        double psnr_block;
        bool block_is_colour;
        uint32_t block_frame, block_x, block_y; /* pixels: its upper left corner */
        char looks_like[96]; /* the first frame below 20 dB: "one flat colour", "frame 3 again"; ""
                                when it looks like nothing known */
        struct va_failure failure;
    } decode;

    struct {
        bool offered; /* VideoProc gives a config */
        bool done;    /* and a context; with request.scale, pictures were scaled and read */
        uint32_t pictures;
        double psnr_y, psnr_uv, psnr_block; /* of the worst of them, each */
        uint32_t width, height;             /* that the picture at hand was scaled to */
        struct va_failure failure;
    } scale;

    struct va_codec codecs[CODEC_COUNT];

    /* For tests/bench. Seconds, and how many of them passed inside libva and the driver: of the
     * pictures from the first to the last, and of everything. */
    struct {
        double pictures, pictures_inside;
        double all, all_inside;
    } time;
};

/* The CODEC_BIT of each clip that a run decodes: H.264's only where no own stream takes its place.
 */
uint32_t va_clips_asked(const struct va_request *request);

/* Whether the run was cut short in the decoder: each picture is decoded before the next one is
 * encoded, so those before it went through all of the checks. */
bool va_is_cut_in_decoder(const struct va_facts *facts);

/* Whether the driver offers this VAEntrypoint for a profile of H.264 that we use. */
bool va_has_h264(const struct va_facts *facts, int32_t entrypoint);

/* Bounds every count and terminates every string. For the parent, once the child has ended. */
void va_facts_sanitize(struct va_facts *facts);

#endif
