#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a person runs on the host: list, idmap, attach.

setup() {
    load lib.bash
    reset_host
    node renderD128 226 128 107
    cp "$work/subgid" "$work/subgid.before"
    cp "$work/rootfs/etc/group" "$work/group.before"
}

teardown() {
    stop c1 2>/dev/null || true
    rm -rf "${lxcpath:?}/c1" "${userpath:?}/c1"
    cat "$work/subgid.before" >"$work/subgid"
    cat "$work/group.before" >"$work/rootfs/etc/group"
}

@test "list: two GPUs, one, none, and junk" {
    device 128 0000:00:02.0 i915 0x8086 0x4680
    node renderD129 226 129 44
    device 129 0000:03:00.0 amdgpu 0x1002 0x73bf
    touch /dev/dri/renderD130
    run "$hook" list
    echo "$output"
    [ "$status" = 0 ]
    [[ "$output" == *"renderD128 0000:00:02.0 i915        intel   "*" 0660 Alder Lake-S (Gen12)"* ]]
    [[ "$output" == *"renderD129 0000:03:00.0 amdgpu      amd     video   0660 Navi 21 (RDNA 2)"* ]]
    [[ "$output" == *"/dev/dri/renderD130 is a regular file: not used"* ]]
    run "$hook" list --select vendor=amd
    [ "$(echo "$output" | grep -c '^renderD')" = 1 ]
    reset_host
    run "$hook" list
    [ "$status" = 3 ]
    [[ "$output" == *"no render node on this host"* ]]
}

@test "list: waits, is content with none when that is optional, shows cards, and speaks of no config" {
    device 128 0000:00:02.0 i915 0x8086 0x4680
    node renderD129 226 129 44
    node card1 226 1 44
    device 129 0000:03:00.0 amdgpu 0x1002 0x73bf
    device 1 0000:03:00.0 amdgpu 0x1002 0x73bf
    run "$hook" list --select renderD129 --with-card
    echo "$output"
    [ "$(echo "$output" | awk 'NR > 1 { print $1 }' | tr '\n' ' ')" = "card1 renderD129 " ]
    run "$hook" list --select vendor=nvidia
    echo "$output"
    [ "$status" = 3 ]
    [[ "$output" == *"lxc.hook.start-host = /usr/bin/lxc-gpu-hook --select pci=0000:03:00.0"* ]]
    reset_host
    node renderD128 226 128 107
    run "$hook" list
    [[ "$output" == *"renderD128 unknown      unknown     unknown "* ]]
    reset_host
    run "$hook" list
    echo "$output"
    [ "$status" = 3 ]
    [[ "$output" != *config* ]]
    [[ "$output" == *"fix: "* ]]
    run "$hook" list --optional
    echo "$output"
    [ "$status" = 0 ]
    [[ "$output" == *"warning: no render node on this host"* ]]
    (sleep 0.5; node renderD128 226 128 107) &
    run "$hook" list --wait 20
    [ "$status" = 0 ]
    wait
}

# One more on a PCI bus of our own: bus_gpu ADDRESS CLASS VENDOR DEVICE [DRIVER [PHYSICAL-FUNCTION]]
bus_gpu() {
    local device=$work/bus/devices/$1
    mkdir -p "$device" "$work/bus/drivers/${5:-none}"
    echo "$2" >"$device/class"
    echo "$3" >"$device/vendor"
    echo "$4" >"$device/device"
    [ -z "${5:-}" ] || ln -s "../../drivers/$5" "$device/driver"
    [ -z "${6:-}" ] || ln -s "../$6" "$device/physfn"
}

