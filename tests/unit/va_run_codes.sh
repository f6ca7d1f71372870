#!/bin/bash
# A whole run on the test driver: what it encodes is, decoded by ffmpeg, the pattern to the last
# bit, whichever way the pictures and headers went in.
#     va_run_codes.sh VA_TRY DRIVERS [FAKEDRM]
set -eu
try=$1 drivers=$2 fakedrm=${3:-}
node=/dev/dri/renderD128

# shellcheck source-path=SCRIPTDIR source=../lib/outcome.sh
. "${0%/*}/../lib/outcome.sh"

command -v ffmpeg >/dev/null || skip "no ffmpeg"
[ -n "$fakedrm" ] || [ -c $node ] || skip "no render node, and none can be faked"
[ -e "$drivers/test_drv_video.so" ] || skip "no test driver"
scratch=$(mktemp -d)
fail_log=$scratch/facts
trap 'rm -rf "$scratch"' EXIT

# run SWITCHES ARGUMENT...: va_try with the test driver behind the node. The stand-in for the
# kernel has to come before the sanitizer's runtime, which minds unless told.
run() {
    local switches=$1
    shift
    env LIBVA_DRIVER_NAME=test LIBVA_DRIVERS_PATH="$drivers" TESTDRV="$switches" FAKEDRM=kbl \
        FAKEDRM_ROOT="$scratch/fakedrm" ASAN_OPTIONS=verify_asan_link_order=0 \
        ${fakedrm:+LD_PRELOAD="$fakedrm"} "$try" $node "$@" >"$scratch/facts" 2>&1
}

# codes SWITCHES SIZE FRAMES
codes() {
    run "$1" "$2" "$3" "$scratch/coded.h264" || fail "switches '$1', $2"
    grep -q "decode: done 1, supported 1, $3 frames, Y 99.00 worst 99.00, UV 99.00 worst 99.00" \
        "$scratch/facts" || fail "switches '$1', $2: other pictures came back"
    "$try" pattern "$2" "$3" "$scratch/pattern.nv12"
    ffmpeg -v error -nostdin -y -xerror -i "$scratch/coded.h264" -fps_mode passthrough \
        -pix_fmt nv12 -f rawvideo "$scratch/decoded.nv12"
    cmp "$scratch/pattern.nv12" "$scratch/decoded.nv12" || fail "switches '$1', $2: ffmpeg"
}

codes "" 320x240 30
codes "" 322x242 17
codes "" 1920x1080 3
for switches in lp-only no-constrained-baseline no-packed packed-seq-only no-rate-control \
    rate-control no-derive derive-i420 no-syncbuffer segments; do
    codes $switches 320x240 17
done

# refused SWITCHES SIZE LINE: a line of the facts that must be there
refused() {
    if run "$1" "$2" 16; then fail "switches '$1', $2: accepted"; fi
    grep -q "$3" "$scratch/facts" || fail "switches '$1', $2: no line: $3"
}
refused no-encode 320x240 "entrypoints: done 0, refusal 1"
refused no-vld 320x240 "the driver has no decoder for H264ConstrainedBaseline"
refused init-fail 320x240 "driver: vaInitialize: VA_STATUS_ERROR_OPERATION_FAILED"
refused "" 8192x4320 "entrypoints: done 0, refusal 7"
refused "" 321x240 "entrypoints: done 0, refusal 8"
refused fail@vaEndPicture=1 320x240 "encode: vaEndPicture: VA_STATUS_ERROR_OPERATION_FAILED"
refused empty-buffer@7 320x240 "frame 6: the coded buffer is empty"
refused bad-flag 320x240 "flags the coded buffer: BAD_BITSTREAM"
refused wrong-size 320x240 "asked for were 320x240"
refused no-headers 320x240 "names PPS 0, which never came"

# looks SWITCHES TEXT: it decodes, but the pictures are not the pattern
looks() {
    run "$1" 320x240 16 || fail "switches '$1': nothing was decoded"
    grep -q "$2" "$scratch/facts" || fail "switches '$1': no line: $2"
}
looks green "one flat colour"
looks stale "frame 1 is frame 0 again"
looks shifted "Y [0-9]\.[0-9]* worst [0-9]\."
