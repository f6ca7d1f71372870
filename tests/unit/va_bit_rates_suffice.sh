#!/bin/bash
# The limits that gpu-verify holds pictures to are such that a good encoder keeps them: our own
# pictures through libx264, with the bit rates and the level that we ask of a GPU, and at the
# coarsest quantisers. Below 20 dB a bit rate warns, and a fine quantiser fails; at 14 a coarse one.
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

fail() {
    echo "FAIL: $*" >&2
    exit 1
}

# worst LIMIT SIZE OPTION...: the worst frame of $scratch/pattern, in brightness and in each colour
worst() {
    local limit=$1 size=$2
    shift 2
    ffmpeg -v warning -nostdin -y -f rawvideo -pix_fmt nv12 -s "$size" -r 30 -i "$scratch/pattern" \
        -pix_fmt yuv420p -c:v libx264 -preset ultrafast -tune zerolatency -profile:v baseline \
        "$@" "$scratch/x.h264" 2>"$scratch/log"
    ! grep -i 'level limit' "$scratch/log" || fail "$size $*: the level is too low"
    ffmpeg -v error -nostdin -y -r 30 -i "$scratch/x.h264" -f rawvideo -pix_fmt nv12 -s "$size" -r 30 \
        -i "$scratch/pattern" -lavfi "[1]format=yuv420p[b];[0][b]psnr=stats_file=$scratch/psnr" \
        -f null - 2>/dev/null
    awk -v limit="$limit" -v what="$size $*" '
        { for (i = 1; i <= NF; i++)
              if (split($i, pair, ":") == 2 && pair[1] ~ /^psnr_[yuv]$/ && (!n++ || pair[2] + 0 < worst))
                  worst = pair[2] + 0 }
        END { printf "%s: %.1f dB at worst\n", what, worst; exit !n || worst < limit }' "$scratch/psnr" ||
        fail "that is below $limit dB"
}

for size in 64x64 320x240 640x480 1920x1080; do
    "$try" pattern $size 30 "$scratch/pattern"
    read -r bits level < <("$try" rate $size)
    gop=keyint=15:scenecut=0:ref=1:level=$level
    for target in "$bits" $((bits * 8 / 10)); do # constant, and what the variable modes aim at
        worst 20 $size -b:v "$target" -maxrate "$bits" -bufsize "$bits" -x264-params "$gop"
    done
    worst 14 $size -qp 51 -x264-params "$gop"
    worst 20 $size -qp 40 -x264-params "$gop"
done
