#!/bin/bash
# SPDX-License-Identifier: MIT
# Other codecs on stock drivers: what the driver offers it accepts from us, call by call. What the emulated engine decodes
# passes, and where nothing is decoded nothing does. What the driver does not offer is status 23.
#     codecs.sh CHIP DRIVER OFFERED...: with a + the engine decodes it
chip=$1 driver=$2 offered=" ${*:3} "
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/common.sh"
driver_needed "$driver"
failures_known

for codec in hevc hevc10 vp9 vp9-10 vp8; do
    verify "$chip" --codec $codec --json
    case $offered in
    *" +$codec "*)
        expect 0 "{\"codec\": \"$codec\", \"decode\": \"pass\"" "$chip, $codec"
        ;;
    *" $codec "*)
        # No call is refused: the picture is what is wrong.
        expect 35 "$codec: wrong brightness and colours of picture 0 of 5, which is all zeros" "$chip, $codec"
        grep -qF "{\"codec\": \"$codec\", \"decode\": \"fail\"" "$scratch/log" || fail "$chip, $codec: not failed in the list"
        ;;
    *)
        expect 23 "does not decode $codec on this GPU" "$chip, $codec"
        grep -qF "{\"codec\": \"$codec\", \"decode\": null" "$scratch/log" || fail "$chip, $codec: not offered, and in the list"
        ;;
    esac
done

# Scaling neither: what is offered starts, and nothing comes out; Intel's free driver on Gen9 has none, and only warns.
verify "$chip" --scale
case $chip in
skl) expect 0 'has no VideoProc on this GPU' "$chip, scaling" ;;
*) expect 36 "scaled pictures are wrong: " "$chip, scaling" ;;
esac
! grep -q '^scale *pass' "$scratch/log" || fail "$chip: scaled, with nothing to scale it"
