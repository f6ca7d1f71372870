#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the hook says: one line a node, to the system log and to LXC; little, and without harm.

setup() {
    load lib.bash
    reset_host
    node renderD128 226 128
    device 128 0000:00:02.0 i915 0x8086 0x4680
    rm -f "$work/syslog" /dev/log
    # A socket holds ten lines, as the kernel has it without systemd, which makes them 512.
    # shellcheck disable=SC2016  # the inner shell's
    unshare --net sh -c 'echo 10 >/proc/sys/net/unix/max_dgram_qlen && exec socat -u UNIX-RECV:/dev/log "OPEN:$1,creat,append"' \
        listener "$work/syslog" &
    listener=$!
    until [ -S /dev/log ]; do sleep 0.05; done
}

teardown() {
    stop c1
    kill "$listener"
    rm -f /dev/log
}

start_with() {
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook $1"; } | container c1
    start c1
}

logged() {
    sleep 0.2 # the listener is another process
    sed 's/</\n/g; s/\x0/\n/g' "$work/syslog"
}

@test "success: one line for the node, in the system log and in LXC's" {
    start_with --no-probe
    line="container c1: /dev/dri/renderD128 is ready: driver i915 at 0000:00:02.0, owner 0:2992 (render) (host 100000:102992), mode 0660, not proven"
    [ "$(hook_said c1)" = "$line" ]
    logged | grep -q "lxc-gpu-hook\[[0-9]*\]: $line"
}

@test "failure: goal, object, cause and fix are in the system log" {
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook"; } | container c1
    start_fails c1
    logged | grep -q "add GPU to container c1: /dev/dri/renderD128 does not answer: no driver behind it"
    logged | grep -q "fix: dmesg"
}

@test "-q says nothing on success" {
    start_with "-q --no-probe"
    [ "$(hook_said c1)" = "" ]
    [ "$(logged)" = "" ]
}

@test "-v says every step" {
    start_with "-v --no-probe"
    hook_said c1 | grep -q "container: gids 0-65535"
    hook_said c1 | grep -q "host: renderD128: driver i915, PCI 0000:00:02.0"
}

@test "something in /dev/dri that is named like a node and is none is reported, not used" {
    touch /dev/dri/renderD129
    mknod /dev/dri/renderD130 c 226 131
    start_with --no-probe
    [ "$(in_container c1 ls /dev/dri | tr '\n' ' ')" = "by-path renderD128 " ]
    hook_said c1 | grep -q "warning: the host's /dev/dri/renderD129 is a regular file: not used"
    hook_said c1 | grep -q "warning: the host's /dev/dri/renderD130 is a character device 226:131: not used"
}

@test "128 nodes: LXC gets less than 4 kB, the system log everything" {
    for minor in $(seq 129 255); do
        node "renderD$minor" 226 "$minor"
    done
    start_with --no-probe
    [ "$(in_container c1 ls /dev/dri | grep -c renderD)" = 128 ]
    [ "$(hook_said c1 | wc -c)" -lt 4096 ]
    [ "$(hook_said c1 | tail -n 1)" = "more in the system log" ]
    [ "$(logged | grep -c 'is ready')" = 128 ]
}

@test "a system log that hangs does not hold a start up" {
    for minor in $(seq 129 160); do
        node "renderD$minor" 226 "$minor"
    done
    kill -STOP "$listener"
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe"; } | container c1
    status=0
    timeout 30 lxc-start -P "$lxcpath" -n c1 -l DEBUG -o "$work/c1.log" || status=$?
    kill -CONT "$listener"
    [ "$status" = 0 ]
    [ "$(in_container c1 ls /dev/dri | grep -c renderD)" = 33 ]
    # it did hang: more was to be said than a socket holds
    [ "$(logged | grep -c 'is ready')" -lt 33 ]
}

@test "a system log that is a stream gets the same, as from syslog(3)" {
    kill "$listener"
    rm -f /dev/log "$work/syslog"
    socat -u UNIX-LISTEN:/dev/log,fork "OPEN:$work/syslog,creat,append" &
    listener=$!
    until [ -S /dev/log ]; do sleep 0.05; done
    start_with --no-probe
    logged | grep -q "lxc-gpu-hook\[[0-9]*\]: container c1: /dev/dri/renderD128 is ready"
    [ "$(tail -c 1 "$work/syslog" | od -An -tx1)" = " 00" ]
}

@test "a hook line that cannot be read is told to the system log too" {
    for line in "$hook --selekt all" "$hook stray words"; do
        { idmap "0 100000 65536"; echo "lxc.hook.start-host = $line"; } | container c1
        start_fails c1
    done
    logged | grep -q "lxc-gpu-hook\[[0-9]*\]: unknown option --selekt"
    logged | grep -q "lxc-gpu-hook\[[0-9]*\]: unknown command 'stray'"
}
