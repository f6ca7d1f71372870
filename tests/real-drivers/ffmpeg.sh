#!/bin/bash
# SPDX-License-Identifier: MIT
# An independent judge: what ffmpeg has the stock driver encode on the emulated engine is, in ffmpeg's own decoder, exactly
# what went in (JPEG: nearly); and the stock driver decodes it to exactly what that decoder makes of it.
#     ffmpeg.sh CHIP DRIVER CODEC
chip=$1 driver=$2 codec=$3
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/common.sh"
: "${TEST_DRIVERS:?the folder with the test driver}"
driver_needed "$driver"
device=/dev/dri/renderD128

# quiet WHAT COMMAND...: it succeeds and has nothing to say.
quiet() {
    local what=$1
    shift
    "$@" >"$scratch/log" 2>&1 || fail "$what"
    [ ! -s "$scratch/log" ] || fail "$what: it has something to say"
}

# raw OPTION... FILE: the pictures of what the options name as the input.
raw() { ffmpeg -v warning -nostdin -y "${@:1:$#-1}" -pix_fmt nv12 -f rawvideo "${@: -1}"; }

# judged SIZE FRAMES OPTION...: of the encoder.
judged() {
    local size=$1 frames=$2 what="$*"
    shift 2
    quiet "$what: the source" raw -f lavfi -i "testsrc2=size=$size" -frames:v "$frames" "$scratch/source"
    # The encoder warns of what it does not offer.
    on_chip "$chip" timeout -s KILL 60 ffmpeg -v error -nostdin -y -f rawvideo -pix_fmt nv12 -s "$size" -i "$scratch/source" \
        -vaapi_device $device -vf hwupload -c:v "${codec}_vaapi" -bf 0 "$@" -f "$codec" "$scratch/coded" \
        >"$scratch/log" 2>&1 || fail "$what: not encoded"
    quiet "$what: ffmpeg's decoder" raw -xerror -err_detect +crccheck+bitstream+buffer+explode -probesize 256M -f "$codec" \
        -i "$scratch/coded" "$scratch/decoded"
    cmp "$scratch/source" "$scratch/decoded" >"$scratch/log" 2>&1 || fail "$what: not the source"
    on_chip "$chip" env FAKEDRM_LOG="$scratch/calls" timeout -s KILL 60 ffmpeg -v error -nostdin -y \
        -hwaccel vaapi -hwaccel_device $device -probesize 256M -f "$codec" -i "$scratch/coded" -pix_fmt nv12 -f rawvideo "$scratch/by-driver" \
        >"$scratch/log" 2>&1 || fail "$what: not decoded by $driver"
    cmp "$scratch/decoded" "$scratch/by-driver" >"$scratch/log" 2>&1 || fail "$what: $driver decodes to other pictures"
    # Without the engine ffmpeg would have decoded by itself.
    grep -q 'decoded [1-9]' "$scratch/calls" || fail "$what: not decoded by the engine"
    rm "$scratch/calls"
    echo "ok: $what: $(stat -c %s "$scratch/coded") bytes"
}

# skipped SIZE FRAMES: a stream of the test driver's, of which most macroblocks are those of the picture before. At a low
# quantiser, for else the deblocking filter has a say at their edges and none is skipped.
skipped() {
    local size=$1 frames=$2

    quiet 'skipped: the source' raw -f lavfi -i "testsrc2=size=$size" -frames:v "$frames" "$scratch/source"
    LIBVA_DRIVER_NAME=test LIBVA_DRIVERS_PATH=$TEST_DRIVERS on_chip kbl ffmpeg -v error -nostdin -y -f rawvideo -pix_fmt nv12 \
        -s "$size" -i "$scratch/source" -vaapi_device $device -vf hwupload -c:v h264_vaapi -bf 0 -coder cavlc -qp 4 \
        -f h264 "$scratch/coded" >"$scratch/log" 2>&1 || fail 'skipped: no stream'
    (($(stat -c %s "$scratch/coded") < $(stat -c %s "$scratch/source") * 3 / 4)) || fail 'skipped: nothing is skipped'
    on_chip "$chip" env FAKEDRM_LOG="$scratch/calls" timeout -s KILL 60 ffmpeg -v error -nostdin -y \
        -hwaccel vaapi -hwaccel_device $device -f h264 -i "$scratch/coded" -pix_fmt nv12 -f rawvideo "$scratch/by-driver" \
        >"$scratch/log" 2>&1 || fail "skipped: not decoded by $driver"
    cmp "$scratch/source" "$scratch/by-driver" >"$scratch/log" 2>&1 || fail 'skipped: not the source'
    grep -q 'decoded [1-9]' "$scratch/calls" || fail 'skipped: not decoded by the engine'
    rm "$scratch/calls"
    echo "ok: skipped macroblocks: $(stat -c %s "$scratch/coded") bytes"
}

