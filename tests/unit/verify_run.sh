#!/bin/bash
# The real gpu-verify from the command line to the verdict, on the test driver: for each way a
# driver can fail, the exit status and the words; and for those that work, a pass.
#     verify_run.sh GPU_VERIFY DRIVERS [FAKEDRM]
set -eu
verify=$1 drivers=$2 fakedrm=${3:-}
node=/dev/dri/renderD128

# shellcheck source-path=SCRIPTDIR source=../lib/outcome.sh
. "${0%/*}/../lib/outcome.sh"

[ -n "$fakedrm" ] || [ -c $node ] || skip "no render node, and none can be faked"
[ -e "$drivers/test_drv_video.so" ] || skip "no test driver"
scratch=$(mktemp -d)
fail_log=$scratch/log
trap 'rm -rf "$scratch"' EXIT

# run SWITCHES OPTION...: the stand-in for the kernel has to come before the sanitizer's runtime,
# which minds unless told.
run() {
    local switches=$1
    shift
    env LIBVA_DRIVER_NAME=test LIBVA_DRIVERS_PATH="$drivers" TESTDRV="$switches" FAKEDRM="${chip:-kbl}" \
        FAKEDRM_ROOT="$scratch/fakedrm" ASAN_OPTIONS=verify_asan_link_order=0 \
        ${fakedrm:+LD_PRELOAD="$fakedrm"} "$verify" --size 320x240 --frames 20 "$@" \
        >"${log:-$scratch/log}" 2>&1
}

schema=$(cd "${0%/*}/../.." && pwd)/verify/gpu-verify.schema.json

# as_agreed FILE: every object in it keeps to the schema
as_agreed() {
    local status=0
    "${schema%/*/*}/tests/lib/schema.py" "$schema" "$1" >"$scratch/schema" || status=$?
    [ "$status" = 0 ] || [ "$status" = 77 ] || fail "$(cat "$scratch/schema")"
}

# ends STATUS WORDS SWITCHES OPTION...
ends() {
    local status=0 wanted=$1 words=$2
    shift 2
    run "$@" || status=$?
    case " $* " in *' --json '*) as_agreed "$scratch/log" ;; esac
    [ "$status" = "$wanted" ] || fail "$*: exit status $status, not $wanted"
    tr '\n' ' ' <"$scratch/log" | tr -s ' ' | grep -qF -- "$words" || fail "$*: does not say $words"
    [ "$(wc -l <"$scratch/log")" -le 12 ] || [ "$status" = 0 ] || fail "$*: more than 12 lines"
    echo "ok: $wanted $words ($*)"
}

for switches in "" segments no-packed packed-seq-only no-rate-control rate-control no-derive \
    derive-i420 no-syncbuffer no-constrained-baseline; do
    ends 0 "gpu-verify: PASS (20 frames" "$switches"
done
# vaSyncBuffer may be there in name only (5: INVALID_CONTEXT, what i965 answers on Debian 11); then the surface is
# waited for, and only that tells a GPU that failed. A time-out (38) is one.
ends 0 "wait for surface" fail@vaSyncBuffer=5 -v
ends 30 "vaSyncSurface failed in frame 0" fail@vaSyncBuffer=5,fail@vaSyncSurface=1
ends 31 "gave up waiting for frame 0 in vaSyncBuffer" fail@vaSyncBuffer=38
ends 0 "low power only" lp-only
ends 0 "EncSliceLP" "" --entrypoint lp
ends 0 "H264High by" "" --profile high
ends 0 "not decoded back" "" --no-decode
ends 0 "vbr at" rate-control --rc vbr -v
ends 0 "cbr at" rate-control,lp-only --rc cbr --profile high -v
ends 22 "not with rate control icq; it has cqp, cbr, vbr" rate-control --rc icq
ends 22 "not with rate control cbr; it has cqp" no-rate-control --rc cbr
ends 0 "not decoded back)" no-vld
ends 0 '"id": "decode", "status": "skip"' no-vld --json
ends 0 '"verdict": "pass", "exit_status": 0' no-vld --json
ends 0 '"verdict": "pass", "exit_status": 0' no-vld --no-decode --json
ends 0 "H264Main VLD" "" --list
ends 0 "gpu-verify: PASS" "" --all
ends 0 "$node: gpu-verify: PASS" "" --all -q
ends 33 "$node: gpu-verify: FAIL (33): " bad-nal --all -q
# Of several nodes each is looked at, and the first failure is the status, wherever it stands.
if [ -n "$fakedrm" ]; then
    export FAKEDRM_SECOND=1
    ends 0 "/dev/dri/renderD129: gpu-verify: PASS" "" --all -q
    [ "$(grep -c ': gpu-verify: PASS' "$scratch/log")" = 2 ] || fail "--all: not every node"
    FAKEDRM_DEAD=renderD128 ends 15 "/dev/dri/renderD129: gpu-verify: PASS" "" --all -q
    FAKEDRM_DEAD=renderD129 ends 15 "/dev/dri/renderD128: gpu-verify: PASS" "" --all -q
    FAKEDRM_DEAD=renderD129 ends 33 "/dev/dri/renderD129: gpu-verify: FAIL (15)" bad-nal --all -q
    FAKEDRM_DEAD=renderD128 ends 15 "/dev/dri/renderD129: gpu-verify: FAIL (33)" bad-nal --all -q
    unset FAKEDRM_SECOND
    rm -rf "$scratch/fakedrm"
