#!/bin/bash
# SPDX-License-Identifier: MIT
# Our parser takes what another encoder writes: every profile, CAVLC and CABAC, other picture order
# count types, several slices, several references, odd sizes; and refuses B pictures and cut files.
set -eu
accept=$1

if ! ffmpeg -v error -h encoder=libx264 2>/dev/null | grep -q x264-params; then
    echo "SKIP: no ffmpeg with libx264" >&2
    [ "${TESTS_MUST_RUN:-0}" != 1 ] || exit 1
    exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

encode() { # SIZE X264PARAMS OPTION...
    local size=$1 params=$2
    shift 2
    ffmpeg -v error -nostdin -y -f lavfi -i "testsrc2=size=$size:rate=25" -frames:v 20 \
        -pix_fmt yuv420p -c:v libx264 -x264-params "aud=1:threads=1:$params" "$@" "$scratch/x.h264"
}

# expect PICTURES SIZE X264PARAMS OPTION...
expect() {
    local want=$1 size=$2 got
    shift
    encode "$@"
    got=$("$accept" "$scratch/x.h264" "${size%x*}" "${size#*x}") || {
        echo "FAIL: $*: $got" >&2
        exit 1
    }
    case $got in
    "$want pictures, "*) ;;
    *) echo "FAIL: $*: $got" >&2 && exit 1 ;;
    esac
}

for profile in baseline main high; do
    for size in 320x240 322x242 1280x720 64x64; do
        expect 20 $size keyint=8 -profile:v $profile -bf 0
    done
    expect 20 320x240 ref=1:keyint=5 -profile:v $profile -bf 0 -preset ultrafast
    expect 20 320x240 slices=4 -profile:v $profile -bf 0
    expect 20 320x240 ref=8:weightp=0 -profile:v $profile -bf 0 -preset slower
done
expect 20 320x240 weightp=2:ref=4 -profile:v high -bf 0
expect 20 320x240 nal-hrd=vbr:vbv-maxrate=1000:vbv-bufsize=1000 -profile:v high -bf 0 -b:v 500k

encode 320x240 "" -profile:v main -bf 2
if "$accept" "$scratch/x.h264" 320 240 >"$scratch/out"; then
    echo "FAIL: B pictures were accepted" >&2
    exit 1
fi
grep -q "type B" "$scratch/out"

encode 320x240 "" -profile:v main -bf 0
if "$accept" "$scratch/x.h264" 322 240 >/dev/null; then
    echo "FAIL: another size was accepted" >&2
    exit 1
fi
