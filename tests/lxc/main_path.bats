#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# One line of config: the host's node, owned by the container's own root and render group, whatever
# the id map is.

setup() {
    load lib.bash
    reset_host
    node renderD128 226 128
}

teardown() {
    stop c1
}

# shows OWNER GROUP MODE: what `ls -ln` prints of the node inside
shows() {
    in_container c1 ls -ln /dev/dri/renderD128 >"$work/ls"
    cat "$work/ls"
    grep -Eq "^c$3 +1 $1 +$2 +226, 128 .*renderD128$" "$work/ls"
}

@test "the one line reaches the driver: only its answer (ENXIO) is missing on a node made by hand" {
    { idmap "0 100000 65536"; echo "lxc.include = /usr/share/lxc/config/gpu.conf"; } | container c1
    start_fails c1
    status_is c1 9
    hook_said c1 | grep -q "add GPU to container c1: /dev/dri/renderD128 does not answer: no driver behind it: No such device"
    hook_said c1 | grep -q "^fix: dmesg"
}

@test "hook version 1 is understood as version 0 is" {
    { idmap "0 100000 65536"; echo "lxc.hook.version = 1"; echo "lxc.hook.start-host = $hook --no-probe"; } | container c1
    start c1
    shows 0 2992 rw-rw----
}

@test "one extent" {
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe"; } | container c1
    start c1
    shows 0 2992 rw-rw----
}

@test "a base other than 100000" {
    { idmap "0 1234567 65536"; echo "lxc.hook.start-host = $hook --no-probe"; } | container c1
    start c1
    shows 0 2992 rw-rw----
}

@test "several extents, the render group in one of its own" {
    {
        idmap "0 100000 2992" "2992 777000 1" "2993 202993 10000" "65534 500000 1"
        echo "lxc.hook.start-host = $hook --no-probe"
    } | container c1
    start c1
    shows 0 2992 rw-rw----
    pid=$(init_pid c1)
    [ "$(stat -c %u:%g "/proc/$pid/root/dev/dri/renderD128")" = 100000:777000 ]
}

@test "twenty extents, out of order" {
    extents=()
    for i in $(seq 19 -1 0); do
        extents+=("$((i * 200)) $((1000000 + i * 1000)) 200")
    done
    { idmap "${extents[@]}"; echo "lxc.hook.start-host = $hook --no-probe"; } | container c1
    start c1
    shows 0 2992 rw-rw----
}

@test "a privileged container: the ids are the host's own" {
    {
        echo "lxc.hook.start-host = $hook --no-probe"
    } | container c1
    start c1
    shows 0 2992 rw-rw----
}

@test "no render group in the guest: video is used, and said" {
    rootfs=$(own_rootfs c1)
    sed -i /^render:/d "$rootfs/etc/group"
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe"; } | container c1 "$rootfs"
    start c1
    shows 0 44 rw-rw----
    hook_said c1 | grep -q "warning: the container has no group render: video (gid 44) is used"
    rm -rf "$rootfs"
}

@test "neither render nor video: the guest's root group is used, and said" {
    rootfs=$(own_rootfs c1)
    echo 'root:x:0:' >"$rootfs/etc/group"
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe"; } | container c1 "$rootfs"
    start c1
    shows 0 0 rw-rw----
    hook_said c1 | grep -q "warning: .* root (gid 0) is used"
    rm -rf "$rootfs"
}

@test "no /etc/group at all: as without the groups" {
    rootfs=$(own_rootfs c1)
    rm "$rootfs/etc/group"
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe"; } | container c1 "$rootfs"
    start c1
    shows 0 0 rw-rw----
    rm -rf "$rootfs"
}

@test "--group NAME" {
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe --group viewer"; } | container c1
    start c1
    shows 0 1000 rw-rw----
}

@test "--group GID, --user and --mode" {
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe --group 4321 --user 1000 --mode 0640"; } | container c1
    start c1
    shows 1000 4321 rw-r-----
}

@test "the folder, by-path and its links belong to the guest's root" {
    device 128 0000:00:02.0 i915 0x8086 0x4680
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe"; } | container c1
    start c1
    [ "$(in_container c1 stat -c '%u:%g %a' /dev/dri)" = "0:0 755" ]
    [ "$(in_container c1 stat -c '%u:%g %a' /dev/dri/by-path)" = "0:0 755" ]
    [ "$(in_container c1 stat -c '%u:%g' /dev/dri/by-path/pci-0000:00:02.0-render)" = "0:0" ]
}

@test "an ordinary guest user in the group gets as far as the driver, one outside it does not" {
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe"; } | container c1
    start c1
    run in_container c1 su viewer -c 'cat /dev/dri/renderD128'
    [[ "$output" == *"No such device"* ]]
    run in_container c1 su nobody -c 'cat /dev/dri/renderD128'
    [[ "$output" == *"Permission denied"* ]]
}
