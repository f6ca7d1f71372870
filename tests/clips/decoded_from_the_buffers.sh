#!/bin/bash
# SPDX-License-Identifier: MIT
# gpu-verify --codec on the test driver, which decodes HEVC from the fields of the buffers (tests/driver/hevc.h): right ones
# pass, and each lie of a driver is found and named.
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/common.sh"

ends 0 '(proven: h264, decoding hevc, decoding hevc10): decodes h264 hevc hevc10' codecs,strict --codec hevc,hevc10
! grep -q warning "$scratch/log" || fail 'something is left at the end'
ends 0 'gpu-verify: PASS' codecs,late --codec hevc
ends 0 '"codec": "hevc", "decode": "pass"' codecs --codec all --json
"$project/tests/lib/schema.py" "$project/verify/gpu-verify.schema.json" "$scratch/log" || [ $? = 77 ] || fail 'not as the schema has it'
! grep -q '"codec": "vp9", "decode": "pass"' "$scratch/log" || fail 'vp9 is not offered and passes'

ends 35 'brightness and colours of picture 2 of 5, which is picture 0 again' codecs,old-picture@3 --codec hevc
ends 35 'brightness and colours of picture 1 of 5, which is all zeros' codecs,no-picture@2 --codec hevc
ends 35 'of picture 2 of 5' codecs,wrong-reference@3 --codec hevc
ends 35 'of picture 4 of 5' codecs,wrong-reference@5 --codec hevc10
ends 35 'of picture 0 of 5' codecs,missing-slice@1 --codec hevc
ends 35 'of picture 4 of 5' codecs,missing-slice@5 --codec hevc
ends 35 'which is 8 bit, where 10 were coded' codecs,eight-bit --codec hevc10
ends 35 'which is in the wrong bits of 16' codecs,low-bits --codec hevc10
ends 35 '"codec": "hevc", "decode": "fail"' codecs,no-picture --codec all --json
"$project/tests/lib/schema.py" "$project/verify/gpu-verify.schema.json" "$scratch/log" || [ $? = 77 ] || fail 'not as the schema has it'

# A wrong field of a buffer shows: one bit each, by its place in libva's structures.
while read -r flip field; do
    TESTDRV_FLIP=$flip ends 35 'a clip of hevc' codecs --codec hevc
    echo "ok: $field"
done <<FIELDS
0:469:1 init_qp_minus26
0:471:1 pps_cb_qp_offset
0:452:128 strong_intra_smoothing_enabled_flag
1:59:1 slice_qp_delta
1:12:1 slice_data_byte_offset
1:52:64 slice_sao_luma_flag
20:36:16 flags of the last picture's first reference
21:20:1 RefPicList[0][0] of the last picture
21:57:2 num_ref_idx_l0_active_minus1
23:16:1 slice_segment_address of its second slice
FIELDS

# The fifth call is the clip's first: two pictures are encoded and decoded before.
ends 35 'vaEndPicture failed in picture 1 with VA_STATUS_ERROR_DECODING_ERROR' codecs,fail@vaEndPicture=23@6 --codec hevc
ends 35 'vaCreateSurfaces failed in picture 0' codecs,fail@vaCreateSurfaces2=2@3+ --codec hevc
ends 32 'codecs FAIL VA driver test crashed with SIGSEGV in vaEndPicture' codecs,crash@vaEndPicture@6 --codec hevc
ends 31 'codecs FAIL no answer within 1 s from vaEndPicture' codecs,hang@vaEndPicture@6 --codec hevc,hevc10 --timeout 1
ends 23 'VA driver test does not decode hevc on this GPU; it decodes h264' '' --codec hevc
ends 23 'does not decode vp9' codecs --codec hevc,vp9
ends 0 'gpu-verify: PASS' '' --codec all
ends 2 '--codec vc1: not h264, hevc, hevc10' '' --codec vc1
ends 2 '--list decodes nothing for --codec' '' --codec hevc --list
