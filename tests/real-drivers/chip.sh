#!/bin/bash
# SPDX-License-Identifier: MIT
# One chip on its stock driver, in every profile, entrypoint and way to control the rate: the pictures come back from the
# emulated engine to the bit. At least as much as ffmpeg's h264_vaapi gets.
#     chip.sh CHIP DRIVER NAME
chip=$1 driver=$2 name=$3
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/common.sh"
driver_needed "$driver"

# accepted WHAT OPTION...: node to encode, and the pictures.
accepted() {
    local what=$1 check
    shift
    verify "$chip" -v "$@"
    for check in node access kernel driver entrypoints encode; do
        check_passed $check || fail "$what: check $check did not pass"
    done
    grep -q '^encode .*5 frames (1 IDR, 4 P)' "$scratch/log" || fail "$what: not every frame went in"
    lossless "$what"
    nobody_left "$what"
    echo "ok: $what: $status"
}

accepted 'as it comes'
grep -qF "$name" "$scratch/log" || fail "the GPU is not called $name"
grep -q "^driver  *pass $driver, " "$scratch/log" || fail "the driver is not $driver"
grep -q "^  driver: .*/${driver}_drv_video.so: in use" "$scratch/log" || fail "the driver's file is not named"
grep '^  encoder:' "$scratch/log"

# Intel's free build has no scaler on Gen9, and every other stock driver has one.
case $chip in
skl | kbl | bxt | glk | cfl) scales=warn ;;
*) scales=pass ;;
esac
! dpkg -s intel-media-va-driver-non-free >/dev/null 2>&1 || scales=pass
grep -q "^scale  *$scales " "$scratch/log" || fail "scale: not $scales"
warned=pass
! grep -q '^warning: ' "$scratch/log" || warned=warn
[ "$warned" = "$scales" ] || fail 'another warning, or none'
if [ "$scales" = warn ]; then
    said | grep -qF 'has no VideoProc on this GPU (it is the build without the non-free parts)' || fail 'scale: no cause'
    grep -q '^fix: apt-get update && apt-get install intel-media-va-driver-non-free$' "$scratch/log" || fail 'scale: no fix'
    # The claim: ffmpeg's scaler fails there.
    ! on_chip "$chip" timeout -s KILL 20 ffmpeg -v error -nostdin -f lavfi -i testsrc2=size=320x240 -frames:v 1 \
        -vaapi_device /dev/dri/renderD128 -vf format=nv12,hwupload,scale_vaapi=160:120 -f null - >"$scratch/ffmpeg.log" 2>&1 ||
        fail 'ffmpeg scales where we warn'
    grep -q 'Failed to create processing pipeline config: 12' "$scratch/ffmpeg.log" || fail "not ffmpeg's words: $(cat "$scratch/ffmpeg.log")"
    packages_are_sound 'scale'
fi
grep -q '^codecs  *pass said by the driver (proven: h264): decodes h264 .*' "$scratch/log" || fail 'no word of the codecs'
echo "ok: scale: $scales"

# What ffmpeg completes on, whatever came of it, we complete on too.
got=0
on_chip "$chip" timeout -s KILL 20 ffmpeg -v error -nostdin -y -f lavfi -i testsrc2=size=320x240 -frames:v 5 \
    -vaapi_device /dev/dri/renderD128 -vf format=nv12,hwupload -c:v h264_vaapi -bf 0 \
    -f h264 "$scratch/ffmpeg.h264" >"$scratch/ffmpeg.log" 2>&1 || got=$?
[ "$got" = 0 ] || fail "ffmpeg no longer completes on $chip ($got): the claim is untested"
echo "ok: ffmpeg completes too, with $(stat -c %s "$scratch/ffmpeg.h264") bytes"

# The list is a table: no cell has a blank, so every row has as many as the title.
verify "$chip" --list
[ "$status" = 0 ] || fail "--list: exit status $status"
awk '/^#/ { next } NF != 8 { bad = 1; print } END { exit bad || NR < 5 }' "$scratch/log" || fail "--list: not a table"
sed -n '/^#/d; s/^H264\([A-Za-z]*\) *\(EncSlice[LP]*\) .*/\1 \2/p' "$scratch/log" >"$scratch/pairs"
rates=$(awk '$1 == "H264Main" && $2 ~ /EncSlice/ { print $5; exit }' "$scratch/log" | tr , ' ')
[ -n "$rates" ] || fail "--list: no rate control for H264Main"
cp "$scratch/log" "$scratch/list"
verify "$chip" --list --json
here=$(cd "${0%/*}" && pwd)
"$here/../lib/schema.py" "$here/../../verify/gpu-verify.schema.json" "$scratch/log" || [ $? = 77 ] || fail "not as the schema says"
python3 -c 'import json, sys
rows = json.load(sys.stdin)["entrypoints"]
encoders = [row for row in rows if row["profile"] == "H264Main" and row["entrypoint"].startswith("EncSlice")]
assert encoders and all(row["max_width"] >= 1920 and "cqp" in row["rate_control"] and row["max_references_l0"]
                        for row in encoders), encoders' <"$scratch/log" || fail "--list --json"

# Every pair of profile and entrypoint that is offered, and every way to control the rate.
while read -r profile entrypoint; do
    case $profile in
    ConstrainedBaseline) option=constrained-baseline ;;
    Main) option=main ;;
    High) option=high ;;
    *) continue ;;
    esac
    case $entrypoint in EncSlice) way="slice" ;; *) way="lp" ;; esac
    accepted "$option by $way" --profile "$option" --entrypoint "$way"
done <"$scratch/pairs"
for rate in cqp cbr vbr vcm icq qvbr avbr; do
    case " $rates " in
    *" $rate "*) accepted "--rc $rate" --rc "$rate" --profile main ;;
    *)
        verify "$chip" --rc "$rate" --profile main
        expect 22 "not with rate control $rate; it has cqp" "--rc $rate"
        ;;
    esac
done
for size in 322x242 1920x1080; do accepted "$size" --size "$size"; done
