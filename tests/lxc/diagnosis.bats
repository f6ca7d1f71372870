#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The host's half of the diagnosis: each row is made, names its cause and no other, and what it prints as
# fix is done as printed: then the next start gets as far as a node without a driver can (status 9), or
# works (0, with --no-probe). `check` says the same in a form that a person can read.
# Rows that need a real driver or cgroup v2 are made in tests/vm/tests/61-diagnosis-host.t.

setup_file() {
    export ROWS=$TEST_WORK/rows
    : >"$ROWS"
}

setup() {
    load lib.bash
    diagnosis=$TEST_LXC/../diagnosis
    # shellcheck source=/dev/null
    . "$diagnosis/mend.sh"
    reset_host
    node renderD128 226 128
    cp "$work/subgid" "$work/subgid.before"
    mend_config=$lxcpath/c1/config
    mend_starter=root
    stubs
}

teardown() {
    [ ! -e "$work/hosts.group" ] || cat "$work/hosts.group" >/etc/group
    ! findmnt -n -o OPTIONS /proc | grep -q hidepid || umount /proc
    stop c1
    stop "arch linux"
    stop --help
    rm -rf "${lxcpath:?}"/{"arch linux",--help} "$work"/entries*
    [ "$lxcpath" = "$work/lxc" ] || { stop 100; rm -rf "$work/lxc/100"; proxmox_gone; }
    user_stop c1 2>/dev/null || true
    cat "$work/subgid.before" >"$work/subgid"
    umount /sys/bus/pci 2>/dev/null || true
    umount /usr/lib/modprobe.d 2>/dev/null || true
    umount /sys/module 2>/dev/null || true
    rm -f /etc/modprobe.d/tests.conf*
    find /sys/fs/cgroup/devices/lxc-gpu-hook-rows -depth -type d -exec rmdir {} \; 2>/dev/null || true
    rm -rf "${lxcpath:?}"/c1* "${userpath:?}"/c1*
}

