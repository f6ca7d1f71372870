#!/bin/bash
# SPDX-License-Identifier: MIT
# gpu-verify --decode-only on the test driver, which decodes the clip of H.264 out of the buffers (tests/driver/h264_stream.h):
# a GPU that only decodes passes, and what does not decode is found and named.
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/common.sh"

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
