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
# A GPU that only decodes: by default that is a failure, whose fix says how it is none; done as it is printed, it passes.
schema_is_kept() {
    "$project/tests/lib/schema.py" "$project/verify/gpu-verify.schema.json" "$scratch/log" || [ $? = 77 ] || fail 'not as the schema has it'
}
ends 22 'VA driver test decodes H.264 but does not encode it' no-encode,codecs
grep -qx 'fix: gpu-verify --decode-only --device /dev/dri/renderD128' "$scratch/log" || fail 'no line for a program that only decodes'
ends 0 'decodes h264 hevc hevc10; encodes nothing gpu-verify: PASS (decoding only: h264 hevc hevc10, test)' no-encode,codecs,strict \
    --decode-only --device /dev/dri/renderD128
ends 22 'a build without encoders' no-encode,codecs --codec hevc
grep -qx 'fix: gpu-verify --decode-only --codec hevc --device /dev/dri/renderD128' "$scratch/log" || fail 'another codec than the one asked for'
ends 0 'gpu-verify: PASS (decoding only: hevc, test)' no-encode,codecs --decode-only --codec hevc
ends 22 'encode it' no-encode --codec hevc
! grep -q 'decode-only' "$scratch/log" || fail 'a line that fails as well'
ends 0 '(proven: decoding h264)' no-encode --decode-only --codec h264,h264 -v
ends 0 'gpu-verify: PASS (decoding only: h264, test)' '' --decode-only -q
ends 0 '"encode": null' no-encode --decode-only --json
schema_is_kept
grep -qF '{"codec": "h264", "decode": "pass", "encode": null}' "$scratch/log" || fail 'H.264 is decoded, and the list does not say so'
ends 0 'gpu_verify_check_failed' no-encode --decode-only --metrics -
! grep -q 'encode_frames_per_second' "$scratch/log" || fail 'a rate of what was not encoded'
# One picture where one was asked for: the lie in the second is not seen.
ends 0 'PASS' no-encode,no-picture@2 --decode-only --quick
ends 35 'a clip of h264 decodes wrong: brightness and colours of picture 1 of 5, which is all zeros' no-encode,no-picture@2 --decode-only --frames 60
ends 35 'vaEndPicture failed in picture 3 with' no-encode,fail@vaEndPicture=23@4 --decode-only --frames 60
ends 32 'VA driver test crashed with SIGSEGV in vaEndPicture' no-encode,crash@vaEndPicture@2 --decode-only --frames 60
ends 36 'scaled pictures are wrong' no-encode,cut --decode-only --scale
ends 0 'decodes, but has no VideoProc' no-encode,no-videoproc --decode-only
ends 23 'VA driver test does not decode vp9 on this GPU; it decodes h264' no-encode --decode-only --codec vp9
ends 23 'VA driver test decodes nothing on this GPU; there are clips of h264 hevc' no-h264 --decode-only
# The driver wants each reference in the surface that is named.
TESTDRV_FLIP=4:36:1 ends 35 'vaEndPicture failed in picture 1 with VA_STATUS_ERROR_DECODING_ERROR' no-encode --decode-only --frames 60
TESTDRV_FLIP=6:28:1 ends 35 'vaEndPicture failed in picture 1' no-encode --decode-only --frames 60
ends 2 '--codec vc1: not h264, hevc, hevc10' '' --codec vc1
ends 2 '--list decodes nothing for --codec' '' --codec hevc --list
