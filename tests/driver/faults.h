/* SPDX-License-Identifier: MIT */
/*
 * Everything that this driver does wrong on purpose, or does not offer, is a switch in one table.
 * Switches come from the environment variable TESTDRV (comma-separated) and from the file named by
 * TESTDRV_FILE (commas or newlines); README.md explains each.
 */
#ifndef TEST_DRIVER_FAULTS_H
#define TEST_DRIVER_FAULTS_H

#include <stdbool.h>
#include <stdint.h>
#include <va/va.h>

/* X(id, name, what follows the name: "" nothing, "#" a number "=N", "@" a call "@vaName") */
#define FAULT_SWITCHES(X)                                                                          \
    /* what is offered */                                                                          \
    X(FAULT_NO_ENCSLICE, "no-encslice", "")                                                        \
    X(FAULT_LP_ONLY, "lp-only", "")                                                                \
    X(FAULT_NO_LP, "no-lp", "")                                                                    \
    X(FAULT_NO_ENCODE, "no-encode", "")                                                            \
    X(FAULT_NO_VLD, "no-vld", "")                                                                  \
    X(FAULT_NO_H264, "no-h264", "")                                                                \
    X(FAULT_NO_CBP, "no-constrained-baseline", "")                                                 \
    X(FAULT_NO_PACKED, "no-packed", "")                                                            \
    X(FAULT_PACKED_SEQ_ONLY, "packed-seq-only", "")                                                \
    X(FAULT_NO_RATE_CONTROL, "no-rate-control", "")                                                \
    X(FAULT_RATE_CONTROL, "rate-control", "")                                                      \
    X(FAULT_NO_DERIVE, "no-derive", "")                                                            \
    X(FAULT_DERIVE_I420, "derive-i420", "")                                                        \
    X(FAULT_I420, "i420", "")                                                                      \
    X(FAULT_NO_VIDEOPROC, "no-videoproc", "")                                                      \
    X(FAULT_NO_SYNCBUFFER, "no-syncbuffer", "")                                                    \
    X(FAULT_CODECS, "codecs", "")                                                                  \
    /* calls that go wrong */                                                                      \
    X(FAULT_INIT_FAIL, "init-fail", "")                                                            \
    X(FAULT_INIT_CRASH, "init-crash", "")                                                          \
    X(FAULT_HANG, "hang", "@")                                                                     \
    X(FAULT_SPIN, "spin", "@")                                                                     \
    X(FAULT_CRASH, "crash", "@")                                                                   \
    X(FAULT_ABORT, "abort", "@")                                                                   \
    X(FAULT_FAIL, "fail", "@#")                                                                    \
    X(FAULT_SLOW, "slow", "#")                                                                     \
    X(FAULT_CHATTY, "chatty", "")                                                                  \
    X(FAULT_STRICT, "strict", "")                                                                  \
    X(FAULT_MESA, "mesa", "#")                                                                     \
    /* coded buffers that are wrong */                                                             \
    X(FAULT_EMPTY_BUFFER, "empty-buffer", "")                                                      \
    X(FAULT_BAD_FLAG, "bad-flag", "")                                                              \
    X(FAULT_SLICE_OVERFLOW, "slice-overflow", "")                                                  \
    X(FAULT_SEGMENTS, "segments", "")                                                              \
    X(FAULT_NO_HEADERS, "no-headers", "")                                                          \
    X(FAULT_BAD_NAL, "bad-nal", "")                                                                \
    X(FAULT_MISSING_PICTURE, "missing-picture", "")                                                \
    X(FAULT_WRONG_SIZE, "wrong-size", "")                                                          \
    X(FAULT_NO_CROPPING, "no-cropping", "")                                                        \
    X(FAULT_CONSTANT, "constant", "")                                                              \
    X(FAULT_LARGE_SEGMENT, "large-segment", "")                                                    \
    /* pictures that are wrong */                                                                  \
    X(FAULT_STALE, "stale", "")                                                                    \
    X(FAULT_GREEN, "green", "")                                                                    \
    X(FAULT_SHIFTED, "shifted", "")                                                                \
    X(FAULT_GREY, "grey", "")                                                                      \
    X(FAULT_LAST_ROWS, "last-rows", "")                                                            \
    X(FAULT_FROZEN, "frozen", "")                                                                  \
    X(FAULT_LATE, "late", "")                                                                      \
    X(FAULT_BAD_DECODE, "bad-decode", "")                                                          \
    /* other codecs' pictures that are wrong */                                                    \
    X(FAULT_OLD_PICTURE, "old-picture", "")                                                        \
    X(FAULT_NO_PICTURE, "no-picture", "")                                                          \
    X(FAULT_WRONG_REFERENCE, "wrong-reference", "")                                                \
    X(FAULT_MISSING_SLICE, "missing-slice", "")                                                    \
    X(FAULT_EIGHT_BIT, "eight-bit", "")                                                            \
    X(FAULT_LOW_BITS, "low-bits", "")                                                              \
    /* scaled pictures that are wrong */                                                           \
    X(FAULT_NO_SCALING, "no-scaling", "")                                                          \
    X(FAULT_CUT, "cut", "")                                                                        \
    X(FAULT_SWAP_COLOURS, "swap-colours", "")

#define FAULT_ID(id, name, takes) id,
enum fault { FAULT_SWITCHES(FAULT_ID) FAULT_COUNT };
#undef FAULT_ID

#define FAULTS_MAX 32

struct faults {
    uint32_t count;
    struct fault_switch {
        enum fault fault;
        int call;      /* index into the driver's calls, -1: none */
        int32_t value; /* the number behind "=" */
        uint32_t from; /* the first occurrence that is hit, counted from 1 */
        bool onward;   /* and every later one */
        uint32_t seen; /* times the call was made */
    } switches[FAULTS_MAX];
};

/* Reads the switches. False, after a message on stderr, when one is not known or malformed. */
bool faults_load(struct faults *faults);

bool fault_is_on(const struct faults *faults, enum fault fault);

/* The same for a switch that may carry "@N" or "@N+": is occurrence `n` (from 1) hit? */
bool fault_hits(const struct faults *faults, enum fault fault, uint32_t n);

/* The number behind "=" of a switch, 0 when it is off. */
int32_t fault_value(const struct faults *faults, enum fault fault);

/*
 * Says that `call` is being made. Does what the switches want, which may be never to return;
 * otherwise returns the status to answer with, VA_STATUS_SUCCESS for business as usual.
 */
VAStatus fault_call(struct faults *faults, const char *call);

#endif
