#!/bin/bash
# SPDX-License-Identifier: MIT
# Engines with a rate of their own: processes share them, and a chip that has two of them does twice as much.
#     rate.sh CHIP DRIVER ENGINES
chip=$1 driver=$2 engines=$3
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/common.sh"
driver_needed "$driver"
rate=10

# paced NAME: writes the pictures a second that one process gets, in tenths, to that file.
paced() {
    FAKEDRM_RATE=$rate on_chip "$chip" "$GPU_VERIFY" --frames 20 --size 320x240 --no-decode >"$scratch/log.$1" 2>&1 ||
        fail "$chip: $(cat "$scratch/log.$1")"
    sed -n 's/^encode .* \([0-9]*\)\.\([0-9]\) fps$/\1\2/p' "$scratch/log.$1" >"$scratch/$1"
    [ -s "$scratch/$1" ] || fail "$chip: no figure"
}

paced alone
paced first & # both at once
paced second
wait $! || exit 1
alone=$(<"$scratch/alone") sum=$(($(<"$scratch/first") + $(<"$scratch/second")))
# A rate is what an engine cannot exceed, but for the first picture, which finds it idle; how far below it a loaded machine
# stays is no concern here, unless a second engine does not show.
[ "$alone" -le $((rate * 11)) ] || fail "alone: $alone tenths a second"
if [ "$engines" = 1 ]; then
    [ "$sum" -le $((rate * 12)) ] || fail "two processes: $sum tenths a second together on one engine"
else
    [ "$sum" -gt $((rate * 12)) ] || fail "two processes: $sum tenths a second together on two engines"
fi
echo "ok: $chip: alone $alone, two processes together $sum, in tenths of pictures a second"