fi
for broken in hang@vaEndPicture@4 crash@vaEndPicture@3 bad-nal green no-encode init-fail; do
    status=0
    run "$broken" --json --timeout 1 || status=$?
    as_agreed "$scratch/log"
    grep -qF "\"exit_status\": $status, \"cause\": \"" "$scratch/log" || fail "$broken: no cause at the top"
done
run crash@vaTerminate --json || fail "a warning fails"
as_agreed "$scratch/log"
grep -qF '"verdict": "warn", "exit_status": 0, "cause": null, "fix": []' "$scratch/log" || fail "a warning is no failure"
run "" --list --json || fail "no list"
as_agreed "$scratch/log"

# What the kernel driver says of the video engine.
[ -z "$fakedrm" ] || chip=navi21 ends 0 "H.264 up to 4096x2304" "" -v

ends 21 "does not work with" init-fail
ends 22 "does not encode it" no-encode
ends 22 "not by this entrypoint" lp-only --entrypoint slice
ends 22 "the largest is 4096x4096" "" --size 8192x4320
ends 30 "vaEndPicture failed in frame 2 with VA_STATUS_ERROR_ALLOCATION_FAILED" \
    fail@vaEndPicture=2@5
# The decoder is at work between the pictures; what it does wrong comes behind what the encoder does.
ends 34 "decode: vaEndPicture failed in frame 1 with VA_STATUS_ERROR_ALLOCATION_FAILED" \
    fail@vaEndPicture=2@4
ends 30 "vaEndPicture failed in frame 3 with VA_STATUS_ERROR_ALLOCATION_FAILED" \
    fail@vaEndPicture=2@4,fail@vaEndPicture=2@6
