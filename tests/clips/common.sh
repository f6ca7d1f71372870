# shellcheck shell=bash
# For the tests of gpu-verify --codec. GPU_VERIFY is the program, TEST_DRIVERS the directory of the test driver,
# FAKEDRM_LIBRARY the fake kernel, BUILD where all of them were built.
set -euo pipefail
here=$(cd "${0%/*}" && pwd)
# shellcheck disable=SC2034  # by the tests
project=${here%/*/*}

# shellcheck source-path=SCRIPTDIR source=../lib/outcome.sh
. "${0%/*}/../lib/outcome.sh"

scratch=$(mktemp -d)
fail_log=$scratch/log
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
