#!/bin/bash
# SPDX-License-Identifier: MIT
# What goes wrong inside the stock drivers: each way is a FAIL with its cause, within the deadline,
# and the child is gone. Where ffmpeg calls nothing a success, that is shown beside it.
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/common.sh"
for driver in iHD i965 radeonsi; do driver_needed "$driver"; done
failures_known

# ffmpeg_is_content CHIP [VARIABLE=VALUE]: it exits 0 though not a byte was encoded.
ffmpeg_is_content() {
    local chip=$1
    shift
    on_chip "$chip" env "$@" timeout -s KILL 20 ffmpeg -v error -nostdin -y -f lavfi -i testsrc2=size=320x240 \
        -frames:v 5 -vaapi_device /dev/dri/renderD128 -vf format=nv12,hwupload -c:v h264_vaapi -bf 0 \
        -f h264 "$scratch/ffmpeg.h264" >"$scratch/ffmpeg.log" 2>&1 || fail "ffmpeg minds on $chip: the comparison is gone"
    echo "ok: ffmpeg calls $(stat -c %s "$scratch/ffmpeg.h264") bytes a success on $chip $*"
}

empty="the driver reported success, but 5 of 5 coded frames are empty"

# Nothing was encoded, and every call said success.
for chip in snb ivb; do
    ffmpeg_is_content $chip
    verify $chip
    expect 33 "$empty" "$chip on i965"
done
ffmpeg_is_content skl FAKEDRM_CS=0
FAKEDRM_CS=0 verify skl
expect 33 "$empty, marked as bad bitstream" 'hung GPU, iHD'
grep -q '^fix: dmesg ' "$scratch/log" || fail 'hung GPU: no word of dmesg'
for chip in hsw raven; do
    FAKEDRM_CS=0 verify $chip
    expect 33 "$empty" "hung GPU, $chip"
done
ffmpeg_is_content hsw FAKEDRM_FAIL=I915_GEM_EXECBUFFER2=EIO@3+
FAKEDRM_FAIL=I915_GEM_EXECBUFFER2=EIO@3+ verify hsw
expect 33 'coded frames are empty' 'submission fails from the third on, i965'
FAKEDRM_FAIL=I915_GEM_EXECBUFFER2=EIO@3+ verify kbl
expect 30 'vaEndPicture failed in frame 1 with VA_STATUS_ERROR_ENCODING_ERROR' 'submission fails from the third on, iHD'

# The GPU does not come back: the driver gives up, or never does.
FAKEDRM_FAIL=I915_GEM_WAIT=EIO verify kbl
expect 31 'gave up waiting for frame 0 in vaSyncBuffer' 'waiting fails, iHD'
FAKEDRM_FAIL=I915_GEM_EXECBUFFER2=HANG@2 verify hsw --timeout 1
expect 31 'no answer within 1 s from vaEndPicture' 'a submission never returns, i965'
FAKEDRM_FAIL=I915_GEM_EXECBUFFER2=HANG verify tgl --timeout 1
expect 31 'no answer within 1 s from vaEndPicture' 'a submission never returns, iHD'
FAKEDRM_FAIL=AMDGPU_INFO=HANG@8 verify raven --timeout 1
expect 31 'no answer within 1 s from vaInitialize' 'a question never returns, radeonsi'
FAKEDRM_FAIL=VERSION=HANG verify kbl --timeout 1
expect 31 'no answer within 1 s from asking the kernel driver behind /dev/dri/renderD128' 'the kernel driver is stuck'

# The driver dies.
LIBVA_DRIVER_NAME=i965 verify kbl
expect 32 'VA driver i965 crashed with SIGABRT in vaCreateContext' 'i965 of a build without shaders, chosen by hand'
verify dg1
expect 32 'VA driver iHD crashed with SIGSEGV in vaMapBuffer' 'iHD on DG1'
FAKEDRM_FAIL=I915_GEM_MMAP_OFFSET=EIO verify tgl
expect 32 'VA driver iHD crashed with SIGSEGV in vaInitialize' 'memory that cannot be mapped, iHD'
FAKEDRM_FAIL=AMDGPU_CS=EIO verify raven
expect 32 'VA driver radeonsi ended the process with status 1 in vaCreateSurfaces' 'submission fails, radeonsi'
# The refusal comes first, and the crash behind it does not hide it.
verify dg2
expect 30 'vaCreateContext failed in frame 0 with VA_STATUS_ERROR_ALLOCATION_FAILED' 'iHD on DG2'

# A build without encoders, and the package that has them.
verify bdw
expect 22 'VA driver iHD decodes H.264 but does not encode it: a build without encoders' 'iHD on Broadwell'
grep -q '^fix: apt-get update && apt-get install intel-media-va-driver-non-free' "$scratch/log" ||
    grep -qE '^fix: (dnf|apk|pacman) ' "$scratch/log" || fail 'Broadwell: no package'

# What the kernel knows of the video engine.
FAKEDRM_HUC=ENOPKG verify kbl
grep -q '^kernel  *warn i915 .*Kaby Lake (Gen9.5), HuC firmware not installed' "$scratch/log" || fail 'HuC firmware not installed'
FAKEDRM_HUC=ENOPKG verify kbl --rc cbr
expect 22 'rate control cbr of the low-power encoder needs HuC firmware, which is not running (firmware not installed)' \
    'a bit rate without HuC'
FAKEDRM_HUC=EOPNOTSUPP verify tgl -v
grep -q '^kernel  *warn i915 .*HuC disabled' "$scratch/log" || fail 'HuC disabled'
verify hsw
! grep -q HuC "$scratch/log" || fail 'Haswell has no HuC to speak of'
verify lnl -v
grep -q '^kernel  *pass xe .*Lunar Lake (Xe2), HuC 9.4.13' "$scratch/log" || fail 'xe: the version of HuC'
expect 20 'libva is too old here for the kernel driver xe' 'xe and a libva that does not know it'
FAKEDRM_HUC=0 verify lnl -v
grep -q '^kernel  *pass xe .*HuC not loaded' "$scratch/log" || fail 'xe: HuC not loaded'
verify navi21 -v
grep -q '^kernel  *pass amdgpu .*Navi 21 (RDNA 2), H.264 up to 4096x2304' "$scratch/log" || fail 'amdgpu: video caps'
FAKEDRM_SYS=0 verify icl
expect 21 'is hidden here, and libva needs /sys/dev/char/226:128' 'without /sys'
grep -q '^kernel .*not in /sys' "$scratch/log" || fail 'without /sys: the kernel check does not say so'

# Which drivers were tried, and what became of each.
verify hsw -v
grep -q '^  driver: .*/iHD_drv_video.so: refused this GPU' "$scratch/log" || fail 'iHD on Haswell: not named'
grep -q '^driver  *pass i965, .*iHD_drv_video.so refused this GPU' "$scratch/log" || fail 'iHD on Haswell: not in the evidence'
FAKEDRM_FAIL=VERSION=EIO@4 verify hsw
expect 21 'libva could not ask i915 which VA driver it goes with' 'the kernel driver falls silent'
LIBVA_DRIVER_NAME=nonesuch verify kbl
expect 20 'libva finds no driver with LIBVA_DRIVER_NAME=nonesuch set: it looked for nonesuch_drv_video.so' 'a driver that is not there'
LIBVA_DRIVER_NAME=radeonsi verify kbl
expect 21 'the driver chosen by LIBVA_DRIVER_NAME=radeonsi does not work with i915' 'the driver of another GPU'
