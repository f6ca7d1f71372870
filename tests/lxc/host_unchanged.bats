#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The host before and after: mount table, /dev, /run (LXC's own files aside), /etc, processes.

setup() {
    load lib.bash
    reset_host
    node renderD128 226 128
}

teardown() {
    stop c1
}

host_state() {
    # mount ids differ from run to run of LXC's monitor; what is mounted where does not
    cut -d ' ' -f 4- /proc/self/mountinfo | sort
    cut -d ' ' -f 4- /proc/1/mountinfo | grep -v /lxc-gpu-hook-tests/ | sort
    find /dev -xdev -printf '%p %y %m %u:%g %l\n' | sort
    find /run -xdev -not -path '/run/lxc*' -not -path '/run/lock/lxc*' -printf '%p %y %m %u:%g %s %l\n' | sort
    find /etc -xdev -type f -newer "$work/stamp"
    pgrep -a lxc-gpu-hook || true
}

# Everything that LXC and the hook start stays in the tests' mount namespace.
our_processes() {
    local folder
    for folder in /proc/[0-9]*; do
        [ "$(readlink "$folder/ns/mnt" 2>/dev/null)" != "$(readlink /proc/self/ns/mnt)" ] ||
            cat "$folder/comm" 2>/dev/null || true
    done | grep -Ev '^(bats.*|bash|sort|cat|readlink|grep|diff)$' | sort
}

@test "20 starts and stops, restarts, and reboots from inside" {
    touch "$work/stamp"
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe"; } | container c1
    start c1 # LXC makes its own folders at the first start
    stop c1
    host_state >"$work/before"
    our_processes >"$work/processes"
    for round in $(seq 20); do
        start c1
        in_container c1 ls -ln /dev/dri/renderD128 | grep -q " 0 *2992 *226, 128 "
        if [ $((round % 4)) = 0 ]; then
            pid=$(init_pid c1)
            in_container c1 reboot -f || true
            for _ in $(seq 100); do
                new=$(init_pid c1 2>/dev/null || true)
                [ -n "$new" ] && [ "$new" != "$pid" ] && break
                sleep 0.1
            done
            [ "$new" != "$pid" ]
            in_container c1 ls -ln /dev/dri/renderD128 | grep -q " 0 *2992 *226, 128 "
        fi
        stop c1
    done
    host_state >"$work/after"
    diff "$work/before" "$work/after"
    our_processes | diff "$work/processes" -
}

@test "a failed start leaves nothing either" {
    touch "$work/stamp"
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook"; } | container c1
    start_fails c1
    host_state >"$work/before"
    for _ in $(seq 5); do
        start_fails c1
        status_is c1 9
    done
    host_state >"$work/after"
    diff "$work/before" "$work/after"
}
