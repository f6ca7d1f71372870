# shellcheck shell=bash
# For the shell tests of the driver: a scratch folder, a render node, and ffmpeg on our driver.
# TEST_DRIVERS is the folder with the driver, FAKEDRM_LIBRARY the stand-in for a kernel's DRM.
set -eu

# shellcheck source-path=SCRIPTDIR source=../lib/outcome.sh
. "${0%/*}/../lib/outcome.sh"

: "${TEST_DRIVERS:?the folder with the test driver}"
command -v ffmpeg >/dev/null || skip "ffmpeg is not installed"
command -v vainfo >/dev/null || skip "vainfo is not installed"
node=/dev/dri/renderD128
[ -n "${FAKEDRM_LIBRARY:-}" ] || [ -c "$node" ] || skip "no render node, and none can be faked"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# on_driver_exec SWITCHES COMMAND...: becomes COMMAND with our driver behind the node.
on_driver_exec() {
    local switches=$1
    shift
    exec env LIBVA_DRIVER_NAME=test LIBVA_DRIVERS_PATH="$TEST_DRIVERS" LIBVA_MESSAGING_LEVEL=1 \
        TESTDRV="$switches" FAKEDRM=kbl FAKEDRM_ROOT="$scratch/fakedrm" \
        ${FAKEDRM_LIBRARY:+LD_PRELOAD="$FAKEDRM_LIBRARY"} "$@"
}

on_driver() {
    (on_driver_exec "$@")
}

# make_source SIZE FRAMES: raw NV12 pictures that move, in $scratch/source.
make_source() {
    ffmpeg -v error -nostdin -y -f lavfi -i "testsrc2=size=$1:rate=25" -frames:v "$2" -pix_fmt nv12 \
        -f rawvideo "$scratch/source"
}

# encode SWITCHES SIZE OPTION...: $scratch/source to $scratch/coded.h264.
encode() {
    local switches=$1 size=$2
    shift 2
    on_driver "$switches" ffmpeg -v error -nostdin -y -vaapi_device "$node" \
        -f rawvideo -pix_fmt nv12 -s "$size" -i "$scratch/source" \
        -vf hwupload -c:v h264_vaapi -bf 0 -coder cavlc "$@" "$scratch/coded.h264"
}

# The MD5 of every frame, and nothing else of the framemd5 format.
frames() {
    grep -v '^#' "$1" | awk '{print $NF}'
}

source_frames() {
    ffmpeg -v error -nostdin -y -f rawvideo -pix_fmt nv12 -s "$1" -i "$scratch/source" \
        -f framemd5 "$scratch/source.md5"
    frames "$scratch/source.md5"
}

# ffmpeg's own decoder, which shares no code with the driver. -xerror: damage is a failure.
decoded_frames() {
    ffmpeg -v error -nostdin -y -xerror -err_detect explode -i "$scratch/coded.h264" \
        -vsync passthrough -pix_fmt nv12 -f framemd5 "$scratch/decoded.md5" || return 1
    frames "$scratch/decoded.md5"
}
