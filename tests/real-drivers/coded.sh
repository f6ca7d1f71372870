#!/bin/bash
# SPDX-License-Identifier: MIT
# The stock driver on an engine that lies: gpu-verify finds each, and says what it is.
#     coded.sh CHIP DRIVER
chip=$1 driver=$2
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/common.sh"
driver_needed "$driver"

for size in 320x240 322x242; do
    verify "$chip" --size $size
    lossless "$size"
    nobody_left "$size"
    echo "ok: $size: $(tail -n 1 "$scratch/log")"
done

# told LIE STATUS CAUSE [OPTION...]: either of them, where drivers differ, is alternatives of a pattern.
told() {
    local lie=$1 wanted=$2 cause=$3
    shift 3
    FAKEDRM_LIE=$lie verify "$chip" "$@"
    [[ $status =~ ^($wanted)$ ]] || fail "$lie: exit status $status, not $wanted"
    said | grep -qE -- "$cause" || fail "$lie: does not say: $cause"
    nobody_left "$lie"
    echo "ok: $lie: $status, $(said | grep -oE -- "$cause")"
}

no_source='the decoded picture is not the source'
told wrong-macroblock 34 'one block of the decoded picture is not the source'
told stale@3 34 "$no_source"
told swapped-colours 34 "$no_source"
told shifted 34 "$no_source"
told moved-tile 34 "$no_source"
if [ "$driver" != i965 ]; then # which looks for the end of a picture itself
    told count-small@3 34 "$no_source"
    told count-large@3 33 'two pictures in one coded buffer|an access unit delimiter is not the first NAL unit'
    told count-zero 33 '5 of 5 coded frames are empty'
fi
# What is left of a picture: nothing, the zero byte before its start code, or headers.
told dropped-slice@3 33 'the coded buffer does not begin with a start code|frame_num is 1 instead of 2|1 of 5 coded frames are empty|the coded buffer holds no picture'
# The kernel resets the engine and the batch is lost. iHD flags it, on later chips wants no more of that context; i965
# takes what an old picture left in the buffer.
told reset@3 '33|30|34' 'frame 2 is frame 1 again|1 of 5 coded frames are empty|vaMapBuffer failed in frame 3 with VA_STATUS_ERROR_ENCODING_ERROR'
told hang@3 31 'no answer within 1 s from va(SyncBuffer|SyncSurface|MapBuffer|EndPicture)' --timeout 1
