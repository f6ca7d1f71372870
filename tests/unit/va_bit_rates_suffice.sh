#!/bin/bash
# The limits that gpu-verify holds pictures to are such that a good encoder keeps them: our own
# pictures through libx264, with the bit rates and the level that we ask of a GPU, and at the
# coarsest quantisers. Below 20 dB a bit rate warns, and a fine quantiser fails; at 14 a coarse one.
# The worst 16x16 block is held to what verify/judge/checks_stream.c says of it.
#     va_bit_rates_suffice.sh VA_TRY
set -eu
try=$1

if ! ffmpeg -v error -h encoder=libx264 2>/dev/null | grep -q x264-params; then
    echo "SKIP: no ffmpeg with libx264" >&2
    [ "${TESTS_MUST_RUN:-0}" != 1 ] || exit 1
    exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# shellcheck source-path=SCRIPTDIR source=../lib/outcome.sh
. "${0%/*}/../lib/outcome.sh"

# worst LIMIT BLOCK SIZE OPTION...: the worst frame of $scratch/pattern, in brightness and in each
# colour, and its worst block
worst() {
    local limit=$1 block=$2 size=$3 found
    shift 3
    ffmpeg -v warning -nostdin -y -f rawvideo -pix_fmt nv12 -s "$size" -r 30 -i "$scratch/pattern" \
        -pix_fmt yuv420p -c:v libx264 -preset ultrafast -tune zerolatency -profile:v baseline \
        "$@" "$scratch/x.h264" 2>"$scratch/log"
    ! grep -i 'level limit' "$scratch/log" || fail "$size $*: the level is too low"
    ffmpeg -v error -nostdin -y -i "$scratch/x.h264" -f rawvideo -pix_fmt nv12 "$scratch/decoded"
    found=$("$try" compare "$size" $frames "$scratch/decoded") || fail "$size $*: not every picture came back"
    echo "$size $*: $found dB at worst in brightness, colour and a block"
    echo "$found" | awk -v limit="$limit" -v block="$block" \
        '{ exit $1 < limit || $2 < limit || $3 < block }' || fail "that is below $limit dB, or a block below $block"
}

for size in 64x64 320x240 322x242 640x480 1920x1080; do
    frames=30
    [ $size != 1920x1080 ] || frames=16 # one past the next key picture
    "$try" pattern $size $frames "$scratch/pattern"
    read -r bits level < <("$try" rate $size)
    gop=keyint=15:scenecut=0:ref=1:level=$level
    for target in "$bits" $((bits * 8 / 10)); do # constant, and what the variable modes aim at
        worst 20 26 $size -b:v "$target" -maxrate "$bits" -bufsize "$bits" -x264-params "$gop"
    done
    worst 14 13 $size -qp 51 -x264-params "$gop"
    worst 20 20 $size -qp 40 -x264-params "$gop"
    worst 30 32 $size -qp 26 -x264-params "$gop"
    worst 30 27 $size -crf 26 -x264-params "$gop"
    worst 20 15 $size -crf 40 -x264-params "$gop"
    worst 16 13 $size -crf 51 -x264-params "$gop"
done
