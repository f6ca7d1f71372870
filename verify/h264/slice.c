/* SPDX-License-Identifier: MIT */
/* The slice header (7.3.3) of I and P slices in frames. */
#include "h264/bits.h"
#include "h264/read.h"

/* 7.3.3.1 for list 0; each command names one of at most 32 entries, then comes the end mark */
static bool read_list_modification(struct h264_bits *bits)
{
    bool has_command = false;

    if (!h264_get_flag(bits))
        return false;
    for (unsigned i = 0; i <= H264_LIST_MAX; i++) {
        if (h264_get_ue_max(bits, 3) == 3 || bits->bad)
            return has_command;
        (void)h264_get_ue(bits);
        has_command = true;
    }
    bits->bad = true;
    return has_command;
}

/* 7.3.3.2 for list 0 */
static void skip_weight_table(struct h264_bits *bits, unsigned references)
{
    (void)h264_get_ue_max(bits, 7);
    (void)h264_get_ue_max(bits, 7);
    for (unsigned i = 0; i < references; i++) {
        if (h264_get_flag(bits)) {
            (void)h264_get_se_range(bits, -128, 127);
            (void)h264_get_se_range(bits, -128, 127);
        }
        if (h264_get_flag(bits)) {
            for (unsigned k = 0; k < 4; k++)
                (void)h264_get_se_range(bits, -128, 127);
        }
    }
}

/* 7.3.3.3; says whether anything but the sliding window is used */
static bool read_marking(struct h264_bits *bits, bool is_idr)
{
    /* Operation 3 has two operands, 0 and 5 none. */
    static const uint8_t operands[] = {0, 1, 1, 2, 1, 0, 1};

    if (is_idr) {
        (void)h264_get_flag(bits);  /* no_output_of_prior_pics_flag */
        return h264_get_flag(bits); /* long_term_reference_flag */
    }
    if (!h264_get_flag(bits))
        return false;
    for (unsigned i = 0; i <= 2 * H264_REFERENCES_MAX + 2; i++) {
        uint32_t operation = h264_get_ue_max(bits, 6);
        if (operation == 0 || bits->bad)
            return true;
        for (unsigned k = 0; k < operands[operation]; k++)
            (void)h264_get_ue(bits);
    }
    bits->bad = true;
    return true;
}

static void read_poc(struct h264_bits *bits, const struct h264_sps *sps, const struct h264_pps *pps,
                     struct h264_slice *slice)
{
    if (sps->pic_order_cnt_type == 0) {
        slice->pic_order_cnt_lsb = h264_get(bits, sps->log2_max_pic_order_cnt_lsb);
        if (pps->bottom_field_pic_order_present)
            (void)h264_get_se(bits);
    } else if (sps->pic_order_cnt_type == 1 && !sps->delta_pic_order_always_zero) {
        (void)h264_get_se(bits);
        if (pps->bottom_field_pic_order_present)
            (void)h264_get_se(bits);
    }
}

static void read_references(struct h264_bits *bits, const struct h264_pps *pps,
                            struct h264_slice *slice)
{
    slice->num_ref_idx_l0 = pps->num_ref_idx_l0_default;
    if (h264_get_flag(bits)) /* num_ref_idx_active_override_flag */
        slice->num_ref_idx_l0 = (uint8_t)(h264_get_ue_max(bits, H264_LIST_MAX - 1) + 1);
    slice->has_list_modification = read_list_modification(bits);
    slice->has_weight_table = pps->weighted_pred;
    if (pps->weighted_pred)
        skip_weight_table(bits, slice->num_ref_idx_l0);
}

static void read_deblocking(struct h264_bits *bits, struct h264_slice *slice)
{
    slice->disable_deblocking_filter_idc = (uint8_t)h264_get_ue_max(bits, 2);
    if (slice->disable_deblocking_filter_idc == 1)
        return;
    slice->alpha_c0_offset_div2 = (int8_t)h264_get_se_range(bits, -6, 6);
    slice->beta_offset_div2 = (int8_t)h264_get_se_range(bits, -6, 6);
}

