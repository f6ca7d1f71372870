# shellcheck shell=bash
# For the tests of gpu-verify --codec. GPU_VERIFY is the program, TEST_DRIVERS the directory of the test driver,
# FAKEDRM_LIBRARY the fake kernel, BUILD where all of them were built.
set -euo pipefail
here=$(cd "${0%/*}" && pwd)
# shellcheck disable=SC2034  # by the tests
project=${here%/*/*}

fail() {
    echo "FAIL: $*" >&2
    [ ! -s "$scratch/log" ] || cat "$scratch/log" >&2
    exit 1
}

# A skip is a claim that this machine cannot run the test; TESTS_MUST_RUN=1 does not accept it.
skip() {
    echo "SKIP: $*" >&2
    [ "${TESTS_MUST_RUN:-0}" != 1 ] || exit 1
    exit 77
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
[ -n "${FAKEDRM_LIBRARY:-}" ] || skip "no fake kernel: libdrm's headers are missing or too old"
for program in ffmpeg python3; do command -v $program >/dev/null || skip "$program is not installed"; done

# run SWITCHES OPTION...: gpu-verify on the test driver; sets status, the output is in $scratch/log.
run() {
    local switches=$1
    shift
    status=0
    env LIBVA_DRIVER_NAME=test LIBVA_DRIVERS_PATH="$TEST_DRIVERS" TESTDRV="$switches" FAKEDRM=kbl FAKEDRM_ROOT="$scratch/gpu" \
        ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD="$FAKEDRM_LIBRARY" \
        "$GPU_VERIFY" --size 320x240 --frames 2 --timeout 10 "$@" >"$scratch/log" 2>&1 || status=$?
}

said() { tr '\n' ' ' <"$scratch/log" | tr -s ' '; }

# ends STATUS WORDS SWITCHES OPTION...
ends() {
    local wanted=$1 words=$2
    shift 2
    run "$@"
    [ "$status" = "$wanted" ] || fail "$*: exit status $status, not $wanted"
    said | grep -qF -- "$words" || fail "$*: does not say $words"
    echo "ok: $wanted $words ($*)"
}