ends 33 "the stream breaks a rule of H.264 in frame 5" fail@vaEndPicture=2@4,bad-nal@6
ends 31 "no answer within 1 s from vaQueryConfigProfiles" hang@vaQueryConfigProfiles --timeout 1
ends 31 "no answer within 1 s from vaInitialize" hang@vaInitialize --timeout 1
ends 31 "no answer within 1 s from vaEndPicture" spin@vaEndPicture@3 --timeout 1
ends 31 "bitstream pass 2 pictures 320x240, 1 SPS" hang@vaEndPicture@4 --timeout 1
# A slow GPU is no hung one: in all this takes longer than the deadline.
ends 0 "gpu-verify: PASS (25 frames" slow=40 --frames 25 --timeout 1
ends 31 "no answer within 1 s from vaEndPicture" slow=1500 --timeout 1
ends 32 "crashed with SIGSEGV in vaInitialize" init-crash
ends 32 "encode FAIL VA driver test crashed with SIGSEGV in vaEndPicture" crash@vaEndPicture@3
ends 32 "decode FAIL VA driver test crashed with SIGSEGV in vaEndPicture" crash@vaEndPicture@2
ends 32 "crashed with SIGABRT in vaCreateConfig" abort@vaCreateConfig
# With everything done by then.
ends 0 "warning: VA driver test works, but crashes with SIGSEGV in vaTerminate" crash@vaTerminate
ends 0 "warning: VA driver test works, but does not come back from vaTerminate" hang@vaTerminate --timeout 1
ends 0 "gpu-verify: PASS (20 frames" crash@vaDestroyContext
ends 0 "EncSlice" crash@vaTerminate --list
ends 34 "flat colour" crash@vaTerminate,green
ends 21 "does not work with" init-fail,crash@vaTerminate
# Headers of the driver's own, without cropping: watched, but let through; ours are as we wrote them.
ends 0 "warning: the stream says 336x256, and 322x242 was asked for" no-packed,no-cropping --size 322x242
ends 0 "bitstream pass 20 pictures 322x242" no-cropping --size 322x242
ends 33 "the stream breaks a rule" no-packed,wrong-size --size 322x242
ends 33 "coded frames are empty" empty-buffer
ends 33 "bad bitstream" bad-flag
ends 33 "slice overflow" slice-overflow
ends 33 "the stream breaks a rule" no-headers
ends 33 "the stream breaks a rule" bad-nal
ends 33 "the stream breaks a rule" missing-picture@2
ends 33 "the stream breaks a rule" wrong-size
ends 34 "flat colour" green
ends 34 "is frame 0 again" stale
ends 34 "the decoded picture is not the source" shifted
ends 34 "the decoded picture is not the source" shifted@3
ends 34 "the decoded picture is not the source" bad-decode
# Damage to a part of one late picture: the lower half of its colours, its last rows.
ends 34 "frame 2 has its brightness right and its colours wrong" grey@3
ends 34 "304 of frame 2" last-rows@3 --size 320x320
ends 34 "of frame 19" last-rows@20
ends 34 "frame 1 is frame 0 again" frozen
# Who does not wait for a picture is handed the one before.
ends 0 "gpu-verify: PASS (20 frames" late
# Nothing is left behind when the driver is closed, however the run went.
for switches in strict strict,no-derive strict,no-vld strict,no-videoproc strict,no-packed; do
    ends 0 "gpu-verify: PASS (20 frames" "$switches"
    ! grep -q "crashes" "$scratch/log" || fail "$switches: something is left"
done
for switches in strict,fail@vaEndPicture=2@5 strict,fail@vaEndPicture=2@4 strict,fail@vaCreateBuffer=2@9 strict,bad-nal@3 \
    strict,fail@vaMapBuffer=2@4 strict,fail@vaCreateContext=2; do
    ! run "$switches" || fail "$switches: passes"
    ! grep -qE "SIGABRT|crash" "$scratch/log" || fail "$switches: something is left"
done
# Flags of a coded buffer count from every driver but a Mesa that never writes them.
ends 33 "bad bitstream" bad-flag,mesa=24
ends 33 "bad bitstream" bad-flag,mesa=25
ends 0 "gpu-verify: PASS (20 frames" bad-flag,mesa=23
ends 0 "gpu-verify: PASS (20 frames" bad-flag,mesa=22
ends 30 "the segments of the coded buffer are larger than the buffer" large-segment@2
ends 30 "the segments of the coded buffer are larger than the buffer" segments,large-segment

# A picture is enough for a health check, and all of it has an end of its own.
ends 0 "gpu-verify: PASS (1 frames" "" --quick
ends 31 "not done within the 1 s that were given for all of it: it was in va" slow=40 --frames 200 --deadline 1
ends 0 "gpu-verify: PASS" slow=40 --quick --deadline 15
began=$SECONDS
ends 31 "FAIL (31)" slow=40 --frames 10000 --all --deadline 2
[ $((SECONDS - began)) -lt 20 ] || fail "--deadline 2 took $((SECONDS - began)) s"
# Beside eight others on a slow GPU it is no false alarm.
busy=()
for _ in 1 2 3 4 5 6 7 8; do
    log=/dev/null run slow=100 --frames 100000 --timeout 600 &
    busy+=($!)
