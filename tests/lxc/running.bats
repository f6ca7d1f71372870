#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Running containers that work against `attach`: they swap what it looks at, never answer, or reach for
# the process that is among them.
# RACE_ROUNDS: how often attach runs against the swapping, 400 when not set.

setup() {
    load lib.bash
    load hostile.bash
    reset_host
    node renderD128 226 128
    chmod 0666 /dev/fuse
    make_bait
}

teardown() {
    [ ! -e "$BATS_TEST_TMPDIR/suid_dumpable" ] || cat "$BATS_TEST_TMPDIR/suid_dumpable" >/proc/sys/fs/suid_dumpable
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
    local rounds=$((${RACE_ROUNDS:-400} / 2))
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

@test "the same on a kernel without openat2, where paths are walked step by step" {
    [ "$("$box" --no-openat2 -- strace -f -qq -e trace=openat2 "$hook" attach --no-probe --pid '{}' 2>&1 | grep -c ' = -1 ENOSYS')" -gt 0 ]
    race --no-openat2
}

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
            due=6
            # the kernel keeps processes of the host's user namespace, such as the witness, off a FUSE of another one
            case $options:$place in :dev/null | --taken:dev/null) due=9 ;; esac
            # shellcheck disable=SC2086  # words
            silent $due $options --fuse "$place" &
            pids+=($!)
        done
    done
    for pid in "${pids[@]}"; do
        wait "$pid"
    done
    [ "$(grep -l "no answer from" "$work"/silent.* | wc -l)" = 10 ]
    # where it was the proof that failed, the mount is undone, even when the witness cannot be killed
    [ "$(cat "$work"/silent.*dev_null | grep -c '^dri: absent$')" = 4 ]
    [ "$(grep -lE "fix: echo 1 >/sys/fs/fuse/connections/[0-9]+/abort " "$work"/silent.* | wc -l)" = 10 ]
    # who took the request cannot be killed: it is named
    [ "$(cat "$work"/silent.*taken* | tr -s ' \n' ' ' | grep -oE "process [0-9]+ of this program still hangs" | wc -l)" = 5 ]
    # with the box its file system has gone, and so has who waited for it
    no_hooks_left
    host_fingerprint | diff "$work/before" -
}

@test "an overlay over FUSE: who hangs there has nothing of the host's, is named, and the printed line ends it" {
    mount -t fusectl none /sys/fs/fuse/connections
    cat >"$work/scene" <<'END'
"$1" attach --pid "$LXC_PID" >"$2" 2>&1 || echo "status $?" >>"$2"
hangs=$(tr -s ' \n' ' ' <"$2" | sed -n 's/.*; process \([0-9]*\) of this program still hangs in the kernel.*/\1/p')
sed -n 's/^State:[^A-Z]*\([A-Z]\).*/state \1/p; s/^Uid:.*/&/p; s/^Groups:.*/&/p' "/proc/$hangs/status" >>"$2"
for fd in "/proc/$hangs/fd/"*; do
    [ "${fd##*/}" -lt 3 ] || echo "open: $(readlink "$fd")" >>"$2"
done
line=$(grep -oE '^fix: echo 1 >/sys/fs/fuse/connections/[0-9]+/abort ' "$2") && sh -c "${line#fix: }"
for i in $(seq 100); do
    case $(sed -n 's/^State:[^A-Z]*//p' "/proc/$hangs/status" 2>/dev/null) in '' | Z*) echo "it has gone" >>"$2"; break ;; esac
    sleep 0.05
done
END
    "$box" --overlay --fuse etc -- bash "$work/scene" "$hook" "$work/said"
    cat "$work/said"
    grep -qx 'status 6' "$work/said"
    was_done run "$(sed -n 's/^fix: \(echo 1 .*\)/\1/p' "$work/said")"
    grep -qx 'state D' "$work/said"
    grep -qxP 'Uid:\t100000\t100000\t100000\t100000' "$work/said"
    grep -qxP 'Groups:\t ?' "$work/said"
    # its socket to the hook, and the container's root
    [ "$(grep -c '^open: ' "$work/said")" = "$(grep -cE '^open: (socket:|/$)' "$work/said")" ]
    grep -qx 'it has gone' "$work/said"
}

@test "check does not wait for ever either" {
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe"; } | container c1
    timeout -k 1 60 "$box" --privileged --fuse etc -- sh -c "
        sed -i \"s|^lxc.rootfs.path.*|lxc.rootfs.path = dir:/proc/\$LXC_PID/root|\" $lxcpath/c1/config
        $hook check c1 -P $lxcpath" >"$work/said" 2>&1 || [ $? = 6 ]
    cat "$work/said"
    grep -q "no answer from" "$work/said"
}

