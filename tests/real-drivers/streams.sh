#!/bin/bash
# SPDX-License-Identifier: MIT
# The streams themselves, judged by ffmpeg, which shares no code with us: what gpu-verify has the
# test driver encode decodes without a word, at sizes that need cropping and sizes that do not, in
# every profile and at every quantiser. Sizes are even: 4:2:0 H.264 has no others.
#     streams.sh FIRST LAST: of the 20 sizes
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/common.sh"
: "${TEST_DRIVERS:?the folder with the test driver}"
sizes=(320x240 322x240 320x242 322x242 334x254 350x286 352x288 426x240 638x478 640x480
    642x482 720x576 854x480 1022x766 1280x720 1366x768 1918x1078 1920x1080 2562x1442 4096x2304)
declare -A profile_idc=(["constrained-baseline"]=66 [main]=77 [high]=100)

# stream SIZE PROFILE QP FRAMES
stream() {
    local size=$1 profile=$2 qp=$3 frames=$4 what="$1 $2 --qp $3" status=0

    on_chip kbl env LIBVA_DRIVER_NAME=test LIBVA_DRIVERS_PATH="$TEST_DRIVERS" "$GPU_VERIFY" --size "$size" \
        --profile "$profile" --qp "$qp" --frames "$frames" --no-decode --output "$scratch/coded.h264" \
        >"$scratch/log" 2>&1 || status=$?
    [ "$status" = 0 ] || fail "$what: exit status $status"
    ffmpeg -v warning -nostdin -y -probesize 256M -xerror -err_detect +crccheck+bitstream+buffer+explode -f h264 -i "$scratch/coded.h264" \
        -fps_mode passthrough -f framemd5 "$scratch/frames" >"$scratch/words" 2>&1 || fail "$what: ffmpeg: $(cat "$scratch/words")"
    [ ! -s "$scratch/words" ] || fail "$what: ffmpeg: $(cat "$scratch/words")"
    grep -qx "#dimensions 0: $size" "$scratch/frames" || fail "$what: ffmpeg sees another size"
    [ "$(grep -vc '^#' "$scratch/frames")" = "$frames" ] || fail "$what: ffmpeg sees another number of pictures"
    [ "$(grep -v '^#' "$scratch/frames" | awk '{ print $NF }' | sort -u | wc -l)" = "$frames" ] ||
        fail "$what: pictures repeat"
    od -An -v -tx1 -N64 "$scratch/coded.h264" | tr -d ' \n' | grep -q "0000000167$(printf %02x "${profile_idc[$profile]}")" ||
        fail "$what: another profile"
}

for ((i = ${1:-1} - 1; i < ${2:-20}; i++)); do
    size=${sizes[i]}
    # A second IDR picture only where pictures are small.
    frames=18
    [ "${size%x*}" -lt 640 ] || frames=2
    for profile in constrained-baseline main high; do
        for qp in 0 26 51; do stream "$size" "$profile" "$qp" "$frames"; done
    done
    echo "ok: $size, 3 profiles, 3 quantisers, $frames frames"
done
