# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Docker images out of our own containers' file trees: no registry is asked.

# rootfs_tar NAME OUT: the tree of a container made by ct_make, with its owners as the container sees them.
rootfs_tar() {
    lxc-usernsexec -m "b:0:${first_id:?}:65536" -- \
        tar -C "/var/lib/lxc/$1/rootfs" --numeric-owner --exclude ./usr/share/zoneinfo --exclude ./lost+found -cf - . >"$2"
}

# rootfs_export NAME TREE: /var/tmp/NAME.tar, with gpu-verify. What was copied in by root is nobody's there; for our
# purpose it only has to be readable.
rootfs_export() {
    local name=$1 tree=$2

    ct_make "$name" "$tree" </dev/null
    ct_install_verify "$name"
    rootfs_tar "$name" "/var/tmp/$name.tar"
    ct_remove "$name"
}

# The plugin of Debian 13, or the program of its own that Debian 12 has.
compose() {
    if docker compose version >/dev/null 2>&1; then docker compose "$@"; else docker-compose "$@"; fi
}
