#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the container's own config put into /dev/dri stays, and is named.

setup() {
    load lib.bash
    reset_host
    node renderD128 226 128
    node card0 226 0 44
}

teardown() {
    stop c1
}

@test "a card that a mount entry brought is kept as it is, and nothing is said of it" {
    {
        idmap "0 100000 65536"
        echo "lxc.mount.entry = /dev/dri/card0 dev/dri/card0 none bind,optional,create=file"
        echo "lxc.hook.start-host = $hook --no-probe"
    } | container c1
    start c1
    in_container c1 ls -ln /dev/dri
    [ "$(in_container c1 stat -c %t:%T /dev/dri/card0)" = e2:0 ]
    # the same owner as before: the host's, which is not mapped
    [ "$(in_container c1 stat -c %u:%g /dev/dri/card0)" = 65534:65534 ]
    [ "$(in_container c1 stat -c %u:%g /dev/dri/renderD128)" = 0:2992 ]
    [ "$(hook_said c1 | grep -c warning)" = 0 ]
}

@test "a card from an included config is kept too, and nothing is said of it" {
    echo "lxc.mount.entry = /dev/dri/card0 dev/dri/card0 none bind,optional,create=file" >"$work/included.conf"
    {
        idmap "0 100000 65536"
        echo "lxc.include = $work/included.conf"
        echo "lxc.hook.start-host = $hook --no-probe"
    } | container c1
    start c1
    [ "$(in_container c1 stat -c %t:%T /dev/dri/card0)" = e2:0 ]
    [ "$(hook_said c1 | grep -c 'is ready')" = 1 ]
    [ "$(hook_said c1 | grep -c warning)" = 0 ]
}

@test "a render node that a mount entry brought is replaced by a usable one, with a warning" {
    {
        idmap "0 100000 65536"
        echo "lxc.mount.entry = /dev/dri/renderD128 dev/dri/renderD128 none bind,optional,create=file"
        echo "lxc.hook.start-host = $hook --no-probe"
    } | container c1
    start c1
    [ "$(in_container c1 stat -c %u:%g /dev/dri/renderD128)" = 0:2992 ]
    hook_said c1 | grep -q "warning: .*delete it: lxc.mount.entry = /dev/dri/renderD128 dev/dri/renderD128 none bind"
}

@test "the whole /dev/dri bound by a mount entry" {
    {
        idmap "0 100000 65536"
        echo "lxc.mount.entry = /dev/dri dev/dri none bind,optional,create=dir"
        echo "lxc.hook.start-host = $hook --no-probe"
    } | container c1
    start c1
    [ "$(in_container c1 stat -c %u:%g /dev/dri/renderD128)" = 0:2992 ]
    [ "$(in_container c1 stat -c %t:%T /dev/dri/card0)" = e2:0 ]
    # deleting the line would take the card away
    hook_said c1 | grep -q "warning: .*only card0 is still needed with this hook; delete the line if the container does not need that either: lxc.mount.entry = /dev/dri dev/dri"
    [ "$(hook_said c1 | grep -c 'fix: sed')" = 0 ]
    # and the host's own folder is as it was
    [ "$(stat -c %u:%g /dev/dri/renderD128)" = 0:107 ]
    [ "$(echo /dev/dri/*)" = "/dev/dri/card0 /dev/dri/renderD128" ]
}

@test "the mode-0000 regular file that an optional mount entry leaves is no node: covered" {
    {
        idmap "0 100000 65536"
        echo "lxc.mount.entry = /dev/dri/renderD199 dev/dri/renderD199 none bind,optional,create=file"
        echo "lxc.hook.start-host = $hook --no-probe"
    } | container c1
    start c1
    [ "$(in_container c1 ls /dev/dri)" = renderD128 ]
}

@test "a hole in the map that a kept card needs is not called needless" {
    {
        echo "lxc.include = /usr/share/lxc/config/userns.conf"
        printf 'lxc.idmap = %s\n' "u 0 100000 65536" "g 0 100000 44" "g 44 44 1" "g 45 100045 65491"
        echo "lxc.mount.entry = /dev/dri/card0 dev/dri/card0 none bind,optional,create=file"
        echo "lxc.hook.start-host = $hook --no-probe"
    } | container c1
    start c1
    [ "$(in_container c1 stat -c %g /dev/dri/card0)" = 44 ]
    [ "$(hook_said c1 | grep -c warning)" = 0 ]
}
