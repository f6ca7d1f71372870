#!/bin/bash
# SPDX-License-Identifier: MIT
# A picture that goes into a surface by a derived image or by put comes back the same by a derived image and by get,
# however the driver tiles the surface.
#     transfer.sh CHIP DRIVER PAIRS: that many pairs of ways; 1: this driver derives no images
chip=$1 driver=$2 pairs=$3
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/common.sh"
: "${TRANSFER:?the program}"
driver_needed "$driver"

# Fields of 4:2:0: radeonsi 22.3 writes behind an image whose chroma has an odd number of rows.
for size in 320x240 322x244 1920x1080; do
    on_chip "$chip" timeout -s KILL 60 "$TRANSFER" /dev/dri/renderD128 $size >"$scratch/log" 2>&1 || fail "$size: not all the same"
    [ "$(grep -c ': same$' "$scratch/log")" = "$pairs" ] || fail "$size: not $pairs pairs"
    echo "ok: $size: $(grep ': same$' "$scratch/log" | tr '\n' ' ')"
done
