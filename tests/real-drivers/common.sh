# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# For the tests of gpu-verify on the distribution's own VA drivers, which run on the fake kernel of
# ../fakedrm and its emulated media engine.
# GPU_VERIFY is the program, FAKEDRM_LIBRARY the fake kernel.
set -eu

: "${GPU_VERIFY:?the program}"

# shellcheck source-path=SCRIPTDIR source=../lib/outcome.sh
. "${0%/*}/../lib/outcome.sh"

# would have said in the table of the diagnosis.
scratch=$(mktemp -d)
fail_log=$scratch/log
trap 'rm -rf "$scratch"' EXIT
[ -n "${FAKEDRM_LIBRARY:-}" ] || skip "no fake kernel: libdrm's headers are missing or too old"
command -v ffmpeg >/dev/null || skip "ffmpeg is not installed"

# driver_needed NAME: skips without this driver.
driver_needed() {
    local folder

    folder=$(pkg-config --variable driverdir libva) || skip "pkg-config does not know libva"
    [ -e "$folder/$1_drv_video.so" ] || skip "the VA driver $1 is not installed"
}

# failures_known: skips where the ways in which drivers and ffmpeg fail are not Debian 12's, which each version changes.
failures_known() {
    [ "$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)" = bookworm ] || skip "it knows the failures of Debian 12's drivers"
}

# on_chip CHIP COMMAND...: with this chip behind the node. The sanitizers of a development build
# mind that the fake kernel comes before their runtime, and that drivers leak.
on_chip() {
    local chip=$1
    shift
    env REAL_DRIVERS_TEST="$scratch" FAKEDRM="$chip" FAKEDRM_ROOT="$scratch/$chip" \
        ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 LD_PRELOAD="$FAKEDRM_LIBRARY" "$@"
}

# verify CHIP OPTION...: sets status, leaves the output in $scratch/log. The deadline is what five
# seconds for a run means here: past it the status is 31, which is nobody's expectation but a hang's.
verify() {
    local chip=$1
    shift
    status=0
    on_chip "$chip" "$GPU_VERIFY" --frames 5 --size 320x240 --timeout 5 "$@" \
        >"$scratch/log" 2>&1 || status=$?
}

# The output as one line, so that a sentence is found however it is wrapped.
said() { tr '\n' ' ' <"$scratch/log" | tr -s ' '; }

# expect STATUS WORDS WHAT: the status, the cause, and nobody left behind.
expect() {
    [ "$status" = "$1" ] || fail "$3: exit status $status, not $1"
    said | grep -qF -- "$2" || fail "$3: does not say: $2"
    nobody_left "$3"
    packages_are_sound "$3"
    echo "ok: $3: $1, $2"
}

# packages_are_sound WHAT: each line for APT that the report prints, tried without effect on this machine, changes
# something, and removes nothing. What is in no list here cannot be tried.
packages_are_sound() {
    local words plan

    while read -r words; do
        case $(apt-cache policy "${words##* }" 2>/dev/null | sed -n 's/^  Candidate: //p') in '' | '(none)') continue ;; esac
        # shellcheck disable=SC2086  # the words of the line
        plan=$(apt-get -s $words 2>&1) || fail "$1: apt-get $words: $plan"
        grep -qE '^[1-9][0-9]* upgraded|, [1-9][0-9]* newly installed|, [1-9][0-9]* reinstalled' <<<"$plan" ||
            fail "$1: apt-get $words changes nothing"
        grep -q ', 0 to remove' <<<"$plan" || fail "$1: apt-get $words removes packages: $plan"
        echo "ok: $1: apt-get $words"
    done < <(sed -nE 's/^fix: (apt-get update && )?apt-get (install .*)/\2/p' "$scratch/log")
}

# Every process of a run carries our mark in its environment.
nobody_left() {
    local left
    left=$(grep -lasF "REAL_DRIVERS_TEST=$scratch" /proc/[0-9]*/environ 2>/dev/null || true)
    [ -z "$left" ] || fail "$1: still running: $left"
}

# check_passed ID: the line of this check says so.
check_passed() { grep -qE "^$1 +(pass|warn) " "$scratch/log"; }

# lossless WHAT: the pictures came back as they went in, for the engine loses nothing.
lossless() {
    [ "$status" = 0 ] || fail "$1: exit status $status, not 0"
    grep -qE '^decode +pass .*PSNR-Y 99.0 dB, colour 99.0, worst block 99.0$' "$scratch/log" ||
        fail "$1: not the source to the bit"
}
