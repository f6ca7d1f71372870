/* SPDX-License-Identifier: MIT */
#include "engine/slice.h"

#define NAL_IDR 5u
#define LOOPS   64 /* more commands than any picture has */

static int get_se(struct nal_reader *in)
{
    uint32_t value = nal_get_ue(in);

    return value & 1 ? (int)((value + 1) / 2) : -(int)(value / 2);
}

static void order_skip(struct nal_reader *in, const struct slice_rules *rules)
{
    if (rules->order_type == 0) {
        (void)nal_get(in, rules->order_bits);
        if (rules->has_bottom_order)
            (void)get_se(in);
    } else if (rules->order_type == 1 && !rules->order_is_zero) {
        (void)get_se(in);
        if (rules->has_bottom_order)
            (void)get_se(in);
    }
}

/* Which pictures are referred to, in what order. */
static void lists_skip(struct nal_reader *in)
{
    if (nal_get(in, 1)) /* num_ref_idx_active_override_flag */
        (void)nal_get_ue(in);
    if (!nal_get(in, 1)) /* ref_pic_list_modification_flag_l0 */
        return;
    for (int i = 0; i < LOOPS && nal_get_ue(in) != 3; i++)
        (void)nal_get_ue(in);
}

/* dec_ref_pic_marking() */
static void marking_skip(struct nal_reader *in, bool is_idr)
{
    uint32_t operation;

    if (is_idr) {
        (void)nal_get(in, 2);
        return;
    }
    if (!nal_get(in, 1))
        return;
    for (int i = 0; i < LOOPS; i++) {
        operation = nal_get_ue(in);
        if (!operation)
            return;
        if (operation != 5)
            (void)nal_get_ue(in);
        if (operation == 3)
            (void)nal_get_ue(in);
    }
}

bool slice_read(struct nal_reader *in, uint8_t nal_header, const struct slice_rules *rules,
                struct avc_slice *ret)
{
    bool is_idr = (nal_header & 31) == NAL_IDR;
    uint32_t type;

    *ret = (struct avc_slice){.width = rules->width,
                              .first = nal_get_ue(in),
                              .end = rules->width * rules->height,
                              .has_cabac = rules->has_cabac};
    type = nal_get_ue(in) % 5;
    ret->is_p = type == 0;
    (void)nal_get_ue(in); /* pic_parameter_set_id */
    (void)nal_get(in, rules->frame_num_bits);
    if (is_idr)
        (void)nal_get_ue(in);
    order_skip(in, rules);
    if (rules->has_redundant)
        (void)nal_get_ue(in);
    if (ret->is_p)
        lists_skip(in);
    if (nal_header >> 5 & 3)
        marking_skip(in, is_idr);
    if (ret->has_cabac && ret->is_p)
        ret->init_idc = nal_get_ue(in);
    ret->qp = rules->qp + get_se(in);
    if (rules->has_deblocking && nal_get_ue(in) != 1) {
        (void)get_se(in);
        (void)get_se(in);
    }
    return !in->overrun && (type == 0 || type == 2) && ret->first < ret->end && ret->qp >= 0 &&
           ret->qp <= 51;
}
