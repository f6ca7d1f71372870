#!/bin/bash
# SPDX-License-Identifier: MIT
# The buffers that are built in are those that ffmpeg's hwaccel sends for the same stream, byte by byte but for the ids of
# surfaces and for reserved words; and gpu-verify sends them so. Pictures by ffmpeg's own decoder.
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/common.sh"
[ "$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)" = bookworm ] || skip "the clips are what Debian 12's ffmpeg sends"
[ -e "$(pkg-config --variable driverdir libva)/iHD_drv_video.so" ] || skip 'the VA driver iHD is not installed'

count=0
for stream in "$here"/*.h264 "$here"/*.hevc "$here"/*.ivf; do
    name=${stream##*/} name=${name%.*}
    table=$project/verify/codec/clip_${name//-/_}.c
    "$here/make" --table "$BUILD" "$stream" >"$scratch/table" 2>"$scratch/log" || fail "$name: no table"
    cmp "$scratch/table" "$table" || fail "$name: not what ffmpeg sends"
    echo "ok: $name: what is built in is what ffmpeg sends"
    count=$((count + 1))
done
[ "$count" = "$(find "$project/verify/codec" -name 'clip_*.c' | wc -l)" ] || fail "$count streams for another number of tables"

# On the test driver, for there all of a clip's pictures are decoded.
for name in h264 hevc hevc10; do
    TESTDRV_RECORD=$scratch/record ends 0 "(proven: decoding $name)" codecs,no-encode --decode-only --codec $name --frames 60
    "$here/make" --table "$BUILD" "$here/$name.${name%10}" "$scratch/record" >"$scratch/table" 2>"$scratch/log" || fail "$name: no table"
    cmp "$scratch/table" "$project/verify/codec/clip_$name.c" || fail "$name: gpu-verify sends something else"
    echo "ok: $name: gpu-verify sends it"
done
