#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Many starts and stops leave nothing: mounts, descriptors of LXC's monitor, processes, tmpfs superblocks,
# files. And the last start takes no longer than the first.
# LEAK_ROUNDS: how many, 100 when not set; LEAK_REBOOTS: 30; LEAK_AT_ONCE: containers started together, 30.

setup() {
    load lib.bash
    load hostile.bash
    reset_host
    node renderD128 226 128
    rounds=${LEAK_ROUNDS:-100}
    make_bait
}

teardown() {
    local name
    for name in "$lxcpath"/l[0-9]*/; do
        [ ! -d "$name" ] || stop "$(basename "$name")" || true
    done
}

# The number that the kernel gives the next file system: the lowest free one, so each that is still there, mounted or
# not, raises it.
next_device() {
    mkdir -p "$work/probe"
    unshare -m sh -c "mount -t tmpfs none $work/probe && awk '\$5 == \"$work/probe\" { sub(/.*:/, \"\", \$3); print \$3 }' /proc/self/mountinfo"
}

unprivileged() {
    { idmap "0 100000 65536"; echo "lxc.hook.mount = $hook"; echo "lxc.hook.start-host = $hook --no-probe"; } | container "$1"
}

state() {
    host_fingerprint
    find /run -xdev -not -path '/run/lxc*' -not -path '/run/lock/lxc*' | sort
    no_hooks_left
}

# tell_times FILE: one time in microseconds a line. The middle ones of the first and the last quarter; fails when the
# last are twice the first.
tell_times() {
    local quarter=$(($(wc -l <"$1") / 4)) first last
    first=$(head -n "$quarter" "$1" | sort -n | sed -n "$((quarter / 2))p")
    last=$(tail -n "$quarter" "$1" | sort -n | sed -n "$((quarter / 2))p")
    echo "# ${1##*/}: $(wc -l <"$1"), the first quarter $first us, the last $last us" >&3
    [ "$last" -lt $((first * 2)) ]
}

now() { echo "${EPOCHREALTIME/[.,]/}"; }

@test "starts and stops, one after the other" {
    unprivileged l0
    start l0
    stop l0
    state >"$work/before"
    device_before=$(next_device)
    for _ in $(seq "$rounds"); do
        began=$(now)
        start l0
        echo $(($(now) - began)) >>"$work/starts"
        stop l0
    done
    state | diff "$work/before" -
    # a few are other people's
    echo "file systems before $device_before, after $(next_device)"
    [ $(($(next_device) - device_before)) -lt 30 ]
    tell_times "$work/starts"
}

@test "reboots from inside, one after the other: the monitor, which runs the hook again, has no descriptor more" {
    unprivileged l0
    start l0
    monitor=$(ps -o ppid= -p "$(init_pid l0)" | tr -d ' ')
    state >"$work/before"
    for round in $(seq "${LEAK_REBOOTS:-30}"); do
        pid=$(init_pid l0)
        began=$(now)
        in_container l0 reboot -f || true
        for _ in $(seq 2000); do
            new=$(init_pid l0 2>/dev/null || true)
            [ -z "$new" ] || [ "$new" = "$pid" ] || break
            sleep 0.005
        done
        echo $(($(now) - began)) >>"$work/reboots"
        [ "$(stat -c %t:%T:%u:%g "/proc/$new/root/dev/dri/renderD128")" = e2:80:100000:102992 ]
        [ "$round" != 1 ] || descriptors=$(find "/proc/$monitor/fd" -type l | wc -l)
    done
    [ "$(find "/proc/$monitor/fd" -type l | wc -l)" = "$descriptors" ]
    state | diff "$work/before" -
    tell_times "$work/reboots"
    stop l0
}

@test "attach again and again: one mount, and no descriptor or process more" {
    state >"$work/before"
    cat >"$work/again" <<'END'
for _ in $(seq "$2"); do
    began=${EPOCHREALTIME/[.,]/}
    "$1" -q attach --no-probe --pid "$LXC_PID" || exit 1
    echo $((${EPOCHREALTIME/[.,]/} - began)) >>"$3"
done
echo "mounts: $(grep -c ' /dev/dri ' "/proc/$LXC_PID/mountinfo")"
END
    "$box" -- bash "$work/again" "$hook" "$rounds" "$work/attaches" | tee "$work/said"
    grep -qx 'mounts: 1' "$work/said"
    state | diff "$work/before" -
    tell_times "$work/attaches"
}

@test "containers started at once" {
    count=${LEAK_AT_ONCE:-30}
    state >"$work/before"
    for i in $(seq "$count"); do
        unprivileged "l$i"
    done
    began=$(now)
    for i in $(seq "$count"); do
        start "l$i" &
        pids[i]=$!
    done
    for i in $(seq "$count"); do
        wait "${pids[i]}"
    done
    echo "# $count containers at once: $(($(now) - began)) us" >&3
    for i in $(seq "$count"); do
        [ "$(stat -c %t:%T:%u:%g "/proc/$(init_pid "l$i")/root/dev/dri/renderD128")" = e2:80:100000:102992 ]
    done
    for i in $(seq "$count"); do
        stop "l$i" &
    done
    wait
    no_hooks_left
    state | diff "$work/before" -
}