@test "list: virtual functions, what vfio-pci holds, and what has no driver; as JSON too" {
    rm -rf "$work/bus"
    bus_gpu 0000:03:00.0 0x030000 0x8086 0xe20b xe
    bus_gpu 0000:03:00.1 0x030000 0x8086 0xe20b xe 0000:03:00.0
    bus_gpu 0000:03:00.2 0x030000 0x8086 0xe20b vfio-pci 0000:03:00.0
    bus_gpu 0000:00:02.0 0x030000 0x8086 0x4680
    bus_gpu 0000:07:00.0 0x030000 0x1a03 0x2000 ast # the console of a server's board
    bus_gpu 0000:04:00.0 0x020000 0x8086 0x15b8 e1000e
    mount --bind "$work/bus" /sys/bus/pci
    device 128 0000:03:00.0 xe 0x8086 0xe20b
    device 129 0000:03:00.1 xe 0x8086 0xe20b
    node renderD129 226 129 107
    "$hook" list >"$work/listed"
    "$hook" list --json >"$work/listed.json"
    "$hook" list --select driver=xe >"$work/selected"
    umount /sys/bus/pci
    cat "$work/listed"
    [ "$(sed 1d "$work/listed" | tr -s ' ')" = "renderD128 0000:03:00.0 xe intel 107 0660 Arc Battlemage (Xe2)
renderD129 0000:03:00.1 xe intel 107 0660 Arc Battlemage (Xe2), virtual function of 0000:03:00.0
- 0000:00:02.0 none intel - - Alder Lake-S (Gen12), no render node
- 0000:03:00.2 vfio-pci intel - - Arc Battlemage (Xe2), virtual function of 0000:03:00.0, for virtual machines" ]
    [ "$(sed 1d "$work/selected" | awk '{ print $1 }' | xargs)" = 'renderD128 renderD129' ]
    [ "$(python3 -c 'import json, sys
print(*(g["pci"] for g in json.load(open(sys.argv[1]))["gpus"] if g["for_virtual_machines"]))' "$work/listed.json")" = 0000:03:00.2 ]
    run "$hook" list --optional --json --select vendor=nvidia
    [ "$status" = 0 ]
    [[ "$output" == *'"gpus": []'* ]]
}

# The report that this project began with: host render 107, guest render 109, user lxc.
classic() {
    sed -i 's/^render:.*/render:x:109:viewer/' "$work/rootfs/etc/group"
    printf 'lxc:100000:65536\nroot:100000:65536\n' >"$work/subgid"
    {
        printf '# a comment that stays\nlxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536 \n'
        echo "lxc.environment = A=b"
        echo "lxc.include = /usr/share/lxc/config/gpu.conf"
    } | container c1
    grep -q '^lxc:' /etc/passwd || echo "lxc:x:7002:7002::/nonexistent:/bin/sh" >>/etc/passwd
    chown -R 7002:7002 "$lxcpath/c1"
}

# as_lxc COMMAND...: as the user lxc of classic
as_lxc() {
    setpriv --reuid 7002 --regid 7002 --clear-groups env -u XDG_RUNTIME_DIR HOME="$lxcpath/c1" "$@"
}

@test "idmap: the classic case, number for number" {
    classic
    run as_lxc "$hook" idmap c1 -P "$lxcpath"
    echo "$output"
    [ "$status" = 0 ]
    [ "$(echo "$output" | grep -v '^#')" = "lxc.idmap = g 0 100000 109
lxc.idmap = g 109 107 1
lxc.idmap = g 110 100110 65426
sudo sh -c 'echo lxc:107:1 >>/etc/subgid'" ]
    eval "$(echo "$output" | sed -n 's/^sudo //p')"
    [ "$(tail -n 1 "$work/subgid")" = lxc:107:1 ]
    run as_lxc "$hook" idmap c1 -P "$lxcpath"
    [ "$status" = 0 ]
    [[ "$output" != *subgid* ]]
}

@test "idmap --write: only the g lines change, a backup is kept, and a second run changes nothing" {
    classic
    before=$(cat "$lxcpath/c1/config")
    run setpriv --reuid 7002 --regid 7002 --clear-groups env -u XDG_RUNTIME_DIR HOME="$lxcpath/c1" "$hook" idmap c1 -P "$lxcpath" --write
    echo "$output"
    [ "$status" = 0 ]
    [ "$(cat "$lxcpath/c1/config.lxc-gpu-hook.bak")" = "$before" ]
    [ "$(diff <(echo "$before") "$lxcpath/c1/config" | grep '^[<>]')" = "< lxc.idmap = g 0 100000 65536 
> lxc.idmap = g 0 100000 109
> lxc.idmap = g 109 107 1
> lxc.idmap = g 110 100110 65426" ]
    [ "$(stat -c %u:%g "$lxcpath/c1/config")" = 7002:7002 ]
    once=$(cat "$lxcpath/c1/config")
    run setpriv --reuid 7002 --regid 7002 --clear-groups env -u XDG_RUNTIME_DIR HOME="$lxcpath/c1" "$hook" idmap c1 -P "$lxcpath" --write
    [ "$status" = 0 ]
    [[ "$output" == *"nothing to change"* ]]
    [ "$(cat "$lxcpath/c1/config")" = "$once" ]
    [ "$(cat "$lxcpath/c1/config.lxc-gpu-hook.bak")" = "$before" ]
}

@test "idmap --write by root on another user's config is refused, with the way to do it" {
    classic
    before=$(cat "$lxcpath/c1/config")
    run "$hook" idmap c1 -P "$lxcpath" --write
    echo "$output"
    [ "$status" = 7 ]
    [[ "$output" == *"belongs to uid 7002"* ]]
    [ "$(cat "$lxcpath/c1/config")" = "$before" ]
}

@test "idmap --write refuses when the maps come from an included file, and prints the lines" {
    printf 'lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\nlxc.idmap = g 2992 107 1\n' >"$work/maps.conf"
    echo "lxc.include = $work/maps.conf" | container c1
    before=$(cat "$lxcpath/c1/config")
    run "$hook" idmap c1 -P "$lxcpath" --write
    echo "$output"
    [ "$status" = 4 ]
    [[ "$output" == *"lxc.idmap = g 2992 107 1"* ]]
    [[ "$output" == *"an included file"* ]]
    [ "$(cat "$lxcpath/c1/config")" = "$before" ]
    [ ! -e "$lxcpath/c1/config.lxc-gpu-hook.bak" ]
}

@test "idmap: not needed where root starts the container: 0 without a line; --write refuses (2) and writes nothing" {
    for maps in "" "0 100000 65536" "0 1 2000000"; do
        # shellcheck disable=SC2086  # several maps
        if [ -n "$maps" ]; then idmap "$maps"; fi | container c1
        # the config works as it is, and has to go on to
        echo "lxc.include = /usr/share/lxc/config/gpu.conf" >>"$lxcpath/c1/config"
        before=$(cat "$lxcpath/c1/config")
        run "$hook" idmap c1 -P "$lxcpath"
        echo "$output"
        [ "$status" = 0 ]
        [[ "$output" == *"no lxc.idmap line is needed for that; nothing to change" ]]
        [[ "$output" != *"lxc.idmap = "* ]]
        [[ "$output" != *subgid* ]]
        run "$hook" idmap c1 -P "$lxcpath" --write
        echo "$output"
        [ "$status" = 2 ]
        [[ "$(echo "$output" | tr '\n' ' ' | tr -s ' ')" == *"no lxc.idmap line is needed for that; nothing is written"* ]]
        [ "$(cat "$lxcpath/c1/config")" = "$before" ]
        [ "$(ls "$lxcpath/c1")" = config ]
    done
}

@test "idmap: the lines that people write beside the whole range overlap; named and corrected" {
    {
        printf 'lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\nlxc.idmap = g 2992 107 1\n'
    } | container c1
    run "$hook" idmap c1 -P "$lxcpath"
    echo "$output"
    [ "$status" = 0 ]
    [[ "$output" == *"the lines 'g 0 100000 65536' and 'g 2992 107 1' claim the same ids"* ]]
    [[ "$output" == *"lxc.idmap = g 0 100000 2992
lxc.idmap = g 2992 107 1
lxc.idmap = g 2993 102993 62543"* ]]
}

@test "idmap: two render nodes with different groups: one is served, the other is named" {
    node renderD129 226 129 44
    idmap "0 300000 65536" | user_container c1
    run as_user "$hook" idmap c1 -P "$userpath"
    echo "$output"
    [[ "$output" == *"lxc.idmap = g 2992 107 1"* ]]
    [[ "$output" == *"renderD129 belongs to host gid 44, not 107"* ]]
    run as_user "$hook" idmap c1 -P "$userpath" --select renderD129
    [[ "$output" == *"lxc.idmap = g 2992 44 1"* ]]
}

@test "idmap: neither the guest's group root nor the host's is mapped (4)" {
    idmap "0 300000 65536" | user_container c1
    sed -i '/^render:/d; /^video:/d' "$work/rootfs/etc/group"
    run as_user "$hook" idmap c1 -P "$userpath"
    echo "$output"
    [ "$status" = 4 ]
    [[ "$output" == *"fix: getent group render >>/etc/group || groupadd -r render || addgroup -S render    # in the container"* ]]
    [[ "$output" != *lxc.idmap* ]]
    run as_user "$hook" idmap c1 -P "$userpath" --group 0
    [ "$status" = 4 ]
    cat "$work/group.before" >"$work/rootfs/etc/group"
    chgrp 0 /dev/dri/renderD128
    run as_user "$hook" idmap c1 -P "$userpath"
    echo "$output"
    [ "$status" = 4 ]
    output=$(echo "$output" | tr '\n' ' ' | tr -s ' ')
    [[ "$output" == *"/dev/dri/renderD128 belongs to the host's group root, which no container should get"* ]]
    [[ "$output" == *"fix: sh -c 'groupadd -rf render && udevadm trigger --settle --action=add --subsystem-match=drm'"* ]]
    [[ "$output" != *lxc.idmap* ]]
}

@test "idmap: the real newgidmap accepts a sample of calculated maps" {
    build=$TEST_BUILD
    "$build/tests/unit/test_hook_redirect" 25 >"$work/sample"
    [ "$(wc -l <"$work/sample")" = 25 ]
    while read -r -a numbers; do
        unshare --user sleep 60 &
        pid=$!
        until [ "$(readlink "/proc/$pid/ns/user")" != "$(readlink /proc/self/ns/user)" ]; do sleep 0.01; done
        newgidmap "$pid" "${numbers[@]}"
        [ "$(wc -l <"/proc/$pid/gid_map")" = $((${#numbers[@]} / 3)) ]
        kill "$pid"
        wait "$pid" || true
    done <"$work/sample"
}

@test "idmap: unknown container, privileged container, no name" {
    run "$hook" idmap nope -P "$lxcpath"
    [ "$status" = 2 ]
    [[ "$output" == *"there is no container 'nope'"* ]]
    [[ "$output" == *"fix: # a container of another user: as that user"* ]]
    [[ "$output" == *"fix: # a container of Incus: lxc-gpu-hook attach --pid \$(incus list '^nope\$' -c p -f csv)"* ]]
    run "$hook" idmap nope
    [[ "$(echo "$output" | tr '\n' ' ' | tr -s ' ')" == *"there is no container 'nope' under /"* ]]
    echo "" | user_container c1
    run as_user "$hook" idmap c1 -P "$userpath"
    [ "$status" = 4 ]
    [[ "$output" == *"has no lxc.idmap lines"* ]]
    run "$hook" idmap
    [ "$status" = 2 ]
}

@test "attach: a running container gets the nodes, twice over, and keeps its own" {
    device 128 0000:00:02.0 i915 0x8086 0x4680
    idmap "0 100000 65536" | container c1
    start c1
    run in_container c1 ls /dev/dri
    [ "$status" != 0 ]
    "$hook" attach c1 -P "$lxcpath" --no-probe
    [ "$(in_container c1 stat -c '%u:%g %t:%T' /dev/dri/renderD128)" = "0:2992 e2:80" ]
    node renderD129 226 129
    "$hook" attach --pid "$(init_pid c1)" --no-probe
    [ "$(in_container c1 ls /dev/dri | tr '\n' ' ')" = "by-path renderD128 renderD129 " ]
    [ "$(in_container c1 grep -c ' /dev/dri ' /proc/self/mountinfo)" = 1 ]
    "$hook" attach c1 -P "$lxcpath" --no-probe --select renderD129
    [ "$(in_container c1 ls /dev/dri)" = renderD129 ]
}

@test "attach: a node that does not answer is not left in a container that runs; what was there comes back" {
    idmap "0 100000 65536" | container c1
    start c1
    mounts() { in_container c1 cat /proc/self/mountinfo | grep -c ' /dev/dri'; }
    run "$hook" attach c1 -P "$lxcpath"
    [ "$status" = 9 ]
    run in_container c1 ls /dev/dri
    [ "$status" != 0 ]
    # the node of an earlier run
    "$hook" attach c1 -P "$lxcpath" --no-probe
    before=$(in_container c1 ls -ln /dev/dri)
    count=$(mounts)
    node renderD129 226 129
    run "$hook" attach c1 -P "$lxcpath"
    echo "$output"
    [ "$status" = 9 ]
    [ "$(echo "$output" | grep -c 'does not answer')" = 1 ]
    [ "$(in_container c1 ls -ln /dev/dri)" = "$before" ]
    [ "$(mounts)" = "$count" ]
}

@test "attach: a second one keeps what the container's own config brought" {
    node card0 226 0 44
    {
        idmap "0 100000 65536"
        echo "lxc.mount.entry = /dev/dri/card0 dev/dri/card0 none bind,optional,create=file"
    } | container c1
    start c1
    "$hook" attach c1 -P "$lxcpath" --no-probe
    "$hook" attach c1 -P "$lxcpath" --no-probe
    [ "$(in_container c1 ls /dev/dri | tr '\n' ' ')" = "card0 renderD128 " ]
    [ "$(in_container c1 stat -c %t:%T /dev/dri/card0)" = e2:0 ]
}

@test "an answer that cannot be written is no success" {
    idmap "0 100000 65536" | container c1
    both="lxc.hook.start-host = $hook --no-probe"
    echo "$both" >>"$lxcpath/c1/config"
    for words in --help --version list "check c1 -P $lxcpath" "idmap c1 -P $lxcpath"; do
        # shellcheck disable=SC2086  # several words
        run bash -c '"$@" >/dev/full' - "$hook" $words
        echo "$words: $output"
        [ "$status" = 1 ]
        [ "$output" = "lxc-gpu-hook: write the answer: No space left on device" ]
    done
}

@test "attach: root that may not trace the container's init is not told to be root" {
    idmap "0 100000 65536" | container c1
    start c1
    run setpriv --bounding-set -sys_ptrace "$hook" attach c1 -P "$lxcpath"
    echo "$output"
    [ "$status" = 7 ]
    [ "$(echo "$output" | grep '^fix: ')" = "fix: # root, but without that right: run it on the host, not in a container" ]
    run unshare --user --map-root-user "$hook" attach --pid "$(init_pid c1)"
    echo "$output"
    [ "$status" = 7 ]
    [ "$(echo "$output" | grep '^fix: ')" = "fix: # root, but without the right to trace that process: run it on the host, not in a container" ]
}

@test "attach: not running, no such container, no container's process" {
    idmap "0 100000 65536" | container c1
    run "$hook" attach c1 -P "$lxcpath"
    [ "$status" = 2 ]
    [[ "$output" == *"container c1 is not running"* ]]
    run "$hook" attach nope -P "$lxcpath"
    [ "$status" = 2 ]
    run "$hook" attach --pid $$
    [ "$status" = 2 ]
    [[ "${output//$'\n'    / }" == *"is in no container"* ]]
    run "$hook" attach --pid 4194304
    [ "$status" = 2 ]
    run "$hook" attach --pid 0
    [ "$status" = 2 ]
}
