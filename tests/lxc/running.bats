#!/usr/bin/env bats
# Running containers that work against `attach`: they swap what it looks at, never answer, or reach for
# the process that is among them.
# RACE_ROUNDS: how often attach runs against the swapping, 300 when not set.

setup() {
    load lib.bash
    load hostile.bash
    reset_host
    node renderD128 226 128
    chmod 0666 /dev/fuse
    make_bait
}

# What the race tests run outside of the box.
cat >"$BATS_RUN_TMPDIR/rounds" <<'END'
#!/bin/bash
# usage: rounds COUNT LOG HOOK PID
for _ in $(seq "$1"); do
    timeout -k 1 60 "$3" attach --no-probe --pid "$4" 2>>"$2"
    echo "status $?" >>"$2"
done
END

race() {
    local rounds=$((${RACE_ROUNDS:-300} / 2))
    host_fingerprint >"$work/before"
    : >"$work/rounds.log"
    "$box" --swap "$bait" "$@" -- bash "$BATS_RUN_TMPDIR/rounds" "$rounds" "$work/rounds.log" "$hook" '{}'
    host_fingerprint | diff "$work/before" -
    sort "$work/rounds.log" | sed 's/process [0-9]*/process/' | uniq -c
    [ "$(grep -cE '^status [06]$' "$work/rounds.log")" = "$rounds" ]
    # the gid that only the bait names: nobody read it
    [ "$(grep -c 31337 "$work/rounds.log")" = 0 ]
    # the race was one: some rounds met the link, some the folder
    grep -q '^status 0$' "$work/rounds.log"
    grep -q '^status 6$' "$work/rounds.log"
    no_hooks_left
}

@test "/dev, /dev/dri and /etc/group swapped with links to the host, all the while" { race; }

@test "the same in a privileged container, where the hook's root is the host's" { race --privileged; }

# silent STATUS WORD OPTION...: attach to a container with a file system that never answers
silent() {
    local due=$1 status=0 said=$work/silent.${*//[\/ ]/_}
    shift
    timeout -k 1 60 "$box" "$@" -- "$hook" attach --pid '{}' >"$said" 2>&1 || status=$?
    cat "$said"
    [ "$status" = "$due" ]
}

@test "files that never answer: attach ends at its deadline, and nobody is left waiting" {
    host_fingerprint >"$work/before"
    pids=()
    for options in "" "--privileged" "--taken" "--privileged --taken"; do
        for place in etc dev/dri dev/null; do
            # shellcheck disable=SC2086  # words
            silent 6 $options --fuse "$place" &
            pids+=($!)
        done
    done
    for pid in "${pids[@]}"; do
        wait "$pid"
    done
    # the kernel keeps the host's root off a FUSE of another user namespace: no wait there
    [ "$(grep -l "no answer from" "$work"/silent.* | wc -l)" = 8 ]
    # with the box its file system has gone, and so has who waited for it
    no_hooks_left
    host_fingerprint | diff "$work/before" -
}

@test "check and idmap do not wait for ever either" {
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe"; } | container c1
    for command in check idmap; do
        timeout -k 1 60 "$box" --privileged --fuse etc -- sh -c "
            sed -i \"s|^lxc.rootfs.path.*|lxc.rootfs.path = dir:/proc/\$LXC_PID/root|\" $lxcpath/c1/config
            $hook $command c1 -P $lxcpath" >"$work/said" 2>&1 || [ $? = 6 ]
        cat "$work/said"
        grep -q "no answer from" "$work/said"
    done
}

# usage: intrude HOOK PID [STRACE...]: runs attach, and while its worker is in the container's user namespace,
# tries it as the container's root, with a /proc that shows it.
cat >"$BATS_RUN_TMPDIR/intrude" <<'END'
hook=$1 box=$2
shift 2
export ASAN_OPTIONS=detect_leaks=0
"$@" "$hook" -q attach --pid "$box" 2>/dev/null &
attach=$!
for _ in $(seq 300); do
    for worker in $(pgrep -x lxc-gpu-hook); do
        [ "$(stat -L -c %i "/proc/$worker/ns/user")" != "$(stat -L -c %i "/proc/$box/ns/user")" ] || break 2
    done
    worker=none
    sleep 0.02
done
[ "$worker" != none ] || exit 0
echo "host: worker $(sed -n 's/^Uid:\t*//p' "/proc/$worker/status")"
ls -l "/proc/$worker/fd" | sed -n 's/.*[0-9] \([0-9]* -> .*\)/host: \1/p'
for info in "/proc/$worker/fdinfo/"*; do
    flags=$(sed -n 's/^flags:\t*//p' "$info")
    [ "${info##*/}" -le 2 ] || (((8#$flags & 8#2000000) != 0)) || echo "open: ${info##*/} outlives execve"
done
nsenter -t "$box" -U -S 0 -G 0 bash -c '
    for what in fd fdinfo map_files; do
        ls "/proc/$0/$what/" 2>/dev/null | grep -q . && [ "$what" != fdinfo ] && echo "open: $what"
    done
    for what in mem environ auxv maps; do
        head -c 1 "/proc/$0/$what" >/dev/null 2>&1 && echo "open: $what"
    done
    for what in root cwd exe ns/mnt fd/3; do
        readlink "/proc/$0/$what" >/dev/null 2>&1 && echo "open: $what"
    done
    # one tracer at a time
    if [ -z "$1" ]; then
        timeout 2 strace -o /dev/null -p "$0" 2>&1 | grep -q attached && echo "open: ptrace"
    fi
    echo tried' "$worker" "$*"
kill "$attach" 2>/dev/null
wait
END

intrude() {
    "$box" --fuse dev/null -- bash "$BATS_RUN_TMPDIR/intrude" "$hook" '{}' "$@" >"$work/said" 2>&1 || true
    cat "$work/said"
    grep -qx tried "$work/said"
    [ "$(grep -c '^open:' "$work/said")" = 0 ]
}

@test "from inside the container, the worker that proves shows nothing and cannot be touched" { intrude; }

@test "the same while it mounts, as the container's root" {
    intrude strace -f -o /dev/null -e inject=move_mount:delay_enter=3000000
    grep -q '^host: worker 100000' "$work/said"
}
