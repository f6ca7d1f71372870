/* SPDX-License-Identifier: MIT */
/*
 * Bounded reading of NAL units and of the bits in them. Input is hostile: nothing is read outside
 * what was given, and reading past the end sets `bad` and yields zeros.
 */
#ifndef VERIFY_H264_BITS_H
#define VERIFY_H264_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct h264_nal {
    size_t offset; /* of the NAL unit header byte */
    size_t size;   /* up to the next start code, without trailing zero bytes */
    /* 7.4.1: it holds a sequence that emulation prevention should have broken up */
    bool is_unescaped;
};

/*
 * Finds the NAL unit behind the next start code at or after *at and moves *at to its end.
 * False when there is none left.
 */
bool h264_next_nal(const uint8_t *data, size_t size, size_t *at, struct h264_nal *ret);

/* Headers are far shorter; a longer SPS or slice header is read as truncated. */
#define H264_RBSP_MAX 1024

struct h264_bits {
    uint8_t data[H264_RBSP_MAX]; /* without emulation prevention */
    size_t size;                 /* bytes */
    size_t at;                   /* bits */
    bool bad;                    /* read past the end, or a number out of its range */
};

/* Takes up to H264_RBSP_MAX bytes; bit 0 is the first of the NAL unit header. */
void h264_bits_open(struct h264_bits *bits, const uint8_t *nal, size_t size);

uint32_t h264_get(struct h264_bits *bits, unsigned count); /* u(n), at most 32 */
bool h264_get_flag(struct h264_bits *bits);
uint32_t h264_get_ue(struct h264_bits *bits);
int32_t h264_get_se(struct h264_bits *bits);

/* The same, and `bad` when it is above max, or outside min to max. */
uint32_t h264_get_ue_max(struct h264_bits *bits, uint32_t max);
int32_t h264_get_se_range(struct h264_bits *bits, int32_t min, int32_t max);

/* 7.2 more_rbsp_data() */
bool h264_has_more(const struct h264_bits *bits);

/* rbsp_trailing_bits() and nothing behind them */
bool h264_is_at_end(struct h264_bits *bits);

#endif