# usage: intrude HOOK PID STAGE [STRACE...]: starts the hook, and when one of its processes is at STAGE, tries each of its
# processes as the container's root, with a /proc that shows them.
#   host    in the host's namespaces        root    in the container, as its root        user    the witness of the proof
cat >"$BATS_RUN_TMPDIR/intrude" <<'END'
hook=$1 box=$2 stage=$3
shift 3
export ASAN_OPTIONS=detect_leaks=0
socat -u UNIX-RECV:/dev/log,unlink-early /dev/null &
log=$!
until [ -S /dev/log ]; do sleep 0.01; done
"$@" "$hook" -q 7</etc/shadow 2>/dev/null &
hook_pid=$!
uid_at() {
    case $stage in host) echo 0 ;; root) echo 100000 ;; user) echo 165534 ;; esac
}
ours() {
    local pid
    for pid in $(pgrep -x lxc-gpu-hook); do
        if [ "$(stat -L -c %d:%i "/proc/$pid/exe" 2>/dev/null)" = "$(stat -L -c %d:%i "$hook")" ]; then echo "$pid"; fi
    done
}
worker=none
for _ in $(seq 300); do
    for pid in $(ours); do
        [ "$(sed -n 's/^Uid:\t\([0-9]*\).*/\1/p' "/proc/$pid/status" 2>/dev/null)" != "$(uid_at)" ] || worker=$pid
    done
    # of those that have the host's uid the hook itself, which is the first
    [ "$worker" = none ] || break
    sleep 0.02
done
[ "$worker" != none ] || exit 1
sleep 0.1
echo "worker $(sed -n 's/^Uid:\t*//p' "/proc/$worker/status")"
for info in "/proc/$worker/fdinfo/"*; do
    fd=${info##*/}
    [ "$fd" -gt 2 ] || continue
    target=$(readlink "/proc/$worker/fd/$fd")
    echo "host: $fd -> $target"
    flags=$(sed -n 's/^flags:\t*//p' "$info")
    (((8#$flags & 8#2000000) != 0)) || echo "open: $fd outlives execve"
    [ "$stage" != host ] || continue
    # in the container: of the host nothing but the one socket to the hook
    case $target in
        socket:*) [ -z "${link:-}" ] || echo "open: $fd is a second socket"; link=$fd ;;
        *:*) echo "open: $fd is the host's $target" ;;
        *) ! grep -q "^$(sed -n 's/^mnt_id:\t*//p' "$info") " /proc/self/mountinfo /proc/1/mountinfo || echo "open: $fd is the host's $target" ;;
    esac
done
# as the container's root; and as the host's, without the capabilities that let it look at any process (38: perfmon)
for pid in $(ours); do
    for intruder in "nsenter -t $box -U -S 0 -G 0" "setpriv --bounding-set=-sys_ptrace,-sys_admin,-cap_38"; do
        # shellcheck disable=SC2016,SC2086  # for the inner shell; words
        $intruder bash -c '
            for what in mem environ auxv maps; do
                head -c 1 "/proc/$0/$what" >/dev/null 2>&1 && echo "open: $what"
            done
            for what in root cwd exe ns/mnt fd/0 fd/7; do
                # Linux 5.10 denies a namespace by an empty name
                [ -z "$(readlink "/proc/$0/$what" 2>/dev/null)" ] || echo "open: $what"
            done
            # one tracer at a time
            if [ -z "$1" ]; then
                timeout 2 strace -o /dev/null -p "$0" 2>&1 | grep -q attached && echo "open: ptrace"
            fi
            echo tried' "$pid" "$*"
    done
done
# shellcheck disable=SC2046  # words
kill -KILL $(ours) "$log" 2>/dev/null
wait
END

# intrude STAGE [STRACE...]: on a host that lets processes be looked at which have changed their ids
intrude() {
    cat /proc/sys/fs/suid_dumpable >"$BATS_TEST_TMPDIR/suid_dumpable"
    echo 1 >/proc/sys/fs/suid_dumpable
    "${as_hook[@]}" "$box" -- bash "$BATS_RUN_TMPDIR/intrude" "$hook" '{}' "$@" >"$work/said" 2>&1 || true
    cat "$work/said"
    # each of its processes, by both intruders
    [ "$(grep -cx tried "$work/said")" -ge 4 ]
    [ "$(grep -c '^open:' "$work/said")" = 0 ]
}

@test "while it looks at the container's files, no process of it shows anything or can be touched" {
    intrude host strace -f -o /dev/null -e inject=fsopen:delay_enter=3000000
    grep -q '^worker 0' "$work/said"
}

@test "the same while it mounts, as the container's root; nothing is held that leads to the host" {
    intrude root strace -f -o /dev/null -e inject=move_mount:delay_enter=3000000
    grep -q '^worker 100000' "$work/said"
}

@test "the same for the witness of the proof" {
    intrude user strace -f -o /dev/null -e inject=setresuid:delay_exit=2000000
    grep -q '^worker 165534' "$work/said"
}
