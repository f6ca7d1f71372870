#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each exit status that a root-started container can meet: its number, its cause, and its fix applied.

setup() {
    load lib.bash
    reset_host
    node renderD128 226 128
}

teardown() {
    stop c1
}

unprivileged() {
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook $1"; } | container c1 "${2:-$work/rootfs}"
}

@test "3: no /dev/dri on the host" {
    reset_host
    unprivileged ""
    start_fails c1
    status_is c1 3
    hook_said c1 | grep -q "no render node on this host: there is no /dev/dri: no GPU driver is loaded"
}

@test "3: an empty /dev/dri on the host" {
    rm /dev/dri/*
    unprivileged ""
    start_fails c1
    status_is c1 3
    hook_said c1 | grep -q "/dev/dri holds none"
}

@test "3: renderD128 is a regular file; removed as the fix says, the next cause shows" {
    rm /dev/dri/renderD128
    touch /dev/dri/renderD128
    unprivileged ""
    start_fails c1
    status_is c1 3
    hook_said c1 | grep -q "/dev/dri/renderD128 is a regular file, not character device 226:128"
    fix=$(hook_said c1 | sed -n 's/^fix: //p')
    [ "$fix" = "rm -f /dev/dri/renderD128" ]
    $fix
    start_fails c1
    hook_said c1 | grep -q "/dev/dri holds none"
}

@test "3: renderD128 has another number" {
    rm /dev/dri/renderD128
    mknod /dev/dri/renderD128 c 1 3
    unprivileged ""
    start_fails c1
    status_is c1 3
    hook_said c1 | grep -q "/dev/dri/renderD128 is a character device 1:3, not character device 226:128"
}

@test "0: --optional without a node starts, says so, and makes nothing" {
    reset_host
    unprivileged "--optional"
    start c1
    hook_said c1 | grep -q "warning: no render node on this host"
    run in_container c1 ls /dev/dri
    [ "$status" != 0 ]
}

@test "0: --wait: the node appears after 2 seconds, and half the time that was given" {
    reset_host
    (sleep 2 && node renderD128 226 128) &
    unprivileged "--wait 5 --no-probe"
    start c1
    in_container c1 ls /dev/dri/renderD128
    wait
}

@test "3: --wait in vain says how long, and that is how long it was" {
    reset_host
    unprivileged "--wait 1"
    began=$(date +%s%N)
    start_fails c1
    (($(date +%s%N) - began >= 1000000000))
    status_is c1 3
    hook_said c1 | grep -q "waited 1 s: no render node on this host"
}

@test "4: --group names a group that the guest lacks; made as the fix says, it works" {
    rootfs=$(own_rootfs c1)
    unprivileged "--no-probe --group media" "$rootfs"
    start_fails c1
    status_is c1 4
    hook_said c1 | grep -q "the container's group files have no group media"
    hook_said c1 | grep -q "fix: getent group media >>/etc/group || groupadd -r media"
    echo 'media:x:998:' >>"$rootfs/etc/group"
    start c1
    rm -rf "$rootfs"
}

@test "4: the guest's render gid is above the map" {
    { idmap "0 100000 1000"; echo "lxc.hook.start-host = $hook --no-probe"; } | container c1
    start_fails c1
    status_is c1 4
    hook_said c1 | grep -q "group render: guest gid 2992 is outside the container's id map (0-999)"
}

@test "4: --user above the map" {
    unprivileged "--no-probe --user 70000"
    start_fails c1
    status_is c1 4
    hook_said c1 | grep -q "guest uid 70000 is outside the container's id map (0-65535)"
}

@test "5: a privileged container's device rules deny 226; with the printed line only the driver is missing" {
    echo "lxc.hook.start-host = $hook" | container c1
    start_fails c1
    status_is c1 5
    hook_said c1 | grep -q "open /dev/dri/renderD128: the container's device cgroup denies it: Operation not permitted"
    fix=$(hook_said c1 | sed -n 's/^fix: //p')
    [[ "$fix" =~ ^lxc\.cgroup2?\.devices\.allow\ =\ c\ 226:128\ rwm$ ]]
    { echo "$fix"; echo "lxc.hook.start-host = $hook"; } | container c1
    start_fails c1
    status_is c1 9
}

@test "gpu-privileged.conf allows what gpu.conf cannot" {
    echo "lxc.include = /usr/share/lxc/config/gpu-privileged.conf" | container c1
    start_fails c1
    status_is c1 9
}

@test "6: /dev/dri in the guest is a symbolic link, a file" {
    for what in "ln -s /etc" "touch"; do
        rootfs=$(own_rootfs c1)
        static_dev "$rootfs"
        $what "$rootfs/dev/dri"
        { idmap "0 100000 65536"; no_autodev; echo "lxc.hook.start-host = $hook"; } | container c1 "$rootfs"
        start_fails c1
        status_is c1 6
        hook_said c1 | grep -Eq "/dev/dri in the container is a (symbolic link|regular file), and should be a directory"
        fix=$(hook_said c1 | sed -n 's/^fix: //p')
        [ "$fix" = "rm $rootfs/dev/dri" ]
        rm -rf "$rootfs"
    done
}

@test "6: /etc/group in the guest is a FIFO: no wait, no read" {
    rootfs=$(own_rootfs c1)
    rm "$rootfs/etc/group"
    mkfifo "$rootfs/etc/group"
    unprivileged "" "$rootfs"
    start_fails c1
    status_is c1 6
    hook_said c1 | grep -q "/etc/group is a FIFO"
    rm -rf "$rootfs"
}

@test "6: /etc/group of 8 GB" {
    rootfs=$(own_rootfs c1)
    truncate -s 8G "$rootfs/etc/group"
    unprivileged "" "$rootfs"
    start_fails c1
    status_is c1 6
    hook_said c1 | grep -q "/etc/group is larger than 4 MiB"
    rm -rf "$rootfs"
}

@test "6: a read-only rootfs without autodev and without /dev/dri; lxc.autodev = 1 mends it" {
    base() {
        idmap "0 100000 65536"
        echo "lxc.rootfs.options = ro"
        echo "lxc.hook.start-host = $hook --no-probe"
    }
    rootfs=$(own_rootfs c1)
    static_dev "$rootfs"
    { base; no_autodev; } | container c1 "$rootfs"
    start_fails c1
    status_is c1 6
    hook_said c1 | grep -q "make the directory /dev/dri in the container: "
    fix=$(hook_said c1 | sed -n 's/^fix: //p')
    [ "$fix" = "lxc.autodev = 1" ]
    { base; echo "$fix"; } | container c1 "$rootfs"
    start c1
    rm -rf "$rootfs"
}

# LeakSanitizer, in a build that has it, cannot work under strace.
@test "8: a kernel without fsopen, and one without move_mount" {
    for call in fsopen fsconfig fsmount move_mount; do
        {
            idmap "0 100000 65536"
            echo "lxc.hook.start-host = env ASAN_OPTIONS=detect_leaks=0 strace -f -o /dev/null -e inject=$call:error=ENOSYS $hook --no-probe"
        } | container c1
        start_fails c1
        status_is c1 8
        hook_said c1 | grep -q "Function not implemented"
    done
}

@test "0: a kernel without openat2 and close_range: the fallbacks do" {
    {
        idmap "0 100000 65536"
        echo "lxc.hook.start-host = env ASAN_OPTIONS=detect_leaks=0 strace -f -o /dev/null -e inject=openat2,close_range:error=ENOSYS $hook --no-probe"
    } | container c1
    start c1
    in_container c1 ls /dev/dri/renderD128
}

@test "6 where a folder is shut to others: named, and the line that mends it; applied" {
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook"; } | container c1 "$(own_rootfs c1)"
    chown 100000:100000 "$lxcpath/c1-rootfs"
    chmod 0700 "$lxcpath/c1-rootfs"
    start_fails c1
    status_is c1 6
    hook_said c1 | grep -q "open /dev/dri/renderD128 as an ordinary user of the container, whom its mode keeps out of /: Permission denied"
    fix=$(hook_said c1 | sed -n 's/^fix: //p' | grep '^chmod')
    eval "$fix"
    start_fails c1
    status_is c1 9
    was_done run "$fix"
}
