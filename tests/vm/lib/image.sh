# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Where images lie, and what they are made from. Kinds:
#   machine  root.ext4, vmlinuz, initrd    the virtual machine
#   apps     the same                      with Docker, and Incus where there is one
#   guest    root.ext4                     a container's file tree
#   native   tree/                         where the project is built

vm_dir=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
vm_cache=${XDG_CACHE_HOME:-/var/cache}/lxc-gpu-hook-tests

# Only what shapes the image counts: tests and binaries are handed in at each boot.
image_sources() {
    printf '%s\n' build ../lib/release.sh ../lib/apt.sh ../lib/debian.sh
    case $1 in
        machine | apps) printf '%s\n' lib/machine.sh ../lib/container.sh lib/initrd.sh guest/* ;;
        guest) printf '%s\n' ../lib/container.sh ;;
        native) printf '%s\n' lib/native.sh ;;
    esac
}

# image_path KIND RELEASE
image_path() {
    local sum file

    sum=$(cd "$vm_dir" && image_sources "$1" | xargs -n 1 | while read -r file; do
        # the line about the license shapes nothing
        printf '%s  %s\n' "$(grep -v '^# SPDX-' "$file" | sha256sum | cut -d ' ' -f 1)" "$file"
    done | sha256sum)
    printf '%s/%s-%s-%s\n' "$vm_cache" "$1" "$2" "${sum:0:16}"
}

# images KIND RELEASE...: makes what is missing, two at a time. Pairs of words.
images_make() { (($# == 0)) || printf '%s\n' "$@" | xargs -n 2 -P 2 "$vm_dir/image" >/dev/null; }
