#!/bin/bash
# SPDX-License-Identifier: MIT
# A decoder beside an encoder, on the same display and in turns: a stock driver takes every call of it. It decodes a
# stream of the test driver's, whatever comes out of that.
#     turns.sh CHIP DRIVER SIZE
chip=$1 driver=$2 size=$3
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/common.sh"
: "${TEST_DRIVERS:?the folder with the test driver}" "${TURNS:?the program}"
driver_needed "$driver"

on_chip kbl env LIBVA_DRIVER_NAME=test LIBVA_DRIVERS_PATH="$TEST_DRIVERS" "$GPU_VERIFY" --size "$size" --frames 20 \
    --no-decode --output "$scratch/coded.h264" >"$scratch/log" 2>&1 || fail "no stream"
on_chip "$chip" timeout -s KILL 60 "$TURNS" /dev/dri/renderD128 "$scratch/coded.h264" "$size" 20 >"$scratch/log" 2>&1 ||
    fail "$driver as of $chip does not go through with it"
grep -qx "20 pictures encoded, 20 decoded by $driver " "$scratch/log" || fail "not every picture went in"
echo "ok: $size: $(tail -n 1 "$scratch/log")"
