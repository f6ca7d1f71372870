#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A driver that came back: attach --all gives the containers that have a right to nodes those that a start would give
# them now, and nobody else any; detach takes them off.

setup() {
    load lib.bash
    reset_host
    node renderD128 226 128
}

teardown() {
    for name in "$lxcpath"/*/; do
        name=$(basename "$name")
        [ ! -e "$lxcpath/$name/config" ] || stop "$name"
        rm -rf "${lxcpath:?}/$name"
    done
}

# with_right NAME [OPTION...]: a container whose config starts the hook
with_right() {
    local name=$1
    shift
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe $*"; } | container "$name"
    start "$name"
}

heal() {
    "$hook" attach --all -P "$lxcpath" "$@" >"$work/said" 2>&1 && status=0 || status=$?
    cat "$work/said"
    # written to be read on a screen
    [ "$(grep -v '^fix: ' "$work/said" | grep -cE '.{81}')" = 0 ]
}

# unwrapped: what was said, each message on a line
unwrapped() { sed -e ':a' -e 'N;$!ba' -e 's/\n \+/ /g' "$work/said"; }

# has NAME: the nodes in its /dev/dri, with owner and mode; "none" without the directory
# shellcheck disable=SC2016  # in there
has() {
    in_container "$1" sh -c 'cd /dev/dri 2>/dev/null || { echo none; exit; }
        for n in *; do [ ! -c "$n" ] || stat -c "%n=%t:%T,%u:%g,%a" "$n"; done' | tr '\n' ' ' | sed 's/ $//'
}

# mounts NAME: what is mounted on its /dev/dri
mounts() { grep ' /dev/dri ' "/proc/$(init_pid "$1")/mountinfo"; }

# Nothing may stop a container from calling its own file system so.
forge() {
    in_container "$1" sh -c 'mkdir -p /dev/dri && mount -t tmpfs -o mode=0755 lxc-gpu-hook /dev/dri'
}

@test "another number after a reload: who has a right has the node again, and no other container has any" {
    with_right right
    with_right other --group video --mode 0666
    idmap "0 200000 65536" | container none
    idmap "0 300000 65536" | container forger
    start none
    start forger
    forge forger
    for name in right other; do [[ "$(has $name)" == renderD128=e2:80* ]]; done
    reset_host
    node renderD129 226 129
    heal
    [ "$status" = 0 ]
    [ "$(has right)" = "renderD129=e2:81,0:2992,660" ]
    [ "$(has other)" = "renderD129=e2:81,0:44,666" ]
    [ "$(has none)" = none ]
    [ -z "$(has forger)" ]
    # one file system each, and the forger's own is still its own
    for name in right other forger; do [ "$(mounts $name | wc -l)" = 1 ]; done
    mounts forger | grep -q 'uid=300000'
    [ "$(unwrapped | grep -c 'is ready')" = 2 ]
}

# metric NAME CONTAINER: its value in the file
metric() { sed -n "s|^lxc_gpu_container_$1{container=\"$2\",started_by_uid=\"0\",lxcpath=\"$lxcpath\"} ||p" "$work/metrics/lxc.prom"; }

@test "status --metrics: who has a right, who has nodes, in a file for everybody to read; --watch" {
    with_right right
    with_right robbed
    idmap "0 200000 65536" | container none
    start none
    "$hook" detach -q -P "$lxcpath" robbed
    rm -rf "$work/metrics"
    mkdir "$work/metrics"
    (umask 077; "$hook" status --metrics "$work/metrics/lxc.prom")
    cat "$work/metrics/lxc.prom"
    [ "$(stat -c %a "$work/metrics"/*)" = 644 ]
    [ "$(metric has_right right):$(metric nodes right)" = 1:1 ]
    [ "$(metric has_right robbed):$(metric nodes robbed)" = 1:0 ]
    [ "$(metric has_right none):$(metric nodes none)" = 0:0 ]
    # a config that others can change gives no right
    chown 7001 "$lxcpath/right/config"
    "$hook" status --metrics "$work/metrics/lxc.prom"
    [ "$(metric has_right right):$(metric nodes right)" = 0:1 ]
    # a failure leaves the old file
    run "$hook" status --metrics "$work/none/lxc.prom"
    [ "$status" = 1 ]
    [[ "$output" == *"write the metrics to $work/none/lxc.prom"* ]]
    for words in '--metrics - --json' '--metrics - --watch' '--json --watch' '--metrics - right'; do
        # shellcheck disable=SC2086  # words
        run "$hook" status $words
        [ "$status" = 2 ]
    done
    run as_user "$hook" status --metrics -
    [ "$status" = 7 ]
    [[ "$output" == *"fix: sudo lxc-gpu-hook status --metrics -" ]]
    run as_user "$hook" status --metrics /srv/gpu.prom
    [[ "$output" == *"fix: sudo lxc-gpu-hook status --metrics /srv/gpu.prom" ]]
    run as_user "$hook" status
    [ "$status" = 0 ]
    # three looks and more, and no byte for a terminal where there is none
    timeout -s INT 6 "$hook" status --watch right >"$work/watched" || [ $? = 124 ]
    [ "$(grep -c '^CONTAINER' "$work/watched")" -ge 3 ]
    [ "$(grep -c '^right .*renderD128' "$work/watched")" = "$(grep -c '^CONTAINER' "$work/watched")" ]
    [ "$(tr -d '[:print:]\n' <"$work/watched" | wc -c)" = 0 ]
}

@test "ten reloads, with numbers that change: one file system each time, and nothing left behind" {
    with_right right
    with_right second
    cp /proc/self/mountinfo "$work/before"
    for number in 129 128 130 128 131 128 129 130 131 132; do
        reset_host
        node "renderD$number" 226 "$number"
        heal -q
        [ "$status" = 0 ]
        [ ! -s "$work/said" ]
        for name in right second; do
            [ "$(has $name)" = "renderD$number=e2:$(printf %x "$number"),0:2992,660" ]
            [ "$(mounts $name | wc -l)" = 1 ]
        done
    done
    diff "$work/before" /proc/self/mountinfo
}

@test "where a container has what a start would give it, nothing is touched" {
    device 128 0000:00:02.0 i915 0x8086 0x3e92
    with_right right
    before=$(mounts right)
    heal -v
    [ "$status" = 0 ]
    unwrapped | grep -q "container right: has the nodes that a start would give it"
    [ "$(mounts right)" = "$before" ]
    # the same number, and another device behind it
    rm -rf /sys/dev/char/*
    device 128 0000:03:00.0 amdgpu 0x1002 0x73bf
    heal
    [ "$(mounts right)" != "$before" ]
    in_container right readlink /dev/dri/by-path/pci-0000:03:00.0-render
    [ "$(in_container right ls /dev/dri/by-path | wc -l)" = 1 ]
}

@test "what the container has done to its nodes is no right and no hindrance: taken off, hidden, replaced" {
    with_right right
    whole=$(has right)
    in_container right umount /dev/dri
    heal && [ "$status" = 0 ]
    [ "$(has right)" = "$whole" ]
    in_container right sh -c 'mount -o bind /dev/null /dev/dri/renderD128'
    heal && [ "$status" = 0 ]
    [ "$(has right)" = "$whole" ]
    forge right
    heal && [ "$status" = 0 ]
    [ "$(has right)" = "$whole" ]
}

@test "a container that had no node at its start gets the one that comes" {
    reset_host
    with_right right --optional
    [ "$(has right)" = none ]
    node renderD128 226 128
    heal && [ "$status" = 0 ]
    [ "$(has right)" = "renderD128=e2:80,0:2992,660" ]
}

@test "no node on the host: 3, and what the container has stays; with --optional no error" {
    with_right right
    reset_host
    heal
    [ "$status" = 3 ]
    [[ "$(has right)" == renderD128* ]]
    with_right other --optional
    stop right
    heal
    [ "$status" = 0 ]
}

@test "one that fails does not keep the others from theirs, and says why" {
    with_right first
    with_right second
    in_container first sh -c 'umount /dev/dri && rmdir /dev/dri && echo >/dev/dri'
    reset_host
    node renderD129 226 129
    heal
    [ "$status" = 6 ]
    unwrapped | grep -q "add GPU to container first: .*/dev/dri.*regular file"
    unwrapped | grep -q "1 of the containers with a right to nodes could not be given theirs"
    [[ "$(has second)" == renderD129* ]]
}