# A driver of this kernel could not be loaded: modprobe makes what one would make.
stubs() {
    mkdir -p "$work/stubs"
    printf '#!/bin/sh\nmkdir -p /dev/dri; mknod -m 0660 /dev/dri/renderD128 c 226 128; chgrp 107 /dev/dri/renderD128\necho "$*" >>%s/modprobe.log\n' \
        "$work" >"$work/stubs/modprobe"
    printf '#!/bin/sh\nchgrp 107 /dev/dri/renderD*\n' >"$work/stubs/udevadm"
    printf '#!/bin/sh\nexec "$@"\n' >"$work/stubs/sudo"
    chmod 0755 "$work"/stubs/*
    rm -f "$work/modprobe.log"
}

mend_host() {
    echo "on the host: $1"
    PATH=$work/stubs:$PATH bash -c "$1"
}

mend_guest() {
    echo "in the container: $1"
    in_container c1 sh -c "$1"
}

mend_user() { as_user bash -c "$1"; }

# A PCI bus with one GPU: pci_gpu VENDOR DEVICE [DRIVER]
pci_gpu() {
    local bus=$work/pci device=$work/pci/devices/0000:00:02.0
    rm -rf "$bus"
    mkdir -p "$device" "$bus"/drivers/{vfio-pci,i915}
    : >"$bus/drivers_probe"
    echo 0x030000 >"$device/class"
    echo "0x$1" >"$device/vendor"
    echo "0x$2" >"$device/device"
    [ -z "${3:-}" ] || ln -s "../../drivers/$3" "$device/driver"
    mount --bind "$bus" /sys/bus/pci
}

# One more on that bus: pci_gpu_too ADDRESS CLASS VENDOR DEVICE [DRIVER]
pci_gpu_too() {
    local device=$work/pci/devices/$1
    mkdir -p "$device" "$work/pci/drivers/${5:-i915}"
    echo "$2" >"$device/class"
    echo "0x$3" >"$device/vendor"
    echo "0x$4" >"$device/device"
    [ -z "${5:-}" ] || ln -s "../../drivers/$5" "$device/driver"
}

# The modules that are loaded, in place of this kernel's: loaded MODULE [PARAMETER VALUE]...
loaded() {
    local module=$1
    shift
    rm -rf "${work:?}"/module/*
    mkdir -p "$work/module/$module/parameters"
    while [ $# -gt 0 ]; do
        echo "$2" >"$work/module/$module/parameters/$1"
        shift 2
    done
    mountpoint -q /sys/module || mount --bind "$work/module" /sys/module
}

unprivileged() {
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook $1"; } | container c1 "${2:-$work/rootfs}"
}

# The one cause, without what it is for.
cause() { hook_said c1 | grep -v '^fix: \|warning: '; }
fixes() { hook_said c1 | sed -n 's/^fix: //p'; }

# What a person's command said, but for the lines to paste, however it is broken into lines.
said() { echo "$output" | grep -v '^fix: ' | tr '\n' ' ' | tr -s ' ' | sed 's/ $//'; }

# fails STATUS PATTERN: the start ends so, with this cause and no other; check says the same, legibly.
fails() {
    start_fails c1
    status_is c1 "$1"
    cause
    [ "$(cause | wc -l)" = 1 ]
    cause | grep -Eq -- "$2"
    run "$hook" check c1 -P "$lxcpath"
    echo "$output"
    [ "$status" = "$1" ]
    stranger "$output"
    said | grep -Eq -- "$2"
    [ "$(echo "$output" | sed -n 's/^fix: //p')" = "$(fixes)" ]
}

# mended: done as printed, the next start has nothing to say but that the node has no driver, which is true here.
mended() {
    mend host < <(fixes)
    start_fails c1
    status_is c1 9
    cause | grep -q "/dev/dri/renderD128 does not answer: no driver behind it"
}

done_row() { row "$@" | tee -a "$ROWS" >&3; }

@test "h1: no render node: the driver that the PCI GPU wants is named, and loaded" {
    reset_host
    pci_gpu 8086 4680
    unprivileged ""
    fails 3 "no render node on this host: there is no /dev/dri: no GPU driver is loaded; the GPU 8086:4680 at 0000:00:02.0 wants the driver i915$"
    mended
    grep -qx i915 "$work/modprobe.log"
    done_row h1 3 applied
}

# list_mended: what `list` printed, done as printed; then it has a node
list_mended() {
    mend host < <(echo "$output" | sed -n 's/^fix: //p')
    "$hook" list
}

@test "h1: every maker's driver" {
    for gpu in "8086 64a0 xe" "8086 e20b xe" "8086 9a49 i915" "1002 73bf amdgpu" "10de 1234 nouveau" "1af4 1050 virtio_gpu"; do
        read -r vendor device driver <<<"$gpu"
        reset_host
        pci_gpu "$vendor" "$device"
        run "$hook" list
        umount /sys/bus/pci
        [ "$status" = 3 ]
        [[ "$(said)" == *"the GPU $vendor:$device at 0000:00:02.0 wants the driver $driver"* ]]
        # older cards are radeon's
        [[ "$output" == *"fix: modprobe ${driver/amdgpu/-a amdgpu radeon}"* ]]
        list_mended
    done
    reset_host
    pci_gpu 1a03 2000
    run "$hook" list
    [[ "$(said)" == *"the GPU 1a03:2000 at 0000:00:02.0 is a console only, without a video engine"* ]]
}

@test "h1: kept from loading by the kernel's command line, or by a file of a package" {
    reset_host
    pci_gpu 1af4 1050
    # by list: with a file over one of /proc's the kernel gives no container a /proc
    for argument in modprobe.blacklist module_blacklist; do
        echo "quiet $argument=virtio_gpu" >"$work/cmdline"
        mount --bind "$work/cmdline" /proc/cmdline
        run "$hook" list
        umount /proc/cmdline
        echo "$output"
        [ "$status" = 3 ]
        [[ "$(said)" == *"wants a driver that is kept from loading by $argument= on the kernel's command line" ]]
        [[ "$output" == *"fix: # take virtio_gpu out of $argument= in /etc/default/grub, then update-grub"* ]]
        # loaded by its own name, only the first does not hinder it
        [ "$argument $(echo "$output" | grep -c '^fix: modprobe virtio_gpu ')" = "modprobe.blacklist 1" ] ||
            [ "$argument $(echo "$output" | grep -c '^fix: modprobe')" = "module_blacklist 0" ]
        [ "$argument" != modprobe.blacklist ] || list_mended
        reset_host
    done
    unprivileged ""
    mkdir -p "$work/modprobe.d" /etc/modprobe.d
    mount --bind "$work/modprobe.d" /usr/lib/modprobe.d
    printf 'options x y=1\nblacklist\tvirtio-gpu\n' >"$work/modprobe.d/tests.conf"
    fails 3 "wants a driver that is kept from loading by /usr/lib/modprobe.d/tests.conf$"
    mended
    # the package's own file stays, and is hidden
    grep -q virtio-gpu "$work/modprobe.d/tests.conf"
    [ "$(cat /etc/modprobe.d/tests.conf)" = "options x y=1" ]
    reset_host
    start_fails c1
    cause | grep -q "wants the driver virtio_gpu$"
    rm /etc/modprobe.d/tests.conf
}

@test "h1: bound to vfio-pci, and given back" {
    reset_host
    pci_gpu 8086 4680 vfio-pci
    unprivileged ""
    fails 3 "the GPU 8086:4680 at 0000:00:02.0 is bound to vfio-pci, for virtual machines$"
    mended
    [ "$(cat "$work/pci/devices/0000:00:02.0/driver_override")" = i915 ]
    [ "$(cat "$work/pci/drivers/vfio-pci/unbind" "$work/pci/drivers_probe")" = "0000:00:02.0
0000:00:02.0" ]
}

@test "h2: the selection matches nothing: each node there is, and the line that takes it" {
    device 128 0000:00:02.0 i915 0x8086 0x4680
    node renderD129 226 129
    device 129 0000:03:00.0 amdgpu 0x1002 0x73bf
    unprivileged "--select pci=0000:09:00.0 --group video"
    fails 3 "no render node matches 'pci=0000:09:00.0'; this host has renderD128 \(i915 at 0000:00:02.0\), renderD129 \(amdgpu at 0000:03:00.0\)$"
    [ "$(fixes | grep -c '^lxc.hook.start-host = .* --select pci=0000:0[03]:0[02].0 --group video$')" = 2 ]
    [ "$(fixes | grep -c '^lxc.hook.mount = .* --select pci=0000:0[03]:0[02].0 --group video$')" = 2 ]
    mended
    done_row h2 3 applied
}

@test "h3: a regular file where the node should be; the node itself comes back" {
    device 128 0000:00:02.0 i915 0x8086 0x4680
    rm /dev/dri/renderD128
    touch /dev/dri/renderD128
    unprivileged ""
    fails 3 "/dev/dri/renderD128 is a regular file, not character device 226:128$"
    mended
    [ "$(stat -c '%t:%T %a %g' /dev/dri/renderD128)" = "e2:80 660 107" ]
    done_row h3 3 applied
}

@test "h4: the driver loads late at boot: the line with --wait" {
    reset_host
    pci_gpu 1a03 2000
    unprivileged ""
    fails 3 "there is no /dev/dri: no GPU driver is loaded"
    (sleep 2 && node renderD128 226 128) 3>&- &
    mended
    wait
    grep -qx "lxc.hook.mount = $hook --wait 20" "$mend_config"
    grep -qx "lxc.hook.start-host = $hook --wait 20" "$mend_config"
    done_row h4 3 applied
}

user_config() {
    {
        echo "lxc.include = /usr/share/lxc/config/userns.conf"
        echo "lxc.idmap = u 0 300000 65536"
        echo "lxc.idmap = g 0 300000 65536"
        echo "lxc.include = /usr/share/lxc/config/gpu.conf"
    } | user_container c1
    mend_config=$userpath/c1/config
}

@test "h5: user-started, the node's group is not mapped" {
    user_config
    user_start_fails c1
    status_is c1 4
    [ "$(cause)" = "add GPU to container c1: host gid 107, the group of /dev/dri/renderD128, is not mapped to guest gid 2992 (render)" ]
    mend host < <(fixes)
    user_start_fails c1
    status_is c1 9
    done_row h5 4 applied
}

@test "h6: mapped, and /etc/subgid does not allow it: LXC fails before any hook, check says why" {
    printf 'root:100000:65536\n' >"$work/subgid"
    { idmap "0 200000 65536"; echo "lxc.hook.start-host = $hook"; } | container c1
    start_fails c1
    run "$hook" check c1 -P "$lxcpath"
    echo "$output"
    [ "$status" = 4 ]
    stranger "$output"
    [[ "$(said)" == *"/etc/subgid does not let root map 65536 host ids from 200000 on"* ]]
    mend host < <(echo "$output" | sed -n 's/^fix: //p')
    run "$hook" check c1 -P "$lxcpath"
    [ "$status" = 9 ]
    start_fails c1
    status_is c1 9
    done_row h6 4 applied
}

@test "h7: two lines claim the same ids; two lines leave a hole" {
    { idmap "0 100000 65536"; echo "lxc.idmap = g 2992 107 1"; echo "lxc.hook.start-host = $hook"; } | container c1
    start_fails c1
    run "$hook" check c1 -P "$lxcpath"
    echo "$output"
    [ "$status" = 4 ]
    stranger "$output"
    [[ "$(said)" == *"the lines 'lxc.idmap = g 0 100000 65536' and 'lxc.idmap = g 2992 107 1' claim the same ids"* ]]
    mend host < <(echo "$output" | sed -n 's/^fix: //p')
    start_fails c1
    status_is c1 9
    { idmap "0 100000 2992" "2993 102993 62543"; echo "lxc.hook.start-host = $hook"; } | container c1
    fails 4 "group render: guest gid 2992 is not mapped: the lines 'lxc.idmap = g 0 100000 2992' and 'lxc.idmap = g 2993 102993 62543' leave a hole$"
    mended
    done_row h7 4 applied
}

@test "h8: the guest's render gid is above the map" {
    { idmap "0 100000 1000"; echo "lxc.hook.start-host = $hook"; } | container c1
    fails 4 "group render: guest gid 2992 is outside the container's id map \(0-999\)$"
    mended
    done_row h8 4 applied
}

# warns PATTERN: it starts, with this warning alone, and check gives it too.
warns() {
    start c1
    hook_said c1
    [ "$(hook_said c1 | grep -c 'warning: ')" = 1 ]
    hook_said c1 | grep -Eq -- "warning: $1"
    run "$hook" check c1 -P "$lxcpath"
    echo "$output"
    [ "$status" = 0 ]
    stranger "$output"
    [[ "$output" == *"warning: "* ]]
    said | grep -Eq -- "$1"
}

# unwarned: done as printed, nothing is said any more.
unwarned() {
    mend host < <(fixes)
    stop c1
    start c1
    [ "$(hook_said c1 | grep -c 'warning: ')" = 0 ]
}

@test "h9: the guest has no group render" {
    rootfs=$(own_rootfs c1)
    sed -i '/^render:/d' "$rootfs/etc/group"
    printf '#!/bin/sh\n[ "$*" = "-r render" ] && echo render:x:998: >>/etc/group\n' >"$rootfs/bin/groupadd"
    chmod 0755 "$rootfs/bin/groupadd"
    chown -R 100000:100000 "$rootfs/etc"
    unprivileged --no-probe "$rootfs"
    warns "the container has no group render: video \(gid 44\) is used"
    unwarned
    [ "$(in_container c1 stat -c %g /dev/dri/renderD128)" = 998 ]
    done_row h9 0 applied
}

@test "h10: a privileged container's device cgroup denies the node" {
    echo "lxc.hook.start-host = $hook" | container c1
    fails 5 "open /dev/dri/renderD128: the container's device cgroup denies it"
    mended
    done_row h10 5 applied
}

@test "h11: what was written by hand before: mount entries, a hole in the idmap" {
    {
        idmap "0 100000 65536"
        echo "lxc.mount.entry = /dev/dri dev/dri none bind,optional,create=dir"
        echo "lxc.mount.entry = tmpfs tmp tmpfs rw 0 0"
        echo "lxc.hook.start-host = $hook --no-probe"
    } | container c1
    warns "this hook makes a line of the container's config unnecessary; delete it: lxc.mount.entry = /dev/dri dev/dri none bind,optional,create=dir"
    unwarned
    [ "$(grep -c '^lxc.mount.entry' "$mend_config")" = 1 ]
    stop c1
    {
        echo "lxc.include = /usr/share/lxc/config/userns.conf"
        printf 'lxc.idmap = %s\n' "u 0 100000 65536" "g 0 100000 2992" "g 2992 107 1" "g 2993 102993 62543"
        echo "lxc.hook.start-host = $hook --no-probe"
    } | container c1
    warns "this hook makes a line of the container's config unnecessary; delete it: lxc.idmap = g 2992 107 1"
    unwarned
    [ "$(grep -c '^lxc.idmap' "$mend_config")" = 2 ]
    done_row h11 0 applied
}

@test "h12: /dev/dri in the guest is a link, a file" {
    for what in "ln -s /etc" touch; do
        rootfs=$(own_rootfs c1)
        static_dev "$rootfs"
        $what "$rootfs/dev/dri"
        { idmap "0 100000 65536"; no_autodev; echo "lxc.hook.start-host = $hook"; } | container c1 "$rootfs"
        fails 6 "/dev/dri in the container is a (symbolic link|regular file), and should be a directory$"
        mended
        rm -rf "$rootfs"
    done
    done_row h12 6 applied
}

@test "h13: no /dev/dri, and nothing can be made on a read-only root file system" {
    rootfs=$(own_rootfs c1)
    static_dev "$rootfs"
    {
        idmap "0 100000 65536"
        no_autodev
        echo "lxc.rootfs.options = ro"
        echo "lxc.hook.start-host = $hook"
    } | container c1 "$rootfs"
    fails 6 "make the directory /dev/dri in the container: Read-only file system$"
    mended
    done_row h13 6 applied
}

@test "h14: an ordinary user, where root is needed" {
    idmap "0 100000 65536" | container c1
    start c1
    pid=$(init_pid c1)
    run as_user "$hook" attach --pid "$pid"
    echo "$output"
    [ "$status" = 7 ]
    [[ "$output" == *"look into the container"*"Permission denied"* ]]
    fix=$(echo "$output" | sed -n 's/^fix: //p')
    run mend_host "$fix"
    echo "$output"
    [ "$status" = 9 ]
    [[ "$output" == *"on the host: sudo lxc-gpu-hook attach --pid $pid"* ]]
    record run "$fix"
    done_row h14 7 applied
}

@test "h15: a kernel without the mount calls: which, and what to do without them" {
    for call in fsopen move_mount; do
        {
            idmap "0 100000 65536"
            echo "lxc.hook.start-host = env ASAN_OPTIONS=detect_leaks=0 strace -f -o /dev/null -e inject=$call:error=ENOSYS $hook --no-probe"
        } | container c1
        start_fails c1
        status_is c1 8
        cause | grep -Eq "(make a private file system: fsopen|mount /dev/dri in the container): Function not implemented$"
        fixes | grep -q "^apt full-upgrade    # Linux 5.2 or later is needed"
        fixes | grep -q "^# lxc.mount.entry = /dev/dri dev/dri none bind,create=dir$"
    done
    done_row h15 8 text
}

@test "h16: a node that no driver made; removed, the next cause shows" {
    unprivileged ""
    fails 9 "/dev/dri/renderD128 does not answer: no driver behind it: No such device( or address)?$"
    mend host < <(fixes)
    start_fails c1
    status_is c1 3
    done_row h16 9 applied
}

@test "h17: a hook type that cannot work: its line goes, the right ones come" {
    for type in autodev pre-start pre-mount start; do
        { idmap "0 100000 65536"; echo "lxc.hook.$type = $hook"; } | container c1
        if [ "$type" = start ]; then
            # runs in the container, where this program is not: only check can say it
            run "$hook" check c1 -P "$lxcpath"
            [ "$status" = 2 ]
            continue
        fi
        fails 2 "hook type $type cannot work: "
        mended
    done
    done_row h17 2 applied
}

@test "h19: not running; no such container" {
    idmap "0 100000 65536" | container c1
    run "$hook" attach c1 -P "$lxcpath" --no-probe
    echo "$output"
    [ "$status" = 2 ]
    stranger "$output"
    [[ "$output" == *"container c1 is not running"* ]]
    mend host < <(echo "$output" | sed -n 's/^fix: //p')
    "$hook" attach c1 -P "$lxcpath" --no-probe
    run "$hook" check nope -P "$lxcpath"
    echo "$output"
    [ "$status" = 2 ]
    stranger "$output"
    [[ "$(said)" == *"there is no container 'nope' under $lxcpath; there are: c1"* ]]
    done_row h19 2 applied
}

@test "h22: the driver is loaded, and modeset=0 keeps it off the GPU" {
    reset_host
    pci_gpu 8086 4680
    loaded i915 modeset 0
    mkdir -p /etc/modprobe.d
    echo "options i915 enable_guc=2 modeset=0" >/etc/modprobe.d/tests.conf
    unprivileged ""
    fails 3 "no render node on this host: there is no /dev/dri; the GPU 8086:4680 at 0000:00:02.0 has not been taken by i915, which is loaded: its parameter modeset is 0, by /etc/modprobe.d/tests.conf$"
    mended
    [ "$(cat "$work/modprobe.log")" = "-r i915
i915" ]
    grep -q '^options i915 enable_guc=2 *$' /etc/modprobe.d/tests.conf
    done_row h22 3 applied
}

# says PATTERN: in `list`, which has no container; and never that no driver is loaded, nor a plain modprobe of it
list_says() {
    run "$hook" list
    echo "$output"
    [ "$status" = 3 ]
    stranger "$output"
    said | grep -Eq -- "$1"
    [[ "$(said)" != *"no GPU driver is loaded"* ]]
}

@test "h22: what else keeps a loaded driver off: the command line, force_probe, nothing that is known" {
    local args
    reset_host
    pci_gpu 8086 4680
    while IFS='~' read -r args words fix cmdline; do
        # shellcheck disable=SC2086  # words
        loaded $args
        echo "quiet $cmdline" >"$work/cmdline"
        mount --bind "$work/cmdline" /proc/cmdline
        list_says "at 0000:00:02.0 has not been taken by i915, which is loaded$words$" || { umount /proc/cmdline; return 1; }
        umount /proc/cmdline
        [[ "$output" == *"fix: $fix"* ]]
        [[ "$output" != *"fix: modprobe i915"$'\n'* ]]
        # what is left to the boot loader, or only shown, changes nothing here
        [[ $fix != modprobe* ]] || list_mended
        reset_host
    done <<'END'
i915 modeset -1~: nomodeset is on the kernel's command line~# take nomodeset off the kernel's command line~nomodeset
i915 modeset 0~: its parameter modeset is 0, on the kernel's command line~# take i915.modeset= off the kernel's command line~i915.modeset=0
i915 modeset 0~: its parameter modeset is 0~modprobe i915 modeset=1~
i915 force_probe !4680~: its parameter force_probe excludes it, on the kernel's command line~# take i915.force_probe= off~i915.force_probe=!4680
i915 force_probe !9a49~()~dmesg | grep -iE 'i915|0000:00:02.0'~
i915 modeset 1~()~dmesg | grep -iE 'i915|0000:00:02.0'~nomodeset
END
}

@test "h1: a console with card0 only; each GPU of the host, the selected one first" {
    reset_host
    node card0 226 0
    pci_gpu 1a03 2000 ast
    loaded ast
    list_says "no render node on this host: /dev/dri holds none; the GPU 1a03:2000 at 0000:00:02.0 is a console only, without a video engine$"
    reset_host
    umount /sys/bus/pci
    pci_gpu 8086 4680
    pci_gpu_too 0000:03:00.0 0x030000 1002 73bf
    pci_gpu_too 0000:04:00.0 0x020000 8086 1533
    run "$hook" list --select pci=0000:03:00.0
    echo "$output"
    [ "$status" = 3 ]
    [[ "$(said)" == *"; the GPU 1002:73bf at 0000:03:00.0 "*"; the GPU 8086:4680 at 0000:00:02.0 "* ]]
    [[ "$(said)" != *1533* ]]
    run "$hook" list
    [[ "$(said)" == *"8086:4680 at 0000:00:02.0"* && "$(said)" == *"1002:73bf at 0000:03:00.0"* ]]
}

@test "h23: the selected GPU is in vfio-pci, another one has a node" {
    device 128 0000:03:00.0 amdgpu 0x1002 0x73bf
    pci_gpu 8086 4680 vfio-pci
    unprivileged "--select pci=0000:00:02.0"
    fails 3 "no render node matches 'pci=0000:00:02.0'; this host has renderD128 \(amdgpu at 0000:03:00.0\); the GPU 8086:4680 at 0000:00:02.0 is bound to vfio-pci, for virtual machines$"
    mended
    [ "$(cat "$work/pci/devices/0000:00:02.0/driver_override")" = i915 ]
    # one that nobody asked for stays with its virtual machine
    unprivileged "--select driver=xe"
    fails 3 "this host has renderD128 \(amdgpu at 0000:03:00.0\)$"
    done_row h23 3 applied
}

# A cgroup above the container's and the hook's: above RULE...
above() {
    local folder=/sys/fs/cgroup/devices/lxc-gpu-hook-rows/a rule
    # LXC's monitor may still be on its way out of its own
    for _ in {1..50}; do
        find "${folder%/a}" -depth -type d -exec rmdir {} \; 2>/dev/null || true
        [ -e "${folder%/a}" ] || break
        sleep 0.1
    done
    mkdir "${folder%/a}"
    for rule in "$@"; do echo "${rule#+}" >"${folder%/a}/devices.$([ "$rule" = "${rule#+}" ] && echo deny || echo allow)"; done
    mkdir "$folder"
}

@test "h24: a cgroup above the container's denies the node, or the hook what it makes" {
    {
        idmap "0 100000 65536"
        echo "lxc.cgroup.dir = lxc-gpu-hook-rows/a"
        echo "lxc.hook.start-host = $hook"
    } | container c1
    above 'c 226:* rw'
    fails 5 "open /dev/dri/renderD128: the device cgroup /lxc-gpu-hook-rows, above the container's, denies it: Operation not permitted$"
    mended
    stop c1
    above 'c 226:128 rwm'
    fails 5 "make device node renderD128 \(226:128\): the device cgroup /lxc-gpu-hook-rows, which this hook is in, denies it: Operation not permitted$"
    mended
    stop c1
    above a '+c 1:* rwm' '+c 5:* rwm' '+c 136:* rwm'
    fails 5 "make device node renderD128 \(226:128\): the device cgroup /lxc-gpu-hook-rows, "
    mended
    done_row h24 5 applied
}

@test "h25: a line of the config denies the node; the line and its file are named, and no allow line is advised" {
    { idmap "0 100000 65536"; echo "lxc.cgroup.devices.deny = c 226:* rwm"; echo "lxc.hook.start-host = $hook"; } | container c1
    fails 5 "the container's device cgroup denies it, by the line 'lxc.cgroup.devices.deny = c 226:\* rwm' \($lxcpath/c1/config, line [0-9]+\): Operation not permitted$"
    [[ "$(fixes)" != *devices.allow* ]]
    mended
    [ "$(grep -c 'devices.deny' "$mend_config")" = 0 ]
    # in a file that it includes
    echo "lxc.cgroup.devices.deny = c 226:128 w" >"$lxcpath/c1.conf"
    { idmap "0 100000 65536"; echo "lxc.include = $lxcpath/c1.conf"; echo "lxc.hook.start-host = $hook"; } | container c1
    fails 5 "by the line 'lxc.cgroup.devices.deny = c 226:128 w' \($lxcpath/c1.conf, line 1\)"
    mended
    # all of it
    { idmap "0 100000 65536"; echo "lxc.cgroup.devices.deny = a"; echo "lxc.hook.start-host = $hook"; } | container c1
    fails 5 "the container's device cgroup denies nearly every device, /dev/null too, since the line 'lxc.cgroup.devices.deny = a' "
    mended
    done_row h25 5 applied
}

@test "h26: gpu-privileged.conf is included before common.conf" {
    {
        echo "lxc.include = /usr/share/lxc/config/gpu-privileged.conf"
        echo "lxc.include = /usr/share/lxc/config/common.conf"
    } | container c1
    fails 5 "denies it, in the order that its lines have: 'lxc.cgroup.devices.allow = c 226:\* rwm' \(/usr/share/lxc/config/gpu-privileged.conf, line [0-9]+\) comes before 'lxc.cgroup.devices.deny = a' \(/usr/share/lxc/config/common.conf, line [0-9]+\), which takes it back: Operation not permitted$"
    mended
    [ "$(tail -n 1 "$mend_config")" = "lxc.include = /usr/share/lxc/config/gpu-privileged.conf" ]
    done_row h26 5 applied
}

@test "h27: names that a shell or a reader of options takes apart" {
    for name in "arch linux" --help; do
        { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe"; } | container "$name"
        start "$name"
        [ "$(hook_said "$name" | grep -c 'warning: ')" = 0 ]
        [ "$(in_container "$name" stat -c %g /dev/dri/renderD128)" = 2992 ]
        stop "$name"
        "$hook" check -P "$lxcpath" -- "$name"
    done
    done_row h27 0 none
}

@test "h28: the config shows a node by another name, in a line, an included file, or lxc.mount.fstab" {
    local entry way
    node card1 226 1 44
    for minor in 1 128; do device "$minor" 0000:00:02.0 i915 0x8086 0x4680; done
    for entry in "/dev/dri/card1 dev/dri/card0" "/dev/dri/card1 dev/dri/by-path/pci-0000:00:02.0-card"; do
        for way in config include fstab; do
            [ "$way" = config ] || [[ $entry == *card0 ]] || continue
            {
                idmap "0 100000 65536"
                case $way in
                    config) echo "lxc.mount.entry = $entry none bind,create=file" ;;
                    include) echo "lxc.include = $work/entries.conf" ;;
                    fstab) echo "lxc.mount.fstab = $work/entries.fstab" ;;
                esac
                echo "lxc.hook.start-host = $hook --no-probe"
            } | container c1
            echo "lxc.mount.entry = $entry none bind,create=file" >"$work/entries.conf"
            printf '# mine\n%s none bind,create=file 0 0\n' "$entry" >"$work/entries.fstab"
            warns "this hook's /dev/dri hides a node that a line of .* shows by another name; --with-card gives it by its own: "
            unwarned
            [ "$(in_container c1 stat -c '%t:%T' /dev/dri/card1)" = e2:1 ]
            stop c1
        done
    done
    done_row h28 0 applied
}

@test "h29: the first program runs as another user, without the group" {
    {
        idmap "0 100000 65536"
        printf 'lxc.init.%s = 1000\n' uid gid
        echo "lxc.hook.start-host = $hook --no-probe"
    } | container c1
    warns "the container's first program runs as uid 1000, gid 1000 \(lxc.init.uid, lxc.init.gid\), and is not in the nodes' group 2992 \(render\)"
    fixes | grep -qx "lxc.hook.start-host = $hook --group 1000 --no-probe"
    unwarned
    [ "$(in_container c1 stat -c %g /dev/dri/renderD128)" = 1000 ]
    done_row h29 0 applied
}

@test "h30: the group is known to the container's name services only; another file of it; before the first boot" {
    rootfs=$(own_rootfs c1)
    sed -i '/^render:/d' "$rootfs/etc/group"
    echo "group: files [SUCCESS=merge] sss" >"$rootfs/etc/nsswitch.conf"
    printf '#!/bin/sh\n[ "$*" = "group render" ] && echo render:x:998:\n' >"$rootfs/bin/getent"
    chmod 0755 "$rootfs/bin/getent"
    chown -R 100000:100000 "$rootfs/etc"
    unprivileged --no-probe "$rootfs"
    warns "the container has no group render in its files, and only itself can ask what else its /etc/nsswitch.conf names: video \(gid 44\) is used"
    unwarned
    [ "$(in_container c1 stat -c %g /dev/dri/renderD128)" = 998 ]
    stop c1
    # a file that nss_altfiles reads: nothing is missing
    sed -i '/^render:/d' "$rootfs/etc/group"
    echo "group: files altfiles" >"$rootfs/etc/nsswitch.conf"
    mkdir -p "$rootfs/usr/lib"
    echo "render:x:105:" >"$rootfs/usr/lib/group"
    start c1
    [ "$(hook_said c1 | grep -c 'warning: ')" = 0 ]
    [ "$(in_container c1 stat -c %g /dev/dri/renderD128)" = 105 ]
    "$hook" check c1 -P "$lxcpath" | grep -q "group 105 = render in the container"
    stop c1
    # a file of systemd's user database
    rm "$rootfs/usr/lib/group"
    echo "group: files systemd" >"$rootfs/etc/nsswitch.conf"
    mkdir "$rootfs/etc/userdb"
    printf '{\n\t"groupName" : "render",\n\t"gid" : 106,\n\t"disposition" : "system"\n}\n' >"$rootfs/etc/userdb/render.group"
    start c1
    [ "$(hook_said c1 | grep -c 'warning: ')" = 0 ]
    [ "$(in_container c1 stat -c %g /dev/dri/renderD128)" = 106 ]
    "$hook" check c1 -P "$lxcpath" | grep -q "group 106 = render in the container"
    stop c1
    # made at the first boot
    rm "$rootfs/etc/nsswitch.conf"
    mv "$rootfs/etc/group" "$rootfs/etc/group.later"
    warns "the container has no /etc/group before its first boot: root \(gid 0\) is used"
    stop c1
    { cat "$rootfs/etc/group.later"; echo "render:x:998:"; } >"$rootfs/etc/group"
    start c1
    [ "$(hook_said c1 | grep -c 'warning: ')" = 0 ]
    done_row h30 0 applied
}

@test "h31: Proxmox dropped the start-host line, and only the mount hook runs: it fails, and the include takes its place" {
    proxmox_here
    for options in "--no-probe" "--no-probe --group video"; do
        for privileged in 1 0; do
            printf 'arch: amd64\nunprivileged: %s\nlxc.hook.mount: %s\nlxc.hook.start-host: %s\n[snap]\narch: amd64\n' \
                "$privileged" "$hook $options" "$hook $options" >/etc/pve/lxc/100.conf
            proxmox_make 100
            start_fails 100
            status_is 100 2
            hook_said 100 | grep -q "Proxmox takes no lxc.hook.start-host line, and has dropped it from /etc/pve/lxc/100.conf"
            mend host < <(hook_said 100 | sed -n 's/^fix: //p')
            cat /etc/pve/lxc/100.conf
            [ "$(sed -n 2p /etc/pve/lxc/100.conf)" = "arch: amd64" ] # it is the first line of the main section
            proxmox_make 100
            start 100
            hook_said 100
            [ "$(hook_said 100 | grep -c 'fix:')" = 0 ]
            [ "$(in_container 100 stat -c %g /dev/dri/renderD128)" = "$([[ $options == *video* ]] && echo 44 || echo 2992)" ]
            stop 100
            rm -f /etc/pve/lxc-gpu-100.conf
        done
    done
    # A container of Proxmox's whose hooks come from the command line, one of them or both, and one that is not Proxmox's.
    printf 'arch: amd64\nunprivileged: 1\n' >/etc/pve/lxc/100.conf
    proxmox_make 100
    lxc-start -n 100 -s "lxc.hook.mount=$hook --no-probe" -s "lxc.hook.start-host=$hook --no-probe"
    stop 100
    echo "lxc.hook.mount = $hook --no-probe" >>"$lxcpath/100/config"
    for way in "" -F; do
        lxc-start $way -n 100 -s "lxc.hook.start-host=$hook --no-probe" 3>&- &
        lxc-wait -n 100 -s RUNNING -t 20
        [ "$(in_container 100 stat -c %g /dev/dri/renderD128)" = 2992 ]
        stop 100
        wait
    done
    mv /etc/pve/lxc/100.conf /etc/pve/lxc/101.conf
    start 100
    # A file that the container's root cannot read says nothing.
    mv /etc/pve/lxc/101.conf /etc/pve/lxc/100.conf
    stop 100
    chmod 0640 "$lxcpath/100/config"
    start 100
    stop 100
    done_row h31 2 applied
}

# pct of Proxmox, as far as fixes name it
pct_stub() {
    # shellcheck disable=SC2016  # the stub's own
    printf '#!/bin/sh\n[ "$1 $3" = "set -delete" ] && sed -i "/^$4:/d" "/etc/pve/lxc/$2.conf"\n' >"$work/stubs/pct"
    chmod 0755 "$work/stubs/pct"
}

# proxmox_mended STATUS PATTERN: check of 100 ends so; done as printed, the start gets as far as it can here
proxmox_mended() {
    run "$hook" check 100
    echo "$output"
    [ "$status" = "$1" ]
    stranger "$output"
    said | grep -Eq -- "$2"
    mend host < <(echo "$output" | sed -n 's/^fix: //p')
    run "$hook" check 100
    [ "$status" = 9 ]
    proxmox_make 100
    start_fails 100
    status_is 100 9
}

@test "h32: Proxmox: the line stands in the section of a snapshot" {
    proxmox_here
    printf 'arch: amd64\nunprivileged: 1\n[snap]\narch: amd64\nlxc.include: /usr/share/lxc/config/gpu.conf\n' >/etc/pve/lxc/100.conf
    proxmox_make 100
    proxmox_mended 2 "line 5 of /etc/pve/lxc/100.conf is about this hook, and stands in the section \[snap\]: no start obeys it"
    [ "$(grep -c 'lxc.include' /etc/pve/lxc/100.conf)" = 2 ]
    done_row h32 2 applied
}

@test "h33: Proxmox: a devN entry names a node that is not there" {
    proxmox_here
    pct_stub
    printf 'arch: amd64\nunprivileged: 1\ndev0: /dev/dri/renderD190,gid=104\nlxc.include: /usr/share/lxc/config/gpu.conf\n' >/etc/pve/lxc/100.conf
    proxmox_make 100
    proxmox_mended 3 "Proxmox does not start it: dev0: /dev/dri/renderD190 does not exist"
    done_row h33 3 applied
}

@test "h35: another hook of the config changes the host's node, in its line or in a script" {
    printf '#!/bin/sh\nchgrp 0 /dev/dri/renderD128\n' >"$work/entries.sh"
    chmod 0755 "$work/entries.sh"
    for line in 'sh -c "chown 100000:100109 /dev/dri/renderD128"' "$work/entries.sh"; do
        { idmap "0 100000 65536"; echo "lxc.hook.pre-start = $line"; echo "lxc.hook.start-host = $hook --no-probe"; } | container c1
        warns "a hook of the container's config changes the host's own node, for everything on this host; with this hook that is not needed: lxc.hook.pre-start = "
        # what else the script does is not ours to take away
        [[ $line == sh* ]] || echo "#!/bin/sh" >"$work/entries.sh"
        unwarned
        [ "$(grep -c pre-start "$mend_config")" = "$([[ $line == sh* ]] && echo 0 || echo 1)" ]
        [ "$(stat -c %g /dev/dri/renderD128)" = 107 ] # as udev had it
        stop c1
    done
    done_row h35 0 applied
}

@test "h34: an id map asked for where none is needed: nothing is changed" {
    proxmox_here
    printf 'arch: amd64\nunprivileged: 1\n' >/etc/pve/lxc/100.conf
    proxmox_make 100
    idmap "0 100000 65536" | container c1
    for name in 100 c1; do
        before=$(sha256sum "$lxcpath/$name/config")
        run "$hook" idmap "$name"
        echo "$output"
        [ "$status" = 0 ]
        [[ "$output" == *"no lxc.idmap line is needed for that; nothing to change"* ]]
        [[ "$output" != *fix:* && "$output" != *"lxc.idmap = "* ]]
        [ "$(sha256sum "$lxcpath/$name/config")" = "$before" ]
    done
    done_row h34 0 applied
}

@test "nothing false: healthy set-ups start without a word of warning, and check has none" {
    device 128 0000:00:02.0 i915 0x8086 0x4680
    rm -f "$work/healthy"
    # quiet: what is on standard input is healthy
    quiet() {
        "${make:-container}" c1 "$@"
        start c1
        hook_said c1
        [ "$(hook_said c1 | grep -c 'warning\|fix:')" = 0 ]
        run "$hook" check c1 -P "$lxcpath"
        echo "$output"
        [ "$status" = 0 ]
        [[ "$output" != *warning* && "$output" != *fix:* ]]
        stop c1
        echo >>"$work/healthy"
    }
    both() {
        echo "lxc.hook.mount = $hook $1"
        echo "lxc.hook.start-host = $hook $1"
    }
    { idmap "0 100000 65536"; both --no-probe; } | quiet
    { idmap "0 100000 2992" "2992 777000 1" "2993 202993 10000"; both --no-probe; } | quiet
    { idmap "0 100000 65536"; both "--no-probe --group video --mode 0600"; } | quiet
    { idmap "0 1000000 1000000"; both "--no-probe --user 1000"; } | quiet
    both --no-probe | quiet
    { echo "lxc.cgroup.devices.allow = c 226:* rwm"; echo "lxc.cgroup2.devices.allow = c 226:* rwm"; both --no-probe; } | quiet
    { idmap "0 100000 65536"; echo "lxc.hook.version = 1"; both --no-probe; } | quiet
    { idmap "0 100000 65536"; both "--no-probe --optional"; } | quiet
    { idmap "0 100000 65536"; both "--no-probe --wait 5"; } | quiet
    { idmap "0 100000 65536"; both "--no-probe --mode 0666 --group 1003"; } | quiet
    mkdir -p "$work/entries.d"
    both --no-probe >"$work/entries.d/gpu.conf"
    { idmap "0 100000 65536"; echo "lxc.include = $work/entries.d/gpu.conf"; } | quiet
    { idmap "0 100000 65536"; echo "lxc.include = $work/entries.d/"; } | quiet
    { idmap "0 100000 65536"; both --no-such; echo "lxc.hook.mount ="; echo "lxc.hook.start-host ="; both --no-probe; } | quiet
    { idmap "0 100000 65536"; echo "lxc.hook.pre-start = /bin/true /dev/dri"; echo "lxc.hook.start-host = /bin/true"; both --no-probe; } | quiet
    # shellcheck disable=SC2016  # the hook's own shell
    { idmap "0 100000 65536"; echo 'lxc.hook.autodev = sh -c "test ! -e ${LXC_ROOTFS_MOUNT}/dev/dri/chmod"'; both --no-probe; } | quiet
    { idmap "0 100000 65536"; echo "lxc.cgroup.dir = lxc-gpu-hook-rows/a"; both --no-probe; } | quiet
    { idmap "0 100000 65536"; echo "lxc.mount.auto = proc:rw sys:ro"; both --no-probe; } | quiet
    init() { printf 'lxc.init.uid = 1000\nlxc.init.gid = %s\n' "$1"; }
    { idmap "0 100000 65536"; init 1000; both "--no-probe --group 1000"; } | quiet
    { idmap "0 100000 65536"; init 2992; both --no-probe; } | quiet
    { idmap "0 100000 65536"; init 1000; both "--no-probe --user 1000"; } | quiet
    node renderD129 226 129 44
    device 129 0000:03:00.0 amdgpu 0x1002 0x73bf
    { idmap "0 100000 65536"; both --no-probe; } | quiet
    { idmap "0 100000 65536"; both "--no-probe --select vendor=amd"; } | quiet
    node card0 226 0 44
    { idmap "0 100000 65536"; both "--no-probe --with-card"; } | quiet
    card="/dev/dri/card0 dev/dri/card0 none bind,optional,create=file"
    { idmap "0 100000 65536"; echo "lxc.mount.entry = $card"; both --no-probe; } | quiet
    echo "lxc.mount.entry = $card" >"$work/entries.conf"
    { idmap "0 100000 65536"; echo "lxc.include = $work/entries.conf"; both --no-probe; } | quiet
    echo "$card" >"$work/entries.fstab"
    { idmap "0 100000 65536"; echo "lxc.mount.fstab = $work/entries.fstab"; both --no-probe; } | quiet
    { idmap "0 100000 65536"; echo "lxc.mount.entry = /dev/fuse dev/fuse none bind,optional,create=file"; both --no-probe; } | quiet
    { idmap "0 100000 65536"; echo "lxc.mount.entry = /dev/dri/card7 dev/dri/card0 none bind,optional,create=file"; both --no-probe; } | quiet
    # A root file system whose owners LXC maps; the host's own; a /proc that shows nobody another's processes
    { idmap "0 100000 65536"; echo "lxc.rootfs.options = idmap=container"; both --no-probe; } | quiet
    cp /etc/group "$work/hosts.group"
    grep -q ^render: /etc/group || echo "render:x:2991:" >>/etc/group
    { idmap "0 100000 65536"; both --no-probe; } | make=hosts_container quiet
    cat "$work/hosts.group" >/etc/group
    mount -t proc -o hidepid=2 proc /proc
    # LeakSanitizer, in a build that has it, looks for the process in /proc.
    local asan_options=${ASAN_OPTIONS:-}
    export ASAN_OPTIONS=detect_leaks=0
    { idmap "0 100000 65536"; both --no-probe; } | quiet
    export ASAN_OPTIONS=$asan_options
    umount /proc
    # Links of the container's own, as NixOS has them; a file that only nss_altfiles reads
    rootfs=$(own_rootfs c1)
    mkdir -p "$rootfs/nix/store/x-etc/etc" "$rootfs/usr/lib"
    mv "$rootfs/etc/group" "$rootfs/nix/store/x-etc/etc/group"
    ln -s /nix/store/x-etc/etc "$rootfs/etc/static"
    ln -s /etc/static/group "$rootfs/etc/group"
    { idmap "0 100000 65536"; both --no-probe; } | quiet "$rootfs"
    rm "$rootfs/etc/group"
    echo "root:x:0:" >"$rootfs/etc/group"
    echo "group: files [SUCCESS=merge] altfiles" >"$rootfs/etc/nsswitch.conf"
    mv "$rootfs/nix/store/x-etc/etc/group" "$rootfs/usr/lib/group"
    { idmap "0 100000 65536"; both --no-probe; } | quiet "$rootfs"
    rm "$rootfs/usr/lib/group"
    echo "group: files [SUCCESS=merge] systemd" >"$rootfs/etc/nsswitch.conf"
    mkdir "$rootfs/usr/lib/userdb"
    echo '{"groupName":"render","gid":105}' >"$rootfs/usr/lib/userdb/render.group"
    { idmap "0 100000 65536"; both --no-probe; } | quiet "$rootfs"
    [ "$(wc -l <"$work/healthy")" = 34 ]
}

@test "the table: every row that is made here" {
    sed -nE 's/^# row (h[0-9]+) .*/\1/p' "$ROWS" | sort -u >"$work/made"
    awk '$3 ~ /lxc/ { print $1 }' "$diagnosis/rows" | sort -u >"$work/wanted"
    diff "$work/wanted" "$work/made"
}
