#!/usr/bin/env bats
# libmount is needed when a node is to be bound, and by nothing else; then by lxc-gpu-bind, a program of its own.

setup() {
    load lib.bash
    reset_host
    node renderD128 226 128
    unset "${!LXC_@}"
    : >"$work/none"
    libmount=$(ldd /usr/libexec/lxc-gpu-hook/lxc-gpu-bind | awk '$1 == "libmount.so.1" { print $3 }')
}

# hidden FILE ROOTFS_NAME: the mount hook in namespaces where only container root is mapped, and FILE is empty
# shellcheck disable=SC2016  # for the inner shell
hidden() {
    run unshare -m sh -c 'mount --bind "$1" "$2" && exec unshare -U -m -r env LXC_HOOK_TYPE=mount LXC_NAME=c1 LXC_ROOTFS_MOUNT="$3" "$4"' \
        sh "$work/none" "$1" "$(own_rootfs "$2")" "$hook"
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
    [[ "$output" == *"add GPU to container c1: start lxc-gpu-bind: none "*" in /usr/libexec/lxc-gpu-hook, /usr/bin or /usr/bin/../libexec/lxc-gpu-hook"* ]]
    [[ "$output" == *"fix: apt install --reinstall lxc-gpu"* ]]
}

@test "lxc-gpu-bind beside the hook, as in a build, or in libexec beside bin: only where nobody else may write" {
    chmod 0666 /dev/dri/renderD128
    bind=/usr/libexec/lxc-gpu-hook/lxc-gpu-bind
    mkdir -p "$work/tree/bin" "$work/tree/libexec/lxc-gpu-hook"
    cp "$hook" "$work/tree/bin/"
    # tree STATUS: the hook there, where none is installed
    tree() {
        hook="$work/tree/bin/lxc-gpu-hook" hidden "$bind" "b$((++trees))"
        [ "$status" = "$1" ]
    }
    tree 1
    cp "$bind" "$work/tree/libexec/lxc-gpu-hook/"
    tree 0
    for open in libexec/lxc-gpu-hook/lxc-gpu-bind libexec/lxc-gpu-hook libexec . bin; do
        chmod o+w "$work/tree/$open"
        tree 1
        chmod o-w "$work/tree/$open"
    done
    chown 7001 "$work/tree/libexec/lxc-gpu-hook/lxc-gpu-bind"
    tree 1
    chown 0 "$work/tree/libexec/lxc-gpu-hook/lxc-gpu-bind"
    mv "$work/tree/libexec/lxc-gpu-hook/lxc-gpu-bind" "$work/tree/bin/"
    tree 0
    chmod g+w "$work/tree/bin/lxc-gpu-bind"
    tree 1
    rm "$work/tree/bin/lxc-gpu-bind"
    ln -s /bin/true "$work/tree/bin/lxc-gpu-bind"
    tree 1
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