# near SIZE QUALITY DECIBELS: a JPEG picture comes at least so near to the source; decoding is not for the engine.
near() {
    local size=$1 quality=$2 wanted=$3 got

    quiet "$*: the source" raw -f lavfi -i "testsrc2=size=$size" -frames:v 2 "$scratch/source"
    on_chip "$chip" timeout -s KILL 60 ffmpeg -v error -nostdin -y -f rawvideo -pix_fmt nv12 -s "$size" -i "$scratch/source" \
        -vaapi_device $device -vf hwupload -c:v mjpeg_vaapi -global_quality "$quality" -f mjpeg "$scratch/coded" \
        >"$scratch/log" 2>&1 || fail "$*: not encoded"
    # JPEG's range is the whole byte, and so is the source's here.
    quiet "$*: ffmpeg's decoder" ffmpeg -v warning -nostdin -y -xerror -f mjpeg -i "$scratch/coded" -pix_fmt yuvj420p \
        -f rawvideo "$scratch/decoded"
    ffmpeg -v error -nostdin -f rawvideo -s "$size" -pix_fmt nv12 -i "$scratch/source" -f rawvideo -s "$size" -pix_fmt yuv420p \
        -i "$scratch/decoded" -lavfi '[0]format=yuv420p[a];[a][1]psnr=f=-' -f null - >"$scratch/log" 2>&1 || fail "$*: not compared"
    [ "$(grep -c '^n:' "$scratch/log")" = 2 ] || fail "$*: not two pictures"
    got=$(sed -n 's/.* psnr_y:\([0-9]*\).*/\1/p' "$scratch/log" | sort -n | head -n 1)
    ((got >= wanted)) || fail "$*: $got dB"
    echo "ok: $*: $got dB, $(stat -c %s "$scratch/coded") bytes"
}

case $codec in
h264)
    skipped 322x242 6
    low_power=()
    [ "$driver" != iHD ] || low_power=(-low_power 1)
    # VDENC of skl and bxt repeats one header for all slices, and how CABAC's alignment in it changes with them, no one says.
    case $chip in skl | bxt) coder=cavlc ;; *) coder=cabac ;; esac
    # VCN 1 makes one slice of a picture.
    case $chip in raven) slices=1 ;; *) slices=4 ;; esac
    for profile in constrained_baseline main high; do
        judged 320x240 3 "${low_power[@]}" -profile:v $profile -slices 1
        judged 322x242 3 "${low_power[@]}" -profile:v $profile -slices $slices -coder $coder
    done
    judged 1920x1080 2 "${low_power[@]}" -profile:v high -coder cavlc
    judged 640x480 5 "${low_power[@]}" -profile:v main -coder cavlc -g 2
    judged 640x480 3 "${low_power[@]}" -profile:v high -b:v 2M
    ;;
hevc)
    # At quantiser 4 nothing is lost; where the rate is controlled, each group of units may have a quantiser of its own.
    judged 320x240 3 -low_power 1 -qp 4
    judged 322x242 3 -low_power 1 -qp 4 -slices 4 -g 2
    judged 640x480 2 -low_power 1 -b:v 2M
    ;;
mjpeg)
    near 320x240 100 68
    # With the quantisers in another order it would be 34.
    near 322x242 50 36
    ;;
*) fail "no codec: $codec" ;;
esac