done
ends 0 "gpu-verify: PASS" slow=100 --quick --deadline 15
for pid in "${busy[@]}"; do
    kill -0 "$pid" || fail "one of the eight has ended"
    pkill -TERM -P "$pid" || true
done
wait "${busy[@]}" 2>/dev/null || true

# Metrics: of a pass, of a failure, beside a report or in its place, whole or not at all.
run "" --metrics "$scratch/a.prom" || fail "no pass with metrics"
grep -q '^gpu-verify: PASS' "$scratch/log" || fail "no report beside the metrics"
[ "$(stat -c %a "$scratch/a.prom")" = 644 ] || fail "the metrics are not for everybody"
for line in 'gpu_verify_verdict{device="/dev/dri/renderD128",verdict="pass"} 1' \
    'gpu_verify_verdict{device="/dev/dri/renderD128",verdict="fail"} 0' \
    'gpu_verify_exit_status{device="/dev/dri/renderD128"} 0' \
    'gpu_verify_check_failed{device="/dev/dri/renderD128",check="decode"} 0' \
    'gpu_verify_decode_psnr_decibels{device="/dev/dri/renderD128"} 99.000'; do
    grep -qxF "$line" "$scratch/a.prom" || fail "not in the metrics: $line"
done
grep -q '^gpu_verify_encode_frames_per_second{.*,profile="H264[A-Za-z]*",entrypoint="EncSlice"} [0-9.]*$' "$scratch/a.prom" ||
    fail "no rate"
now=$(date +%s)
when=$(sed -n 's/^gpu_verify_last_run_timestamp_seconds{.*} //p' "$scratch/a.prom")
[ $((now - when)) -lt 300 ] || fail "the metrics are of $when, and now is $now"
cp "$scratch/a.prom" "$scratch/before"
status=0
run bad-nal --all -q --metrics "$scratch/a.prom" || status=$?
[ "$status" = 33 ] || fail "metrics change the exit status to $status"
grep -qxF 'gpu_verify_check_failed{device="/dev/dri/renderD128",check="bitstream"} 1' "$scratch/a.prom" || fail "no failure in the metrics"
run "" --quick --metrics - || fail "no metrics on standard output"
grep -q '^# HELP' "$scratch/log" || fail "no metrics on standard output"
! grep -qE 'gpu-verify: PASS|frames_per_second' "$scratch/log" || fail "a report, or a rate of one picture, among the metrics"
cp "$scratch/before" "$scratch/a.prom"
status=0
(ulimit -f 1 && trap '' XFSZ && run "" -q --metrics "$scratch/a.prom") 2>/dev/null || status=$?
[ "$status" = 1 ] || fail "metrics that cannot be written: exit status $status, not 1"
cmp "$scratch/a.prom" "$scratch/before" || fail "half of the metrics took the place of whole ones"
[ -z "$(find "$scratch" -name '*.new')" ] || fail "half of the metrics are left behind"

# No more than a picture is kept: these are 139 MB of stream. The sanitizers want address space of their own.
grep -qa __asan_init "$verify" ||
    (ulimit -v 100000 && ends 0 "gpu-verify: PASS (300 frames" "" --size 640x480 --frames 300)

# A driver that talks changes nothing of what is printed.
without_times() {
    sed -E 's/"(seconds|fps)": [0-9.]+/"\1": 0/g; s/[0-9.]+ fps/0 fps/; s/"time": "[^"]*"/"time": "2026-01-01T00:00:00Z"/' "$scratch/log"
}
run "" --json
without_times >"$scratch/quiet"
run chatty --json
without_times >"$scratch/chatty"
cmp "$scratch/quiet" "$scratch/chatty" || fail "a chatty driver changes the JSON"
as_agreed "$scratch/chatty"
run chatty
[ "$(wc -l <"$scratch/log")" = 11 ] || fail "a chatty driver is heard"

