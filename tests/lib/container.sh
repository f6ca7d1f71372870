# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The file trees of containers.

# shellcheck disable=SC2034  # for tests/vm/build and tests/demo
container_packages=(systemd systemd-sysv udev dbus passwd libva2 libva-drm2)

# Each its own, and far from any GID that a Debian release gives to render, so that no test passes by accident.
# shellcheck disable=SC2034
declare -A container_render_gid=([bullseye]=2911 [bookworm]=2912 [trixie]=2913)
busybox_render_gid=2992
container_first_id=100000

# A container's Debian, with a group render of the GID given: two ordinary users, of whom one may use the GPU.
rootfs_finish_container() {
    local dir=$1 gid=$2

    chroot "$dir" groupmod --gid "$gid" render
    chroot "$dir" useradd --create-home --uid 1000 --shell /bin/bash --groups render viewer
    chroot "$dir" useradd --create-home --uid 1001 --shell /bin/bash outsider
    echo container >"$dir/etc/hostname"
    : >"$dir/etc/fstab"
    : >"$dir/etc/machine-id"
}

# rootfs_busybox BUSYBOX DIR: the smallest container that starts, for tests that only look at /dev.
rootfs_busybox() {
    local busybox=$1 dir=$2 applet

    mkdir -p "$dir"/{bin,sbin,usr/bin,usr/sbin,etc,dev,proc,sys,tmp,run,root,var}
    install -m 0755 "$busybox" "$dir/bin/busybox"
    for applet in $("$dir/bin/busybox" --list); do
        [[ $applet == busybox ]] || ln -s busybox "$dir/bin/$applet"
    done
    ln -s ../bin/busybox "$dir/sbin/init"
    printf 'root:x:0:0:root:/root:/bin/sh\nviewer:x:1000:1000::/tmp:/bin/sh\n' >"$dir/etc/passwd"
    printf 'root:x:0:\nvideo:x:44:\nrender:x:%d:viewer\nviewer:x:1000:\n' "$busybox_render_gid" >"$dir/etc/group"
    printf '::sysinit:/bin/true\n::shutdown:/bin/true\n' >"$dir/etc/inittab"
}

# Moves every owner into the containers' id range. chown clears set-id bits, so they are put back.
rootfs_shift() {
    local dir=$1 pair uid gid mode path

    find "$dir" -type f -perm /6000 -printf '%m %p\n' >"$dir.setid"
    find "$dir" -printf '%U:%G\n' | sort -u >"$dir.owners"
    while read -r pair; do
        uid=${pair%:*} gid=${pair#*:}
        find "$dir" -uid "$uid" -gid "$gid" -exec chown -h \
            "$((uid + container_first_id)):$((gid + container_first_id))" {} +
    done <"$dir.owners"
    while read -r mode path; do chmod "$mode" "$path"; done <"$dir.setid"
    rm "$dir.setid" "$dir.owners"
}
