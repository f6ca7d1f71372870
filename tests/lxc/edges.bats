#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a start takes care of where nobody would miss it at once: an option beside a failure that is not its own, the mount's
# flags, the groups of the witness, the environment of lxc-gpu-bind, what counts as a node, who outlives the hook.

setup() {
    load lib.bash
    load hostile.bash
    reset_host
    node renderD128 226 128
    export ASAN_OPTIONS=detect_leaks=0
}

teardown() {
    [ ! -d "$lxcpath/c1" ] || stop c1
    [ ! -d "$userpath/c1" ] || user_stop c1
    rm -rf "${lxcpath:?}/c1" "${userpath:?}/c1" "$work/edge"
}

@test "--optional forgives that there is no node, and nothing else: 9, 4 and 5 stay, for a start, a user's start and attach" {
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --optional"; } | container c1
    start_fails c1
    status_is c1 9
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --optional --no-probe --group media"; } | container c1
    start_fails c1
    status_is c1 4
    echo "lxc.hook.start-host = $hook --optional" | container c1
    start_fails c1
    status_is c1 5
    {
        idmap "0 300000 65536"
        echo "lxc.hook.mount = $hook --optional"
        echo "lxc.hook.start-host = $hook --optional"
    } | user_container c1
    user_start_fails c1
    status_is c1 4
    run "$box" -- "$hook" attach --optional --pid '{}'
    echo "$output"
    [ "$status" = 9 ]
}

@test "the new /dev/dri: nosuid and noexec, and read-only below every mount of it" {
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe"; } | container c1
    start c1
    in_container c1 cat /proc/self/mountinfo | awk '$5 == "/dev/dri" { print $6, $NF }' >"$work/flags"
    cat "$work/flags"
    read -r mount super <"$work/flags"
    [[ ,$mount, == *,nosuid,* ]]
    [[ ,$mount, == *,noexec,* ]]
    [[ $super == ro,* ]]
    run in_container c1 chmod 0666 /dev/dri/renderD128
    [ "$status" != 0 ]
    [[ "$output" == *"Read-only file system"* ]]
}

# Runs beside a box: starts the hook so that a process of it waits as the user UID, and acts.
# usage: at HOOK UID ACTION COMMAND...: the hook runs under COMMAND; ACTION gets that process's id
cat >"$BATS_RUN_TMPDIR/at" <<'END'
hook=$1 uid=$2 action=$3
shift 3
"$@" "$hook" -q attach --pid "$LXC_PID" >/dev/null 2>&1 &
for _ in $(seq 400); do
    for pid in $(pgrep -x lxc-gpu-hook); do
        [ "$(stat -L -c %d:%i "/proc/$pid/exe" 2>/dev/null)" = "$(stat -L -c %d:%i "$hook")" ] || continue
        [ "$(sed -n 's/^Uid:\t\([0-9]*\).*/\1/p' "/proc/$pid/status" 2>/dev/null)" = "$uid" ] || continue
        "$action" "$pid"
        exit
    done
    sleep 0.01
done
echo "no process of uid $uid"
exit 1
END

@test "neither process in the container has a group of whoever started the hook" {
    "$box" -- setpriv --groups 0,107 strace -f -qq -o "$work/trace" -e trace=setgroups,setresgid,setresuid \
        "$hook" -q attach --pid '{}' || [ $? = 9 ]
    cat "$work/trace"
    for uid in 0 165534; do
        pid=$(sed -nE "s/^([0-9]+) +setresuid\($uid, $uid, $uid\) += 0$/\1/p" "$work/trace")
        [ -n "$pid" ]
        [ "$(grep "^$pid " "$work/trace" | grep -cE 'setgroups\(0, NULL\) += 0$')" = 1 ]
        [ "$(grep "^$pid " "$work/trace" | grep -c setgroups)" = 1 ]
    done
    grep -qE 'setresgid\(102992, 102992, 102992\) += 0$' "$work/trace"
}

@test "the hook killed while the process in the container hangs: that one is gone too" {
    chmod 0666 /dev/fuse
    # shellcheck disable=SC2317  # called by name
    kill_hook() {
        local hanging=$1 i
        sleep 0.3 # it has become the container's root, and now gets to its files
        kill -KILL "$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$hanging/status")"
        for i in $(seq 100); do
            [ -e "/proc/$hanging" ] || { echo gone; return; }
            sleep 0.05
        done
        echo "$hanging is left"
        kill -KILL "$hanging"
    }
    export -f kill_hook
    # env: not under strace, which would end it with itself
    "$box" --fuse etc -- bash "$BATS_RUN_TMPDIR/at" "$hook" 100000 kill_hook env >"$work/said" 2>&1 || echo "status $?" >>"$work/said"
    cat "$work/said"
    grep -qx gone "$work/said"
    no_hooks_left
}

@test "a process in the container that cannot be killed holds nobody who reads the hook's output" {
    chmod 0666 /dev/fuse
    # shellcheck disable=SC2016  # for the inner shell
    timeout 50 "$box" --fuse etc --taken -- bash -c '
        "$1" attach --pid "$LXC_PID" 2>&1 | cat
        # what has hung is there when its output has ended
        pgrep -x lxc-gpu-hook >/dev/null && echo still there' sh "$hook" >"$work/said"
    cat "$work/said"
    tr -s ' \n' ' ' <"$work/said" | grep -q "no answer from the container's files"
    grep -qx 'still there' "$work/said"
    no_hooks_left
}

@test "lxc-gpu-bind is started without an environment" {
    chmod 0666 /dev/dri/renderD128
    mkdir -p "$work/edge"/{dev,etc}
    chown -R 100000:100000 "$work/edge"
    lxc-usernsexec -m b:0:100000:65536 -- unshare -m env LXC_HOOK_TYPE=mount LXC_NAME=c LXC_ROOTFS_MOUNT="$work/edge" \
        LIBMOUNT_DEBUG=all LD_LIBRARY_PATH=/nonexistent strace -f -qq -v -s 200 -e trace=execve "$hook" 2>"$work/trace"
    cat "$work/trace"
    [ "$(grep -c 'execve(.*"lxc-gpu-bind", "/dev/dri/renderD128"\], \[\])' "$work/trace")" = 1 ]
    [ "$(grep -c 'execve(.*"lxc-gpu-bind"' "$work/trace")" = 1 ]
}

@test "kept is a node's name with that node's number: no other device, and no other kind of file" {
    mkdir -p "$work/edge"/{etc,proc,dev/dri}
    echo 'render:x:2992:' >"$work/edge/etc/group"
    mknod "$work/edge/dev/dri/card0" c 226 0
    mknod "$work/edge/dev/dri/card1" c 1 3
    mknod "$work/edge/dev/dri/card2" c 226 3
    mknod "$work/edge/dev/dri/card4" b 226 4
    mknod "$work/edge/dev/dri/fb0" c 226 5
    : >"$work/edge/dev/dri/card6"
    chown -R 100000:100000 "$work/edge"
    "$box" --root "$work/edge" -- "$hook" attach --no-probe --pid '{}' >"$work/said" 2>&1
    cat "$work/said"
    [ "$(grep '^dri:' "$work/said" | grep -oE '(card|renderD|fb)[0-9]+' | sort | tr '\n' ' ')" = "card0 renderD128 " ]
}

@test "a dead node that sysfs describes: check and the start say 9, both" {
    device 128 0000:00:02.0 i915 0x8086 0x4680
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook"; } | container c1
    run "$hook" check c1 -P "$lxcpath"
    echo "$output"
    [ "$status" = 9 ]
    start_fails c1
    status_is c1 9
}
