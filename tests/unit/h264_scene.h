/* SPDX-License-Identifier: MIT */
/* Small hand-made H.264 streams for the tests of the parser: 64x32 pixels, eight macroblocks. */
#ifndef TEST_H264_SCENE_H
#define TEST_H264_SCENE_H

#include "h264/read.h"
#include "h264/write.h"

#include <string.h>

#define SCENE_PICTURE_MAX 4096

/* Everything that one coded buffer is made of; a test changes what it wants broken. */
struct scene {
    struct h264_sps sps;
    struct h264_pps pps;
    struct h264_slice slice;
    bool has_sps, has_pps, has_slice;
    size_t data_size; /* bytes of slice data behind the slice header */
};

struct coded {
    uint8_t data[SCENE_PICTURE_MAX];
    size_t size;
};

static inline struct scene scene_picture(uint32_t number)
{
    bool is_idr = number == 0;

    return (struct scene){
        .sps = {.profile_idc = H264_BASELINE,
                .constraint_flags = 0xc0,
                .level_idc = 30,
                .log2_max_frame_num = 4,
                .log2_max_pic_order_cnt_lsb = 6,
                .max_num_ref_frames = 1,
                .width_mbs = 4,
                .height_mbs = 2,
                .direct_8x8_inference = true},
        .pps = {.num_ref_idx_l0_default = 1,
                .num_ref_idx_l1_default = 1,
                .pic_init_qp = 26,
                .pic_init_qs = 26,
                .deblocking_filter_control_present = true},
        .slice = {.nal_unit_type = is_idr ? H264_NAL_IDR : H264_NAL_SLICE,
                  .nal_ref_idc = 2,
                  .type = is_idr ? H264_I : H264_P,
                  .frame_num = (uint16_t)number,
                  .pic_order_cnt_lsb = 2 * number,
                  .num_ref_idx_l0 = is_idr ? 0 : 1},
        .has_sps = is_idr,
        .has_pps = is_idr,
        .has_slice = true,
        .data_size = 20 + number,
    };
}

/* Adds a slice: its header, then bytes that stand for macroblocks, then the stop bit. */
static inline void scene_add_slice(struct coded *coded, const struct scene *scene)
{
    struct h264_header header = {0};
    int filler;

    h264_write_slice_header(&header, &scene->slice, &scene->sps, &scene->pps);
    filler = header.bits % 8 ? 0xff >> header.bits % 8 : 0;
    memcpy(coded->data + coded->size, header.data, (header.bits + 7) / 8);
    coded->size += (header.bits + 7) / 8;
    /* The first macroblock bits fill the header's last byte; none of them a zero byte. */
    coded->data[coded->size - 1] = (uint8_t)(coded->data[coded->size - 1] | filler);
    memset(coded->data + coded->size, 0x55, scene->data_size);
    coded->size += scene->data_size;
    if (scene->data_size)
        coded->data[coded->size - 1] = 0x80;
}

static inline void scene_write(struct coded *coded, const struct scene *scene)
{
    struct h264_header header = {0};

    coded->size = 0;
    if (scene->has_sps)
        h264_write_sps(&header, &scene->sps);
    if (scene->has_pps)
        h264_write_pps(&header, &scene->pps);
    memcpy(coded->data, header.data, header.bits / 8);
    coded->size = header.bits / 8;
    if (scene->has_slice)
        scene_add_slice(coded, scene);
}

#endif
