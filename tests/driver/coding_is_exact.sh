#!/bin/bash
# SPDX-License-Identifier: MIT
# ffmpeg encodes through the test driver; what comes out must be the source, to the bit, in ffmpeg's
# software decoder, and again when decoded through the driver.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$here/common.sh"

hardware_frames() {
    on_driver "" ffmpeg -v error -nostdin -y -xerror -hwaccel vaapi -hwaccel_device "$node" \
        -hwaccel_output_format vaapi -i "$scratch/coded.h264" -vsync passthrough \
        -vf hwdownload,format=nv12 -f framemd5 "$scratch/hardware.md5" || return 1
    frames "$scratch/hardware.md5"
}

# check SWITCHES SIZE FRAMES OPTION...
check() {
    local what="$*" switches=$1 size=$2 count=$3 expected
    shift 3
    make_source "$size" "$count"
    expected=$(source_frames "$size")
    [ "$(wc -l <<<"$expected")" = "$count" ] || fail "$what: the source has not $count frames"
    encode "$switches" "$size" "$@" || fail "$what: ffmpeg could not encode"
    [ "$(decoded_frames)" = "$expected" ] || fail "$what: decoded pictures are not the source"
    [ "$(hardware_frames)" = "$expected" ] || fail "$what: the driver decodes something else"
    echo "ok: $what"
}

check "" 320x240 30 -profile:v constrained_baseline -qp 20 -g 10
check "" 322x242 12 -profile:v main -qp 20 -g 5
check "" 354x290 8 -profile:v high -qp 20 -g 250
check "" 640x360 8 -profile:v high -qp 20 -g 4
check "" 1920x1080 3 -profile:v main -qp 20 -g 250
check "" 320x240 5 -profile:v main -qp 20 -g 1
check "" 320x240 8 -profile:v main -qp 20 -low_power 1
check "" 320x240 8 -profile:v main -qp 20 -g 250 -aud 1
check "" 320x240 8 -profile:v high -qp 20 -g 4 -slices 4
# A high QP would let the deblocking filter work on the edges of skipped macroblocks.
check "" 320x240 8 -profile:v high -qp 51 -g 250
check "" 322x242 8 -profile:v main -qp 40 -g 4 -slices 3

for profile in constrained_baseline main high; do
    check no-packed 322x242 8 -profile:v "$profile" -qp 20 -g 4
    check packed-seq-only 320x240 8 -profile:v "$profile" -qp 33 -g 4
done
check no-packed 1920x1080 2 -profile:v main -qp 51
check no-packed 640x360 8 -profile:v high -qp 20 -g 250 -slices 4

check no-rate-control 320x240 4 -profile:v main -qp 20
check rate-control 320x240 4 -profile:v main -b:v 1M
check no-derive,no-syncbuffer 322x242 4 -profile:v main -qp 20
check derive-i420 322x242 4 -profile:v main -qp 20
check segments 320x240 4 -profile:v main -qp 20
