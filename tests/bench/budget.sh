#!/bin/bash
# Counts the instructions that both programs execute themselves, in fixed scenes, and holds them to budget.txt:
# what grows by more than 5 % has to be decided on, by writing the new number down there.
#     budget.sh [--write] INSTRUCTIONS GPU_VERIFY CONTAINER [TEST_DRIVER_FOLDER FAKEDRM_LIBRARY]
# Not counted: the loader, libc, libva and the driver, and what gpu-verify reads of the machine's mounts, groups and
# cgroups: these differ from machine to machine. INSTRUCTIONS is the hook's code in a program that valgrind can run.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=../lib/outcome.sh
. "${0%/*}/../lib/outcome.sh"

if [ "${IN_SCENE:-}" != 1 ]; then
    command -v valgrind >/dev/null || skip 'valgrind is not installed'
    [ "$(id -u)" = 0 ] || skip 'root is needed: a container is looked into'
    BUDGET=$(realpath "${0%/*}/budget.txt") IN_SCENE=1 exec unshare --mount --propagation private "$0" "$@"
fi

is_writing=false
if [ "$1" = --write ]; then
    is_writing=true
    shift
fi
hook=$1 verify=$2 container=$3 driver=${4:-} fakedrm=${5:-}
scratch=$(mktemp -d)
chmod 0755 "$scratch"
trap 'rm -rf "$scratch"' EXIT

# callgrind stops to count where one of these begins, and goes on where it ends. None calls another.
surroundings=(--toggle-collect=place_collect --toggle-collect=access_collect --toggle-collect=around_collect)

# count PROGRAM ARGUMENT...: in the environment of scene_env, the instructions of PROGRAM's own code, all processes together
count() {
    local program=$1

    rm -f "$scratch"/out.*
    env -i PATH=/usr/bin:/bin "${scene_env[@]}" valgrind --quiet --tool=callgrind --trace-children=no --compress-strings=no \
        --compress-pos=no "${scene_toggles[@]}" --callgrind-out-file="$scratch/out.%p" "$@" >"$scratch/log" 2>&1 || true
    # A line behind "calls=" is what the called function cost, which is counted where it is.
    awk -v program="$(realpath "$program")" '
        /^ob=/ { is_ours = substr($0, 4) == program }
        /^calls=/ { getline; next }
        /^[0-9]/ && is_ours { sum += $2 }
        END { print sum + 0 }' "$scratch"/out.*
}

# A host with 64 GPUs, and a container with an id map of 340 extents and 20,000 groups.
scene_env=() scene_toggles=()
mount -t tmpfs -o mode=0755 dev /dev
mkdir /dev/dri
mknod -m 0666 /dev/null c 1 3
for minor in $(seq 128 191); do mknod "/dev/dri/renderD$minor" c 226 "$minor"; done
{ for id in $(seq 1000 20999); do echo "group$id:x:$id:"; done; echo render:x:300:; } >"$scratch/group"
coproc go { "$container" 1 340 "$scratch/group"; }
read -r pid <&"${go[0]}" # it ends with our end of its standard input

# scene NAME WORDS PROGRAM ARGUMENT...: its line of the budget. WORDS: in the output, or it was another scene.
scene() {
    local name=$1 words=$2

    shift 2
    echo "$name $(count "$@")"
    grep -q "$words" "$scratch/log" || {
        echo "$name: not the scene that it should be" >&2
        cat "$scratch/log" >&2
        exit 1
    }
}

{
    scene hook_list renderD191 "$hook" list
    scene hook_start '64 steps, gid 300' "$hook" start "$pid"
    if [ -n "$fakedrm" ]; then
        scene_env=(LD_PRELOAD="$fakedrm" FAKEDRM=kbl FAKEDRM_ROOT="$scratch/fakedrm" LIBVA_DRIVER_NAME=test
            LIBVA_DRIVERS_PATH="$driver")
        scene_toggles=("${surroundings[@]}" --collect-atstart=yes) # in this order: a toggle begins with "no"
        scene verify_run PASS "$verify" --frames 5 --size 320x240 --timeout 300
        scene verify_list EncSlice "$verify" --list
    fi
} >"$scratch/counts"

if $is_writing; then
    { sed -n '/^#/p' "$BUDGET"; cat "$scratch/counts"; } >"$scratch/budget"
    cat "$scratch/budget" >"$BUDGET"
    exit
fi
awk '
    FNR == NR { if (!/^#/) budget[$1] = $2; next }
    {
        ratio = $2 / budget[$1]
        printf "%-12s %10d of %10d instructions, %.3f\n", $1, $2, budget[$1], ratio
        if (ratio > 1.05 || ratio == 0) bad = 1
        if (ratio < 0.95) print "    less than before: write it down, tests/bench/budget.sh --write"
    }
    END { exit bad }' "$BUDGET" "$scratch/counts"
