#!/bin/bash
# SPDX-License-Identifier: MIT
# Rows of the diagnosis that take a real GPU's kernel driver: made over the fake kernel. Their fixes are
# packages and firmware, so they are read only: the lines must name what the distribution has.
# shellcheck source-path=SCRIPTDIR
export rows='g15 g18 g20 g30 g44 g45 g48 g49 g50'
. "${0%/*}/common.sh"
# shellcheck source=../diagnosis/mend.sh
. "${0%/*}/../diagnosis/mend.sh"
for driver in iHD i965; do driver_needed "$driver"; done
failures_known

# row_is ID STATUS WORDS FIX-PATTERN: of the last verify
row_is() {
    expect "$2" "$3" "$1"
    [ "$(grep -c '^gpu-verify: \(FAIL\|PASS\)' "$scratch/log")" = 1 ] || fail "$1: more than one verdict"
    grep -qE "^fix: $4" "$scratch/log" || fail "$1: no line like: fix: $4"
    (($2 == 0)) || stranger "$(cat "$scratch/log")" || fail "$1: not for a stranger"
    row "$1" "$2" text
}

# What a distribution may call it; Debian's own are looked up where its lists are there.
package='(apt-get|dnf|apk|pacman) .*'
known() {
    local name

    name=$(sed -n 's/^fix: apt-get install \(--[a-z-]* \)\{0,1\}\([a-z0-9-]*\).*/\2/p' "$scratch/log" | head -n 1)
    [ -n "$name" ] || return 0
    [ -z "$(apt-cache pkgnames 2>/dev/null | head -n 1)" ] || apt-cache pkgnames "$name" | grep -qx "$name" ||
        [[ $name == *non-free* ]] || fail "there is no package $name"
}

# No driver is installed: an empty folder in place of the drivers', in a namespace of its own.
folder=$(pkg-config --variable driverdir libva)
status=0
: >"$scratch/none"
unshare --user --map-root-user --mount true 2>/dev/null || skip 'no user namespaces'
# shellcheck disable=SC2016  # for the inner shell
on_chip kbl unshare --user --map-root-user --mount sh -c 'mount -t tmpfs none "$1" && shift && exec "$@"' - \
    "$folder" "$GPU_VERIFY" --frames 5 --size 320x240 --timeout 5 >"$scratch/log" 2>&1 || status=$?
row_is g15 20 'the VA driver for i915 is not installed: libva looked for iHD_drv_video.so, i965_drv_video.so' "$package"
known

# Debian's free build of i965 where it alone is installed: an empty file in place of the other driver.
status=0
# shellcheck disable=SC2016  # for the inner shell
on_chip bdw unshare --user --map-root-user --mount sh -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' - "$scratch/none" \
    "$folder/iHD_drv_video.so" "$GPU_VERIFY" --frames 5 --size 320x240 --timeout 5 >"$scratch/log" 2>&1 || status=$?
row_is g45 32 "Debian's i965-va-driver is built without the shaders by which this GPU encodes" \
    'apt-get update && apt-get install i965-va-driver-shaders$'

verify lnl
row_is g15 20 'libva is too old here for the kernel driver xe' 'LIBVA_DRIVER_NAME=iHD gpu-verify --device /dev/dri/renderD128$'

# Done so, Debian 12's driver refuses: no advice to take the variable back, for that is where we were.
LIBVA_DRIVER_NAME=iHD verify lnl
expect 21 'iHD_drv_video.so is too old here for the kernel driver xe (8086:64a0)' 'xe, and the driver named'
! grep -q unset "$scratch/log" || fail 'xe: in a circle'

verify bdw
row_is g18 22 'VA driver iHD decodes H.264 but does not encode it: a build without encoders' "$package"
known

# A driver that encodes, by the low-power entrypoint alone, over a kernel whose HuC firmware is missing.
: "${TEST_DRIVERS:?the folder of the test driver}"
FAKEDRM_HUC=ENOPKG TESTDRV=lp-only LIBVA_DRIVER_NAME=test LIBVA_DRIVERS_PATH=$TEST_DRIVERS verify kbl
row_is g20 0 'HuC firmware is not running (firmware not installed): low-power encoding works with a constant quantiser only' \
    '# Debian .*firmware-misc-nonfree'
! grep -q enable_guc "$scratch/log" || fail 'no firmware: it is not the option that is missing'
FAKEDRM_HUC=EOPNOTSUPP TESTDRV=lp-only LIBVA_DRIVER_NAME=test LIBVA_DRIVERS_PATH=$TEST_DRIVERS verify kbl
row_is g20 0 'HuC firmware is not running (disabled)' \
    "echo 'options i915 enable_guc=2' > /etc/modprobe.d/i915-huc.conf$"
TESTDRV=lp-only LIBVA_DRIVER_NAME=test LIBVA_DRIVERS_PATH=$TEST_DRIVERS verify kbl
[ "$status" = 0 ] || fail 'HuC runs: no pass'
! grep -q '^warning\|^fix' "$scratch/log" || fail 'HuC runs: a word of warning'
echo 'ok: HuC runs: no warning'

# Encoding works on Gen9, and players fail there on their way to it.
verify kbl
row_is g30 0 'VA driver iHD encodes, but has no VideoProc on this GPU' 'apt-get update && apt-get install intel-media-va-driver-non-free$'
verify tgl
! grep -q '^warning\|^fix' "$scratch/log" || fail 'Tiger Lake scales: a word of warning'

# A codec that the GPU is too old for; and one that is offered, on an engine that does not know it.
verify skl --codec vp9
row_is g48 23 'VA driver iHD does not decode vp9 on this GPU; it decodes h264 hevc vp8 mpeg2 jpeg' '# programs decode vp9 on the CPU then'
verify skl --codec vp8
row_is g49 35 'a clip of vp8 decodes wrong: brightness and colours of picture 0 of 5, which is all zeros' \
    '# until then tell programs to decode vp8 on the CPU$'

# A GPU that only decodes fails, and the line that is printed for programs that only decode passes. What decodes is the
# test driver, for no engine here knows a codec.
TESTDRV=no-encode LIBVA_DRIVER_NAME=test LIBVA_DRIVERS_PATH=$TEST_DRIVERS verify kbl
expect 22 'VA driver test decodes H.264 but does not encode it' 'g44, by default'
stranger "$(cat "$scratch/log")" || fail 'g44: not for a stranger'
mend_starter=root
mend guest < <(sed -n 's/^fix: //p' "$scratch/log")
[ "${mend_arguments[*]}" = '--decode-only --device /dev/dri/renderD128' ] || fail "g44: the fix is: ${mend_arguments[*]}"
TESTDRV=no-encode LIBVA_DRIVER_NAME=test LIBVA_DRIVERS_PATH=$TEST_DRIVERS verify kbl "${mend_arguments[@]}"
expect 0 'gpu-verify: PASS (decoding only: h264, test)' g44
row g44 0 applied
# The stock driver accepts every buffer of the clip, call by call; as nothing is decoded, nothing passes.
verify kbl --decode-only --codec h264
expect 35 'a clip of h264 decodes wrong: brightness and colours of picture 0 of 5, which is all zeros' 'g44, an engine that decodes nothing'

verify adlp --scale
row_is g50 36 "scaled pictures are wrong: " '# until then tell programs to scale on the CPU$'
