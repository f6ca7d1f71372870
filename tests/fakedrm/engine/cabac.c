/* SPDX-License-Identifier: MIT */
#include "engine/cabac.h"

/* Table 9-44: the range of the less probable symbol. */
static const uint8_t RANGE_LPS[64][4] = {
    {128, 176, 208, 240}, {128, 167, 197, 227}, {128, 158, 187, 216}, {123, 150, 178, 205},
    {116, 142, 169, 195}, {111, 135, 160, 185}, {105, 128, 152, 175}, {100, 122, 144, 166},
    {95, 116, 137, 158},  {90, 110, 130, 150},  {85, 104, 123, 142},  {81, 99, 117, 135},
    {77, 94, 111, 128},   {73, 89, 105, 122},   {69, 85, 100, 116},   {66, 80, 95, 110},
    {62, 76, 90, 104},    {59, 72, 86, 99},     {56, 69, 81, 94},     {53, 65, 77, 89},
    {51, 62, 73, 85},     {48, 59, 69, 80},     {46, 56, 66, 76},     {43, 53, 63, 72},
    {41, 50, 59, 69},     {39, 48, 56, 65},     {37, 45, 54, 62},     {35, 43, 51, 59},
    {33, 41, 48, 56},     {32, 39, 46, 53},     {30, 37, 43, 50},     {29, 35, 41, 48},
    {27, 33, 39, 45},     {26, 31, 37, 43},     {24, 30, 35, 41},     {23, 28, 33, 39},
    {22, 27, 32, 37},     {21, 26, 30, 35},     {20, 24, 29, 33},     {19, 23, 27, 31},
    {18, 22, 26, 30},     {17, 21, 25, 28},     {16, 20, 23, 27},     {15, 19, 22, 25},
    {14, 18, 21, 24},     {14, 17, 20, 23},     {13, 16, 19, 22},     {12, 15, 18, 21},
    {12, 14, 17, 20},     {11, 14, 16, 19},     {11, 13, 15, 18},     {10, 12, 15, 17},
    {10, 12, 14, 16},     {9, 11, 13, 15},      {9, 11, 12, 14},      {8, 10, 12, 14},
    {8, 9, 11, 13},       {7, 9, 11, 12},       {7, 9, 10, 12},       {7, 8, 10, 11},
    {6, 8, 9, 11},        {6, 7, 9, 10},        {6, 7, 8, 9},         {2, 2, 2, 2}};

/* Table 9-45: the state behind a less probable symbol. */
static const uint8_t NEXT_LPS[64] = {
    0,  0,  1,  2,  2,  4,  4,  5,  6,  7,  8,  9,  9,  11, 11, 12, 13, 13, 15, 15, 16, 16,
    18, 18, 19, 19, 21, 21, 22, 22, 23, 24, 24, 25, 26, 26, 27, 27, 28, 29, 29, 30, 30, 30,
    31, 32, 32, 33, 33, 33, 34, 34, 35, 35, 35, 36, 36, 36, 37, 37, 37, 38, 38, 63};

void cabac_context_set(struct cabac *cabac, unsigned context, int m, int n, int qp)
{
    int state = (m * qp >> 4) + n;

    state = state < 1 ? 1 : state > 126 ? 126 : state;
    cabac->mps[context] = state > 63;
    cabac->state[context] = (uint8_t)(state > 63 ? state - 64 : 63 - state);
}

static void state_next(struct cabac *cabac, unsigned context, bool is_lps)
{
    uint8_t *state = &cabac->state[context];

    if (is_lps) {
        if (*state == 0)
            cabac->mps[context] ^= 1;
        *state = NEXT_LPS[*state];
    } else if (*state < 62) {
        ++*state;
    }
}

/* ---- encoder, clause 9.3.4 ---- */

void cabac_encoder_start(struct cabac *cabac)
{
    cabac->low = cabac->outstanding = 0;
    cabac->range = 510;
    cabac->is_first = true;
}

static void bit_put(struct cabac *cabac, unsigned bit)
{
    if (cabac->is_first)
        cabac->is_first = false;
    else
        nal_put(cabac->out, bit, 1);
    for (; cabac->outstanding; cabac->outstanding--)
        nal_put(cabac->out, !bit, 1);
}

static void encoder_renormalise(struct cabac *cabac)
{
    for (; cabac->range < 256; cabac->range <<= 1, cabac->low <<= 1) {
        if (cabac->low < 256) {
            bit_put(cabac, 0);
        } else if (cabac->low >= 512) {
            cabac->low -= 512;
            bit_put(cabac, 1);
        } else {
            cabac->low -= 256;
            cabac->outstanding++;
        }
    }
}

void cabac_put(struct cabac *cabac, unsigned context, unsigned bin)
{
    uint32_t lps = RANGE_LPS[cabac->state[context]][cabac->range >> 6 & 3];
    bool is_lps = bin != cabac->mps[context];

    cabac->range -= lps;
    if (is_lps) {
        cabac->low += cabac->range;
        cabac->range = lps;
    }
    state_next(cabac, context, is_lps);
    encoder_renormalise(cabac);
}

void cabac_put_bypass(struct cabac *cabac, uint32_t bins, unsigned count)
{
    while (count-- > 0) {
        cabac->low <<= 1;
        if (bins >> count & 1)
            cabac->low += cabac->range;
        if (cabac->low >= 1024) {
            bit_put(cabac, 1);
            cabac->low -= 1024;
        } else if (cabac->low < 512) {
            bit_put(cabac, 0);
        } else {
            cabac->low -= 512;
            cabac->outstanding++;
        }
    }
}

void cabac_put_terminate(struct cabac *cabac, unsigned bin)
{
    cabac->range -= 2;
    if (bin) {
        cabac->low += cabac->range;
        cabac->range = 2;
    }
    encoder_renormalise(cabac);
    if (bin) {
        bit_put(cabac, cabac->low >> 9 & 1);
        nal_put(cabac->out, (cabac->low >> 7 & 3) | 1, 2);
    }
}

/* ---- decoder, clause 9.3.3.2; `low` is its offset ---- */

void cabac_decoder_start(struct cabac *cabac)
{
    cabac->range = 510;
    cabac->low = nal_get(cabac->in, 9);
}

static void decoder_renormalise(struct cabac *cabac)
{
    for (; cabac->range < 256; cabac->range <<= 1)
        cabac->low = cabac->low << 1 | nal_get(cabac->in, 1);
}

unsigned cabac_get(struct cabac *cabac, unsigned context)
{
    uint32_t lps = RANGE_LPS[cabac->state[context]][cabac->range >> 6 & 3];
    unsigned bin = cabac->mps[context];
    bool is_lps;

    cabac->range -= lps;
    is_lps = cabac->low >= cabac->range;
    if (is_lps) {
        cabac->low -= cabac->range;
        cabac->range = lps;
        bin ^= 1;
    }
    state_next(cabac, context, is_lps);
    decoder_renormalise(cabac);
    return bin;
}

unsigned cabac_get_terminate(struct cabac *cabac)
{
    cabac->range -= 2;
    if (cabac->low < cabac->range) {
        decoder_renormalise(cabac);
        return 0;
    }
    return 1; /* the last bit that was read is the coder's last: the encoder's flush made it a 1 */
}
