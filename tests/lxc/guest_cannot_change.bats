#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The nodes are as the host made them: no guest's udev, chmod, chown or mount can change them.

setup() {
    load lib.bash
    reset_host
    node renderD128 226 128
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe"; } | container c1
    start c1
    before=$(in_container c1 ls -ln /dev/dri/renderD128)
}

teardown() {
    [ "$(in_container c1 ls -ln /dev/dri/renderD128)" = "$before" ]
    stop c1
}

@test "chmod and chown by the guest's root are refused" {
    run in_container c1 chmod 0666 /dev/dri/renderD128
    [[ "$output" == *"Read-only file system"* ]]
    run in_container c1 chown 1000:1000 /dev/dri/renderD128
    [[ "$output" == *"Read-only file system"* ]]
}

@test "removing, renaming and adding are refused" {
    run in_container c1 rm -f /dev/dri/renderD128
    [ "$status" != 0 ]
    run in_container c1 mv /dev/dri/renderD128 /dev/dri/x
    [ "$status" != 0 ]
    run in_container c1 touch /dev/dri/x
    [[ "$output" == *"Read-only file system"* ]]
}

@test "a remount read-write is refused" {
    run in_container c1 mount -o remount,rw /dev/dri
    [ "$status" != 0 ]
    run in_container c1 sh -c 'mkdir -p /tmp/b; mount --bind /dev/dri /tmp/b && mount -o remount,bind,rw /tmp/b; chmod 0666 /tmp/b/renderD128'
    [[ "$output" == *"Read-only file system"* || "$output" == *"not permitted"* || "$output" == *"denied"* ]]
}