@test "a config that others than root can write gives no right, and that is said" {
    with_right right
    chown 7001 "$lxcpath/right/config"
    reset_host
    node renderD129 226 129
    heal
    [ "$status" = 0 ]
    unwrapped | grep -q "skipped: root obeys no config that others can write: .*/right belongs to uid\|skipped: .*config belongs to uid 7001"
    [[ "$(has right)" == renderD128* ]]
    chown 0 "$lxcpath/right/config"
}

@test "a container that an ordinary user started is skipped, and that is said: its nodes are the host's own" {
    echo tester:107:1 >>"$work/subgid"
    {
        echo "lxc.include = /usr/share/lxc/config/userns.conf"
        echo "lxc.idmap = u 0 300000 65536"
        for extent in "0 300000 2992" "2992 107 1" "2993 302993 62543"; do echo "lxc.idmap = g $extent"; done
        echo "lxc.hook.mount = $hook"
        echo "lxc.hook.start-host = $hook --no-probe"
    } | user_container c1
    user_start c1
    before=$(in_user_container c1 stat -c '%d:%i' /dev/dri/renderD128)
    lxcpath=$userpath heal
    user_said=$(unwrapped)
    after=$(in_user_container c1 stat -c '%d:%i' /dev/dri/renderD128)
    # as root, by its name: refused too
    "$hook" detach c1 -P "$userpath" >"$work/said" 2>&1 && detached=0 || detached=$?
    user_stop c1
    [ "$status" = 0 ]
    [[ "$user_said" == *"container c1 of "*" is skipped: uid 7001 runs it"* ]]
    [ "$before" = "$after" ]
    [ "$detached" = 7 ]
}