/* What is left of the NAL unit behind the header, without the stop bit. 0 when there is nothing. */
static uint32_t count_data_bits(const struct h264_bits *bits, const uint8_t *nal, size_t size)
{
    size_t total = size * 8;

    if (size > H264_RBSP_MAX)
        return (uint32_t)(total - bits->at);
    /* A NAL unit that was found by its start codes never ends in a zero byte. */
    total -= (unsigned)__builtin_ctz(nal[size - 1]) + 1;
    return total > bits->at && h264_has_more(bits) ? (uint32_t)(total - bits->at) : 0;
}

/* From the first syntax element to the PPS; NULL when the rule is broken. */
static const struct h264_pps *read_start(const struct h264_reader *reader, struct h264_bits *bits,
                                         struct h264_slice *slice, char *rule)
{
    uint32_t type;
    uint32_t pps_id;

    slice->first_mb = h264_get_ue_max(bits, H264_SIZE_MAX / 16 * (H264_SIZE_MAX / 16) - 1);
    type = h264_get_ue_max(bits, 9);
    pps_id = h264_get_ue_max(bits, H264_PPS_MAX - 1);
    if (bits->bad) {
        (void)h264_broken(rule, "a slice header is cut short or has a number out of its range");
        return NULL;
    }
    slice->type = (uint8_t)(type % 5);
    slice->pps_id = (uint8_t)pps_id;
    if (slice->type != H264_I && slice->type != H264_P) {
        (void)h264_broken(rule, "a slice is of type %s, only I and P were asked for",
                          slice->type == H264_B ? "B" : "SP or SI");
        return NULL;
    }
    if (slice->type == H264_P && slice->nal_unit_type == H264_NAL_IDR) {
        (void)h264_broken(rule, "an IDR picture holds a P slice");
        return NULL;
    }
    if (!reader->pps[pps_id].present) {
        (void)h264_broken(rule, "a slice names PPS %u, which never came", pps_id);
        return NULL;
    }
    if (!reader->sps[reader->pps[pps_id].sps_id].present) {
        (void)h264_broken(rule, "PPS %u names SPS %u, which never came", pps_id,
                          reader->pps[pps_id].sps_id);
        return NULL;
    }
    return &reader->pps[pps_id];
}

bool h264_read_slice(const struct h264_reader *reader, const uint8_t *nal, size_t size,
                     struct h264_slice *ret, char rule[H264_RULE_MAX])
{
    struct h264_bits bits;
    struct h264_slice slice = {.nal_unit_type = nal[0] & 31, .nal_ref_idc = nal[0] >> 5 & 3};
    bool is_idr = slice.nal_unit_type == H264_NAL_IDR;
    const struct h264_pps *pps;
    const struct h264_sps *sps;

    h264_bits_open(&bits, nal, size);
    (void)h264_get(&bits, 8);
    pps = read_start(reader, &bits, &slice, rule);
    if (!pps)
        return false;
    sps = &reader->sps[pps->sps_id];
    slice.frame_num = (uint16_t)h264_get(&bits, sps->log2_max_frame_num);
    if (is_idr)
        slice.idr_pic_id = (uint16_t)h264_get_ue_max(&bits, 65535);
    read_poc(&bits, sps, pps, &slice);
    if (pps->redundant_pic_cnt_present && h264_get_ue_max(&bits, 127))
        return h264_broken(rule, "a slice belongs to a redundant picture, none was asked for");
    if (slice.type == H264_P)
        read_references(&bits, pps, &slice);
    if (slice.nal_ref_idc)
        slice.has_adaptive_marking = read_marking(&bits, is_idr);
    if (pps->cabac && slice.type != H264_I)
        slice.cabac_init_idc = (uint8_t)h264_get_ue_max(&bits, 2);
    slice.qp_delta = (int8_t)h264_get_se_range(&bits, -51, 51);
    if (pps->deblocking_filter_control_present)
        read_deblocking(&bits, &slice);
    if (bits.bad)
        return h264_broken(rule, "a slice header is cut short or has a number out of its range");
    if (pps->pic_init_qp + slice.qp_delta < 0 || pps->pic_init_qp + slice.qp_delta > 51)
        return h264_broken(rule, "a slice has quantiser %d, outside 0 to 51",
                           pps->pic_init_qp + slice.qp_delta);
    slice.size = (uint32_t)size;
    slice.header_bits = (uint32_t)bits.at;
    slice.data_bits = count_data_bits(&bits, nal, size);
    if (!slice.data_bits)
        return h264_broken(rule, "a slice ends with its header: no picture data");
    *ret = slice;
    return true;
}
