#!/bin/bash
# SPDX-License-Identifier: MIT
# Every ioctl the fake kernel knows, failed once: whatever the stock driver makes of it, the verdict
# is a FAIL with a documented status and a cause, within the deadline, or the pictures are right all the same.
# Drawn with a seed, so that a failure can be had again: SEED=N sweep.sh CHIP DRIVER
chip=$1 driver=$2
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/common.sh"
driver_needed "$driver"
RANDOM=${SEED:-1}
draws=${DRAWS:-6} # for each ioctl
errors=(EIO ENOMEM EINVAL ENODEV ENOSPC EBUSY EPERM EAGAIN EACCES ETIME)

# judged FAULTS: a documented failure, and in words.
judged() {
    case $status in
    0) lossless "$chip, FAKEDRM_FAIL=$1" && return ;;
    15 | 20 | 21 | 22 | 30 | 31 | 32 | 33 | 34) ;;
    *) fail "seed ${SEED:-1}, $chip, FAKEDRM_FAIL=$1: exit status $status" ;;
    esac
    said | grep -qE "gpu-verify: FAIL \($status\): [A-Za-z/].{10}" || fail "$chip, FAKEDRM_FAIL=$1: no cause"
    [ "$(said | grep -o 'gpu-verify: [PF]A[SI][SL]' | wc -l)" = 1 ] || fail "$chip, FAKEDRM_FAIL=$1: not one verdict"
    nobody_left "$1"
}

on_chip "$chip" env FAKEDRM_NAMES=1 /bin/true >"$scratch/names"
FAKEDRM_LOG=$scratch/calls verify "$chip"
baseline=$status
lossless 'without a fault'
unused='' runs=0
declare -A seen=()
while read -r name; do
    count=$(grep -c " $name (" "$scratch/calls" || true)
    if [ "$count" = 0 ]; then
        unused=$unused,$name=EIO
        continue
    fi
    for ((i = 0; i < draws; i++)); do
        # The first call is always among those that fail: it is the one most often unguarded.
        fault=$name=${errors[RANDOM % ${#errors[@]}]}@$((i == 0 ? 1 : 1 + (RANDOM * 32768 + RANDOM) % count))
        FAKEDRM_FAIL=$fault verify "$chip" --timeout 3
        judged "$fault"
        runs=$((runs + 1))
        seen[$status]=$((${seen[$status]:-0} + 1))
    done
done <"$scratch/names"
[ "$runs" -ge 24 ] || fail "only $runs runs: the fake kernel does not see the calls"
for status in "${!seen[@]}"; do echo "$chip: status $status: ${seen[$status]} of $runs"; done
[ "${#seen[@]}" -ge 3 ] || fail "the faults do not reach the driver"

# Those that this driver never calls change nothing.
FAKEDRM_FAIL=${unused#,} verify "$chip"
[ "$status" = "$baseline" ] || fail "ioctls that are never called fail: exit status $status"
