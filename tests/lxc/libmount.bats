#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# libmount is needed when a node is to be bound, and by nothing else; then by lxc-gpu-bind, a program of its own.

setup() {
    load lib.bash
    reset_host
    node renderD128 226 128
    unset "${!LXC_@}"
    : >"$work/none"
    libmount=$(ldd /usr/libexec/lxc-gpu-hook/lxc-gpu-bind | awk '$1 == "libmount.so.1" { print $3 }')
}

# hidden FILE ROOTFS_NAME [OTHER]: the mount hook in namespaces where only container root is mapped, and OTHER, an empty file
# when it is not given, lies over FILE
# shellcheck disable=SC2016  # for the inner shell
hidden() {
    run unshare -m sh -c 'mount --bind "$1" "$2" && exec unshare -U -m -r env LXC_HOOK_TYPE=mount LXC_NAME=c1 LXC_ROOTFS_MOUNT="$3" "$4"' \
        sh "${3:-$work/none}" "$1" "$(own_rootfs "$2")" "$hook"
    echo "$output"
}

@test "nothing to bind: a libmount that cannot be loaded is not missed" {
    hidden "$libmount" l1
    [ "$status" = 0 ]
    [ -z "$output" ]
}

@test "a node to bind: the library and the package are named" {
    chmod 0666 /dev/dri/renderD128
    hidden "$libmount" l2
    [ "$status" = 1 ]
    [[ "$output" == *"add GPU to container c1: bind /dev/dri/renderD128: libmount cannot be loaded by lxc-gpu-bind"* ]]
    [[ "$output" == *"fix: apt install --reinstall libmount1"* ]]
}

@test "a node to bind and no lxc-gpu-bind: the program and the package are named" {
    chmod 0666 /dev/dri/renderD128
    hidden /usr/libexec/lxc-gpu-hook/lxc-gpu-bind l3
    [ "$status" = 1 ]
    [[ "$output" == *"add GPU to container c1: start lxc-gpu-bind: none "*" in /usr/libexec/lxc-gpu-hook"* ]]
    [[ "$output" == *"fix: apt install --reinstall lxc-gpu"* ]]
}

@test "lxc-gpu-bind is the installed one, and only while nobody else may write it" {
    chmod 0666 /dev/dri/renderD128
    bind=/usr/libexec/lxc-gpu-hook/lxc-gpu-bind
    mkdir "$work/tree"
    cp "$hook" "$bind" "$work/tree/"
    # tree STATUS [OTHER]: what comes of it with OTHER, or nothing, in place of the installed one
    tree() {
        hook="$work/tree/lxc-gpu-hook" hidden "$bind" "b$((++trees))" "${2:-}"
        [ "$status" = "$1" ]
    }
    tree 1
    tree 0 "$work/tree/lxc-gpu-bind"
    for mode in g+w o+w; do
        chmod "$mode" "$work/tree/lxc-gpu-bind"
        tree 1 "$work/tree/lxc-gpu-bind"
        chmod 0755 "$work/tree/lxc-gpu-bind"
    done
    chown 7001 "$work/tree/lxc-gpu-bind"
    tree 1 "$work/tree/lxc-gpu-bind"
    rm -r "$work/tree"
}

@test "lxc-gpu-bind has no rights of its own, and nothing to say to a person" {
    run setpriv --reuid 7001 --regid 7001 --clear-groups /usr/libexec/lxc-gpu-hook/lxc-gpu-bind
    [ "$status" = 125 ]
    [ "$output" = "lxc-gpu-bind is started by lxc-gpu-hook" ]
    touch "$work/place"
    run setpriv --reuid 7001 --regid 7001 --clear-groups /usr/libexec/lxc-gpu-hook/lxc-gpu-bind /dev/null 3<"$work/place"
    [ "$status" != 0 ]
    [ "$(stat -c %F "$work/place")" = "regular empty file" ]
}
