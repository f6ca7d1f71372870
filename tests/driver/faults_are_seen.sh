#!/bin/bash
# SPDX-License-Identifier: MIT
# A sample of the switches: each has to do what README.md says, or the tests built on it prove
# nothing. And a switch that does not exist has to be refused, not passed over.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$here/common.sh"

size=320x240
count=5
make_source "$size" "$count"
expected=$(source_frames "$size")

encode_quietly() {
    encode "$1" "$size" -profile:v main -qp 20 -g 250 >"$scratch/log" 2>&1
}

# Types of the NAL units in coded.h264, one a line.
nal_types() {
    od -An -v -tu1 -w1 "$scratch/coded.h264" |
        awk 'a == 0 && b == 0 && c == 1 { print $1 % 32 } { a = b; b = c; c = $1 }'
}

vainfo_says() {
    on_driver "$1" vainfo --display drm --device "$node" 2>&1
}

must_offer() {
    vainfo_says "$1" | grep -q "$2" || fail "$1: vainfo does not show $2"
    echo "ok: $1 offers $2"
}

must_not_offer() {
    vainfo_says "$1" >"$scratch/log" || [ "$1" = no-h264 ] || fail "$1: vainfo fails"
    ! grep -q "$2" "$scratch/log" || fail "$1: vainfo shows $2"
    echo "ok: $1 does not offer $2"
}

must_fail_to_start() {
    ! vainfo_says "$1" >"$scratch/log" || fail "$1: the driver starts"
    [ -z "${2:-}" ] || grep -q "$2" "$scratch/log" || fail "$1: not a word about $2"
    echo "ok: $1 does not start"
}

must_die_of() {
    local status=0
    encode_quietly "$1" || status=$?
    [ "$status" = "$2" ] || fail "$1: exit status $status, not $2"
    echo "ok: $1 ends with $2"
}

must_not_encode() {
    ! encode_quietly "$1" || fail "$1: ffmpeg succeeds"
    echo "ok: $1 is an error"
}

# The stream decodes to as many frames, and they are others than the source's.
must_show_something_else() {
    local got
    encode_quietly "$1" || fail "$1: ffmpeg could not encode"
    got=$(decoded_frames) || fail "$1: the stream does not decode"
    [ "$(wc -l <<<"$got")" = "$count" ] || fail "$1: not $count frames"
    [ "$got" != "$expected" ] || fail "$1: the pictures are right"
    echo "ok: $1 shows something else"
}

must_not_decode() {
    encode_quietly "$1" || fail "$1: ffmpeg could not encode"
    ! decoded_frames >/dev/null 2>&1 || [ "$(decoded_frames 2>/dev/null)" != "$expected" ] ||
        fail "$1: the stream is right"
    echo "ok: $1 does not decode to the source"
}

ignores_sigterm() {
    local mask
    mask=$(sed -n 's/^SigIgn:[[:space:]]*//p' "/proc/$1/status")
    [ -n "$mask" ] && [ $((0x$mask & 0x4000)) -ne 0 ]
}

# Once the call is reached, SIGTERM does nothing, and SIGKILL (137) is what ends it.
must_hang() {
    local pid status=0
    on_driver_exec "$1" vainfo --display drm --device "$node" >"$scratch/log" 2>&1 &
    pid=$!
    until ignores_sigterm "$pid"; do
        kill -0 "$pid" || fail "$1: vainfo ended"
        sleep 0.05
    done
    kill -TERM "$pid"
    ignores_sigterm "$pid" || fail "$1: SIGTERM ends it"
    kill -KILL "$pid"
    wait "$pid" || status=$?
    [ "$status" = 137 ] || fail "$1: exit status $status, SIGKILL was not needed"
    echo "ok: $1 hangs"
}

must_offer "" VAEntrypointEncSliceLP
must_not_offer no-encslice 'VAEntrypointEncSlice$'
must_offer lp-only VAEntrypointEncSliceLP
must_not_offer lp-only 'VAEntrypointEncSlice$'
must_not_offer no-lp VAEntrypointEncSliceLP
must_not_offer no-encode VAEntrypointEncSlice
must_not_offer no-vld VAEntrypointVLD
must_not_offer no-h264 VAProfileH264

must_fail_to_start init-fail
must_fail_to_start init-crash
must_fail_to_start no-such-switch "no such switch"
must_fail_to_start hang@vaNoSuchCall "no such switch"
must_fail_to_start fail@vaEndPicture "no such switch"
must_fail_to_start fail@vaInitialize=2

must_not_encode fail@vaCreateContext=2
must_not_encode fail@vaEndPicture=24@3
must_not_encode fail@vaSyncSurface=38,no-syncbuffer
must_die_of crash@vaEndPicture@2 139
must_die_of abort@vaCreateConfig 134
must_hang hang@vaQueryConfigProfiles
must_hang spin@vaQueryConfigEntrypoints@2
must_hang hang@vaInitialize

must_show_something_else constant
must_show_something_else stale
must_show_something_else green
must_show_something_else shifted
must_show_something_else shifted@3+
must_not_decode no-headers
must_not_decode bad-nal
must_not_decode missing-picture@2
must_not_decode wrong-size
must_not_decode slice-overflow

rm -f "$scratch/coded.h264"
encode_quietly empty-buffer || fail "empty-buffer: ffmpeg could not encode"
[ -e "$scratch/coded.h264" ] || fail "empty-buffer: no stream"
[ ! -s "$scratch/coded.h264" ] || fail "empty-buffer: there is something in the stream"
encode_quietly "" || fail "ffmpeg could not encode"
nal_types | grep -qE '^(7|8)$' || fail "no parameter sets, though nothing was wrong"
encode_quietly no-headers || fail "no-headers: ffmpeg could not encode"
! nal_types | grep -qE '^(7|8)$' || fail "no-headers: there are parameter sets"
encode_quietly chatty || fail "chatty: ffmpeg could not encode"
grep -q 'test driver says on stdout' "$scratch/log" || fail "chatty: is not"
[ "$(decoded_frames)" = "$expected" ] || fail "chatty: the stream is not right"

# CABAC cannot be written: that has to be said, whoever writes the headers.
for switches in "" no-packed; do
    ! encode "$switches" "$size" -profile:v main -qp 20 -coder cabac >"$scratch/log" 2>&1 ||
        fail "CABAC with '$switches': ffmpeg succeeds"
    grep -q CABAC "$scratch/log" || fail "CABAC with '$switches': no reason given"
done

encode_quietly "" || fail "ffmpeg could not encode"
printf 'green\nsegments\n' >"$scratch/switches"
TESTDRV_FILE=$scratch/switches must_show_something_else ""

hardware_md5() {
    on_driver "$1" ffmpeg -v error -nostdin -y -hwaccel vaapi -hwaccel_device "$node" \
        -hwaccel_output_format vaapi -i "$scratch/coded.h264" -vf hwdownload,format=nv12 \
        -f md5 -
}
encode_quietly "" || fail "ffmpeg could not encode"
[ "$(hardware_md5 "")" != "$(hardware_md5 bad-decode)" ] || fail "bad-decode: decodes well"
