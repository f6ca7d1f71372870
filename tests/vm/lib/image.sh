# shellcheck shell=bash
# Where the image of a release lies, and what it is made from.

vm_dir=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
vm_releases='bullseye bookworm trixie'
vm_cache=${XDG_CACHE_HOME:-/var/cache}/lxc-gpu-hook-tests

vm_check_release() {
    [[ " $vm_releases " == *" $1 "* ]] || die "unknown release $1, known: $vm_releases"
}

# Only what shapes the image counts: tests and binaries are handed in at each boot.
vm_image_path() {
    local sum

    sum=$(cd "$vm_dir" && sha256sum build lib/apt.sh lib/image.sh lib/rootfs.sh lib/initrd.sh guest/* | sha256sum)
    printf '%s/%s-%s\n' "$vm_cache" "$1" "${sum:0:16}"
}

# vm_image RELEASE LOG: prints the folder of the image, which is built when it is missing or outdated.
vm_image() {
    local release=$1 log=$2 image

    image=$(vm_image_path "$release")
    mkdir -p "$vm_cache"
    (
        flock 9
        [[ ! -e $image/root.ext4 ]] || exit 0
        rm -rf "${vm_cache:?}/$release-"*
        say "# building the virtual machine of Debian $release, once" >&2
        quietly "build the virtual machine of Debian $release" "$log" "$vm_dir/build" "$release" "$image.new"
        mv "$image.new" "$image"
    ) 9>"$vm_cache/lock" || return
    printf '%s\n' "$image"
}