@test "who answers in place of a container that does not run is not believed" {
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe"; } | container right
    setpriv --reuid 7001 --regid 7001 --clear-groups socat "ABSTRACT-LISTEN:$lxcpath/right/command,fork" /dev/null &
    squatter=$!
    until grep -qF "@$lxcpath/right/command" /proc/net/unix; do sleep 0.02; done
    heal
    kill "$squatter"
    [ "$status" = 0 ]
    unwrapped | grep -q "container right of .* is skipped: uid 7001 runs it"
}

@test "detach: the nodes are off, and nothing of them is left; twice is the same; attach --all brings them back" {
    with_right right
    "$hook" detach right -P "$lxcpath" >"$work/said" 2>&1
    grep -q "container right: the nodes are off" "$work/said"
    [ "$(has right)" = none ]
    [ -z "$(mounts right)" ]
    "$hook" detach right -P "$lxcpath" >"$work/said" 2>&1
    grep -q "container right: it has no nodes of this hook" "$work/said"
    "$hook" attach right -P "$lxcpath" --no-probe
    "$hook" detach -q --pid "$(init_pid right)" >"$work/said" 2>&1
    [ ! -s "$work/said" ]
    [ "$(has right)" = none ]
    heal
    [[ "$(has right)" == renderD128* ]]
}

@test "detach leaves what is the container's own" {
    idmap "0 300000 65536" | container forger
    start forger
    forge forger
    before=$(mounts forger)
    "$hook" detach forger -P "$lxcpath" >"$work/said" 2>&1
    grep -q "it has no nodes of this hook" "$work/said"
    [ "$(mounts forger)" = "$before" ]
}

@test "detach of a privileged container, and one with a node of its own below" {
    echo "lxc.hook.start-host = $hook --no-probe" | container right
    start right
    "$hook" detach right -P "$lxcpath"
    [ "$(has right)" = none ]
    stop right
    node card0 226 0
    {
        idmap "0 100000 65536"
        echo "lxc.mount.entry = /dev/dri/card0 dev/dri/card0 none bind,create=file 0 0"
        echo "lxc.hook.start-host = $hook --no-probe"
    } | container right
    start right
    "$hook" detach right -P "$lxcpath"
    in_container right test -c /dev/dri/card0
    in_container right test ! -e /dev/dri/renderD128
}

# refused STATUS TEXT WORD...
refused() {
    local due=$1 text=$2 status=0
    shift 2
    "$@" >"$work/said" 2>&1 || status=$?
    cat "$work/said"
    [ "$status" = "$due" ]
    unwrapped | grep -qF -- "$text"
}

@test "what is refused" {
    refused 2 "attach --all takes no container's name and no --pid" "$hook" attach --all c1
    refused 2 "attach --all takes no container's name and no --pid" "$hook" attach --all --pid 1
    refused 2 "attach --all takes no options for the nodes" "$hook" attach --all --select all
    refused 2 "attach --all takes no options for the nodes" "$hook" attach --all --wait 5
    refused 2 "--all is no option of detach" "$hook" detach --all
    refused 2 "detach wants the name of one container, or --pid PID" "$hook" detach
    refused 2 "container c1 is not running" bash -c "mkdir -p $lxcpath/c1 && : >$lxcpath/c1/config && $hook detach c1 -P $lxcpath"
    user=(setpriv --reuid 7001 --regid 7001 --clear-groups)
    refused 7 "sudo lxc-gpu-hook attach --all" "${user[@]}" "$hook" attach --all
    refused 7 "sudo lxc-gpu-hook detach c1" "${user[@]}" "$hook" detach c1
}