# A long run shows how far it is, on a terminal that can take it back.
on_terminal() {
    TERM=$1 LIBVA_DRIVER_NAME=test LIBVA_DRIVERS_PATH=$drivers TESTDRV=slow=40 FAKEDRM=kbl \
        FAKEDRM_ROOT="$scratch/fakedrm" ASAN_OPTIONS=verify_asan_link_order=0 \
        python3 -c 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' \
        env ${fakedrm:+LD_PRELOAD="$fakedrm"} "$verify" --size 320x240 --frames 20 >"$scratch/log"
}
on_terminal xterm || fail "no pass on a terminal"
grep -q 'gpu-verify: [a-z]*, frame [0-9]*, [0-9]* s' "$scratch/log" || fail "no progress on a terminal"
on_terminal dumb || fail "no pass on a dumb terminal"
! grep -q $'\033' "$scratch/log" || fail "escape sequences on a dumb terminal"

# shellcheck disable=SC2016  # the inner shell expands it
# A driver that talks while the terminal stops whoever does so from the background.
TERM=dumb LIBVA_DRIVER_NAME=test LIBVA_DRIVERS_PATH=$drivers TESTDRV=chatty FAKEDRM=kbl \
    FAKEDRM_ROOT="$scratch/fakedrm" ASAN_OPTIONS=verify_asan_link_order=0 \
    python3 -c 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' sh -c \
    'stty tostop && exec env ${0:+LD_PRELOAD="$0"} "$1" --size 320x240 --frames 2 --timeout 5 -v' \
    "$fakedrm" "$verify" >"$scratch/log" || fail "stopped by its own driver's words"

# The stream is kept when it is whole, and only then.
run "" --output "$scratch/a.h264"
[ -s "$scratch/a.h264" ] || fail "no stream"
cp "$scratch/a.h264" "$scratch/before"
! run fail@vaEndPicture=2@4 --output "$scratch/a.h264" || fail "a decoder that fails passes"
cmp "$scratch/a.h264" "$scratch/before" || fail "a decoder that fails cuts the stream"
status=0
(ulimit -f 8 && trap '' XFSZ && run "" --output "$scratch/a.h264") || status=$?
[ "$status" = 1 ] || fail "no room for the stream: exit status $status, not 1"
grep -q '^gpu-verify: PASS' "$scratch/log" || fail "no room for the stream: no verdict"
grep -q "^gpu-verify: write the stream to $scratch/a.h264: File too large" "$scratch/log" || fail "no word of the stream"
cmp "$scratch/a.h264" "$scratch/before" || fail "a stream cut short took the place of a whole one"
! run crash@vaEndPicture@5 --output "$scratch/a.h264" || fail "a crash passes"
cmp "$scratch/a.h264" "$scratch/before" || fail "half a stream took the place of a whole one"
[ -z "$(find "$scratch" -name '*.part-*')" ] || fail "half a stream is left behind"

# What a link names is nobody's to replace.
echo kept >"$scratch/target"
ln -s target "$scratch/link"
ends 2 "link: not a regular file" "" --output "$scratch/link"
[ "$(cat "$scratch/target")" = kept ] || fail "a link was followed"
[ -L "$scratch/link" ] || fail "a link was replaced"

# Ended from outside: nothing is left, and the status is the signal's.
children() {
    tr ' ' '\n' <"/proc/$1/task/$1/children" 2>/dev/null || true
}

# The hanging driver shows that it was reached by ignoring SIGTERM.
ignores_sigterm() {
    local mask
    mask=$(sed -n 's/^SigIgn:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null)
    [ -n "$mask" ] && [ $((0x$mask & 0x4000)) -ne 0 ]
}

run hang@vaEndPicture@2 --output "$scratch/b.h264" --timeout 600 &
shell=$!
child=
until [ -n "$child" ]; do
    kill -0 "$shell" || fail "it ended before it was interrupted"
    for pid in $(children "$shell"); do
        for one in $(children "$pid"); do
            ! ignores_sigterm "$one" || child=$one
        done
    done
    sleep 0.02
done
kill -TERM "$(children "$shell" | head -n 1)"
status=0
wait "$shell" || status=$?
[ "$status" = 143 ] || fail "interrupted: exit status $status, not 143"
! kill -0 "$child" 2>/dev/null || fail "the hung child outlived its supervisor"
[ -z "$(find "$scratch" -name 'b.h264*')" ] || fail "an interrupted run left a stream"
echo "all ok"
