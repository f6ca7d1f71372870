#!/bin/bash
# The stock driver encodes and decodes real pictures on the emulated engine, and a lie of the engine is found.
#     coded.sh CHIP
chip=$1
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/common.sh"
driver_needed iHD
export FAKEDRM_ENGINE=1

for size in 320x240 322x242; do
    verify "$chip" --size $size
    [ "$status" = 0 ] || fail "$size: exit status $status, not 0"
    check_passed decode || fail "$size: not decoded back"
    grep -q '^decode .*PSNR-Y 99.0 dB, colour 99.0,' "$scratch/log" || fail "$size: not the source to the bit"
    nobody_left "$size"
    echo "ok: $size: $(tail -n 1 "$scratch/log")"
done
for lie in wrong-macroblock stale@3 swapped-colours shifted moved-tile; do
    FAKEDRM_LIE=$lie verify "$chip"
    [ "$status" = 34 ] || fail "$lie: exit status $status, not 34"
    echo "ok: $lie: 34"
done