@test "killed or refused anywhere: the next run heals, and nothing is left behind" {
    export ASAN_OPTIONS=detect_leaks=0
    with_right right
    cp /proc/self/mountinfo "$work/before"
    number=128
    for call in connect fsopen fsmount mknodat setns open_tree umount2 move_mount clone sendmsg; do
        for action in signal=KILL error=ENOMEM; do
            number=$((number == 140 ? 128 : number + 1))
            reset_host
            node "renderD$number" 226 "$number"
            strace -f -qq -o /dev/null -e "inject=$call:$action:when=1" "$hook" attach --all -P "$lxcpath" >"$work/said" 2>&1 &&
                status=0 || status=$?
            # what failed has said so; what was killed may have been an own process
            [ "$status" != 0 ] || [[ "$(has right)" == renderD$number* ]]
            [ "$action" != error=ENOMEM ] || [ "$status" = 0 ] || grep -q '^lxc-gpu-hook: ' "$work/said"
            heal
            [ "$status" = 0 ]
            [ "$(has right)" = "renderD$number=e2:$(printf %x "$number"),0:2992,660" ]
            [ "$(mounts right | wc -l)" = 1 ]
        done
    done
    diff "$work/before" /proc/self/mountinfo
    load hostile.bash
    no_hooks_left
}

@test "detach, killed or refused anywhere: all is there or nothing, and the next one takes it off" {
    export ASAN_OPTIONS=detect_leaks=0
    with_right right
    whole=$(has right)
    cp /proc/self/mountinfo "$work/before"
    for call in connect clone setns setresuid openat2 getdents64 sendmsg umount2 unlinkat; do
        for action in signal=KILL error=ENOMEM; do
            heal -q
            strace -f -qq -o /dev/null -e "inject=$call:$action:when=1" "$hook" detach right -P "$lxcpath" >"$work/said" 2>&1 &&
                status=0 || status=$?
            case $status in
                0) [ "$(has right)" = none ] || [ "$call" = unlinkat ] ;;
                *) [ "$(has right)" = "$whole" ] || [ "$(has right)" = none ] || [ "$action" = signal=KILL ] ;;
            esac
            [ "$action:$status" = error=ENOMEM:0 ] || [ "$action" = signal=KILL ] || grep -q '^lxc-gpu-hook: ' "$work/said"
            "$hook" detach -q right -P "$lxcpath"
            [ -z "$(mounts right)" ]
        done
    done
    diff "$work/before" /proc/self/mountinfo
    load hostile.bash
    no_hooks_left
}

@test "the rule, the path unit and the service: systemd takes them, and they speak of one file and of what is installed" {
    units=$work/stage/usr/lib/systemd/system
    rule=$work/stage/usr/lib/udev/rules.d/72-lxc-gpu-refresh.rules
    systemd-analyze verify --man=no "$units/lxc-gpu-refresh.service" "$units/lxc-gpu-refresh.path"
    file=$(sed -n 's/^PathExists=//p' "$units/lxc-gpu-refresh.path")
    [ "$file" = /run/lxc-gpu-refresh ]
    grep -qx "ExecStartPre=/bin/rm -f $file" "$units/lxc-gpu-refresh.service"
    grep -qF "RUN+=\"/bin/touch $file\"" "$rule"
    grep -qF 'ENV{SYSTEMD_WANTS}+="lxc-gpu-refresh.path"' "$rule"
    grep -qx 'StartLimitIntervalSec=0' "$units/lxc-gpu-refresh.service"
    # the file goes before anything is looked at
    [ "$(grep -n '^ExecStart=' "$units/lxc-gpu-refresh.service" | cut -d : -f 1)" -gt "$(grep -n 'rm -f' "$units/lxc-gpu-refresh.service" | cut -d : -f 1)" ]
    command=$(sed -n 's/^ExecStart=//p' "$units/lxc-gpu-refresh.service")
    [ "$command" = "$hook attach --all" ]
    # a newer udev says what it does not understand
    ! udevadm verify --help >/dev/null 2>&1 || udevadm verify "$rule"
}
