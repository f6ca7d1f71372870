#!/bin/bash
# The bounds of the check of scaling: software scalers of every kind keep within them, and so does the test driver; each way to
# scale wrong does not. usage: verify_scale.sh SMOOTH GPU_VERIFY DRIVERS [FAKEDRM]
set -euo pipefail
smooth=$1 verify=$2 drivers=$3 fakedrm=${4:-}

# shellcheck source-path=SCRIPTDIR source=../lib/outcome.sh
. "${0%/*}/../lib/outcome.sh"

command -v ffmpeg >/dev/null || skip 'ffmpeg is not installed'
[ -n "$fakedrm" ] || [ -c /dev/dri/renderD128 ] || skip 'no render node, and none can be faked'
scratch=$(mktemp -d)
fail_log=$scratch/log
trap 'rm -rf "$scratch"' EXIT

# ---- swscale is the judge ----
"$smooth" draw 672 480 >"$scratch/source"

# error WIDTH HEIGHT FILTERS: brightness, colours and worst block, in whole dB rounded down
error() {
    ffmpeg -v error -nostdin -y -f rawvideo -pix_fmt nv12 -s 672x480 -i "$scratch/source" -vf "$3" -pix_fmt nv12 \
        -f rawvideo "$scratch/scaled"
    "$smooth" compare "$1" "$2" <"$scratch/scaled" | sed -E 's/\.[0-9]+//g'
}

for size in 336:240 448:320; do
    for filter in neighbor fast_bilinear bilinear bicubic area gauss lanczos spline; do
        read -r y uv block < <(error "${size%:*}" "${size#*:}" "scale=$size:flags=$filter")
        ((y >= 48 && uv >= 48 && block >= 42)) || fail "$filter to $size: $y $uv $block dB, where the manual says 48 and 42"
    done
    echo "ok: every filter of swscale to $size"
done

# wrong FILTERS: what it makes is beyond the bounds
wrong() {
    read -r y uv block < <(error 336 240 "$1")
    ((y < 40 || uv < 40 || block < 30)) || fail "$1 is not found: $y $uv $block dB"
    echo "ok: $1: $y $uv $block dB"
}
wrong 'crop=656:480:16:0,scale=336:240'
wrong 'crop=672:464:0:16,scale=336:240'
wrong 'scale=336:240,crop=332:240:4:0,pad=336:240:0:0,fillborders=right=4:mode=smear'
wrong 'scale=336:240,crop=334:240:0:0,pad=336:240:2:0'
wrong 'crop=336:240:0:0'
wrong 'scale=336:240,hflip'
wrong 'scale=336:240,vflip'
wrong 'scale=336:240,shuffleplanes=0:2:1'
wrong 'scale=336:240,format=yuv420p,scale=336:240:in_range=limited:out_range=full'
wrong 'scale=336:240,format=gray'
wrong 'scale=336:240,drawbox=x=160:y=112:w=16:h=16:color=gray:t=fill'
wrong 'scale=168:120,pad=336:240'

# ---- a driver ----
# ends STATUS WORDS SWITCHES OPTION...
ends() {
    local status=0 wanted=$1 words=$2 switches=$3
    shift 3
    env LIBVA_DRIVER_NAME=test LIBVA_DRIVERS_PATH="$drivers" TESTDRV="$switches" FAKEDRM=kbl FAKEDRM_ROOT="$scratch/gpu" \
        ASAN_OPTIONS=verify_asan_link_order=0 ${fakedrm:+LD_PRELOAD="$fakedrm"} \
        "$verify" --size 320x240 --frames 2 --timeout 5 "$@" >"$scratch/log" 2>&1 || status=$?
    [ "$status" = "$wanted" ] || fail "$switches $*: exit status $status, not $wanted"
    tr '\n' ' ' <"$scratch/log" | tr -s ' ' | grep -qF -- "$words" || fail "$switches $*: does not say $words"
    echo "ok: $wanted $words ($switches $*)"
}
# ffmpeg's scale_vaapi on the same driver is the judge: to a tenth of a dB, of the worse of both sizes.
if [ -n "$fakedrm" ]; then
    for size in 336:240 448:320; do
        env LIBVA_DRIVER_NAME=test LIBVA_DRIVERS_PATH="$drivers" FAKEDRM=kbl FAKEDRM_ROOT="$scratch/gpu" LD_PRELOAD="$fakedrm" \
            ffmpeg -v error -nostdin -y -f rawvideo -pix_fmt nv12 -s 672x480 -i "$scratch/source" -vaapi_device /dev/dri/renderD128 \
            -vf "hwupload,scale_vaapi=$size,hwdownload,format=nv12" -f rawvideo "$scratch/scaled" || fail "ffmpeg does not scale to $size"
        "$smooth" compare "${size%:*}" "${size#*:}" <"$scratch/scaled"
    done >"$scratch/ffmpeg"
    for column in 1 2 3; do cut -d ' ' -f $column "$scratch/ffmpeg" | sort -n | head -n 1; done >"$scratch/worse"
    { read -r y && read -r uv && read -r block; } <"$scratch/worse"
    ends 0 "scale pass 2:1 and 3:2 down, PSNR-Y $y dB, colour $uv, worst block $block" strict --scale
fi
ends 0 'scale pass 2:1 and 3:2 down, PSNR-Y ' strict --scale
ends 0 'scale pass 2:1 and 3:2 down, PSNR-Y ' no-derive,strict --scale
ends 0 'no picture was scaled' no-scaling
ends 36 'scaled pictures are wrong: ' no-scaling --scale
ends 36 'scaled pictures are wrong: ' cut --scale
ends 36 'scaled pictures are wrong: ' swap-colours --scale
ends 36 'does not scale: vaCreateBuffer failed with VA_STATUS_ERROR_ALLOCATION_FAILED' fail@vaCreateBuffer=2@21+ --scale
ends 0 'warning: VA driver test encodes, but has no VideoProc' no-videoproc --scale
ends 32 'scale FAIL VA driver test crashed with SIGSEGV in vaEndPicture' crash@vaEndPicture@6 --scale
ends 2 '--list scales nothing' '' --scale --list
ends 0 '"scale": {"offered": true, "psnr_y": 5' '' --scale --json
