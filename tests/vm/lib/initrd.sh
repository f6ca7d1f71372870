# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# A start-up archive of busybox and the few modules that reach the root disk: Debian's own takes many
# times longer to unpack and to run under emulation.

# initrd_make TREE KERNEL_VERSION OUT
initrd_make() {
    local tree=$1 version=$2 out=$3 dir module name

    dir=$(mktemp -d)
    mkdir -p "$dir"/{bin,dev,modules,root,proc}
    cp "$tree/bin/busybox" "$dir/bin/busybox"
    # The emulated processor has no SSE 4.2 for crc32c-intel, which ext4 only prefers.
    chroot "$tree" modprobe -S "$version" --show-depends -a virtio_pci virtio_blk crc32c_generic ext4 |
        awk '$1 == "insmod" && !/crc32c-intel/ && !seen[$2]++ { print $2 }' >"$dir/paths"
    while read -r module; do
        name=${module##*/}
        case $name in
            *.xz) xz -dc "$tree/$module" >"$dir/modules/${name%.xz}" ;;
            *) cp "$tree/$module" "$dir/modules/$name" ;;
        esac
        printf '%s\n' "${name%.xz}" >>"$dir/modules/order"
    done <"$dir/paths"
    rm "$dir/paths"
    install -m 0755 "${vm_dir:?}/guest/init" "$dir/init"
    (cd "$dir" && find . -mindepth 1 | cpio --quiet -o -H newc | gzip -1) >"$out"
    rm -r "$dir"
}
