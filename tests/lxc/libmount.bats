#!/usr/bin/env bats
# libmount is loaded when a node is to be bound, and by nothing else.

setup() {
    load lib.bash
    reset_host
    node renderD128 226 128
    unset "${!LXC_@}"
    mkdir -p "$work/broken"
    : >"$work/broken/libmount.so.1"
}

# In namespaces where only container root is mapped, with a libmount that cannot be loaded.
mount_hook() {
    run unshare -U -m -r env LD_LIBRARY_PATH="$work/broken" LXC_HOOK_TYPE=mount LXC_NAME=c1 \
        LXC_ROOTFS_MOUNT="$(own_rootfs "$1")" "$hook"
    echo "$output"
}

@test "nothing to bind: a libmount that cannot be loaded is not missed" {
    mount_hook l1
    [ "$status" = 0 ]
    [ -z "$output" ]
}

@test "a node to bind: the library, the reason and the package are named" {
    chmod 0666 /dev/dri/renderD128
    mount_hook l2
    [ "$status" = 1 ]
    [[ "$output" == *"add GPU to container c1: load libmount: "*"libmount.so.1"*"file too short"* ]]
    [[ "$output" == *"fix: apt install libmount1"* ]]
}

@test "a hook that was linked with libmount would not even start so" {
    local status=0
    env LD_LIBRARY_PATH="$work/broken" mount --version || status=$?
    [ "$status" = 127 ]
}
