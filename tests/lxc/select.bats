#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Several GPUs: which nodes go in, their by-path links, and the primary nodes.

setup() {
    load lib.bash
    reset_host
    node renderD128 226 128
    node renderD129 226 129
    node renderD130 226 130
    node card0 226 0 44
    node card1 226 1 44
    device 128 0000:00:02.0 i915 0x8086 0x4680
    device 0 0000:00:02.0 i915 0x8086 0x4680
    device 129 0000:03:00.0 amdgpu 0x1002 0x73bf
    device 1 0000:03:00.0 amdgpu 0x1002 0x73bf
}

teardown() {
    stop c1
}

# starts_with OPTIONS -> the names in /dev/dri of the guest, in one line
starts_with() {
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe $1"; } | container c1
    start c1
    names=$(in_container c1 ls /dev/dri | grep -v by-path | tr '\n' ' ')
    names=${names% }
    echo "$names"
}

@test "all render nodes without --select" {
    starts_with ""
    [ "$names" = "renderD128 renderD129 renderD130" ]
}

@test "by node name" {
    starts_with "--select renderD129"
    [ "$names" = renderD129 ]
}

@test "by driver, one and several" {
    starts_with "--select driver=amdgpu"
    [ "$names" = renderD129 ]
    stop c1
    starts_with "--select driver=xe,i915"
    [ "$names" = renderD128 ]
}

@test "by PCI address, whole and as lspci prints it" {
    starts_with "--select pci=0000:03:00.0"
    [ "$names" = renderD129 ]
    stop c1
    starts_with "--select pci=00:02.0"
    [ "$names" = renderD128 ]
}

@test "by vendor name and number" {
    starts_with "--select vendor=intel"
    [ "$names" = renderD128 ]
    stop c1
    starts_with "--select vendor=0x1002"
    [ "$names" = renderD129 ]
}

@test "several selects add up" {
    starts_with "--select vendor=intel --select renderD130"
    [ "$names" = "renderD128 renderD130" ]
}

@test "--with-card takes the primary node of the selected GPU, and no other" {
    starts_with "--select driver=i915 --with-card"
    [ "$names" = "card0 renderD128" ]
    stop c1
    starts_with "--select renderD129 --with-card"
    [ "$names" = "card1 renderD129" ]
    [ "$(in_container c1 stat -c %t:%T /dev/dri/card1)" = e2:1 ]
}

@test "by-path links are udev's names and lead to the nodes" {
    starts_with "--with-card"
    in_container c1 ls -l /dev/dri/by-path
    [ "$(in_container c1 readlink /dev/dri/by-path/pci-0000:00:02.0-render)" = ../renderD128 ]
    [ "$(in_container c1 readlink /dev/dri/by-path/pci-0000:03:00.0-render)" = ../renderD129 ]
    [ "$(in_container c1 readlink /dev/dri/by-path/pci-0000:03:00.0-card)" = ../card1 ]
    # renderD130 is unknown to sysfs: no link, and no error
    [ "$(in_container c1 ls /dev/dri/by-path | wc -l)" = 4 ]
}

@test "nothing matches: every node there is, and the line for each" {
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --select driver=nouveau"; } | container c1
    start_fails c1
    status_is c1 3
    hook_said c1 | grep -q "no render node matches 'driver=nouveau'; this host has .*renderD128 (i915 at 0000:00:02.0), renderD129 (amdgpu at 0000:03:00.0)"
}

@test "the fix line of a selection that matches nothing, used as printed, works" {
    run "$hook" list --select pci=0000:09:00.0
    [ "$status" = 3 ]
    fix=$(echo "$output" | sed -n 's/^fix: \(lxc\.hook\.start-host .*--select pci=.*\)/\1/p' | sort -u | head -n 1)
    [ "$fix" = "lxc.hook.start-host = $hook --select pci=0000:00:02.0" ]
    starts_with "${fix#*lxc-gpu-hook }"
    [ "$names" = renderD128 ]
}

@test "two lines for this hook: a start and check say that the last one wins" {
    { idmap "0 100000 65536"; printf "lxc.hook.start-host = $hook --no-probe --select renderD%s\n" 128 129; } | container c1
    start c1
    hook_said c1 | grep -q "warning: the container's config starts this hook more than once"
    [ "$(in_container c1 ls /dev/dri | grep renderD)" = renderD129 ]
    run "$hook" check -P "$lxcpath" c1
    [[ "$(echo "$output" | tr -s ' \n' ' ')" == *"warning: the config has several lines of one type for this hook: the nodes of the last one stay"* ]]
}

@test "a primary node is proven without being opened: who opens it may become the display's master" {
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe"; } | container c1
    start c1
    run strace -f -e trace=openat,faccessat,faccessat2 "$hook" attach -P "$lxcpath" --with-card c1
    echo "$output" | grep 'dev/dri/'
    [[ "$output" == *'"dev/dri/card0", R_OK|W_OK'* ]]
    [ "$(grep -c 'openat(.*dev/dri/renderD128' <<<"$output")" -ge 1 ]
    [ "$(grep -c 'openat(.*dev/dri/card' <<<"$output")" = 0 ]
}
