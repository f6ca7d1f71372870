# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# A file tree of one Debian release.

# rootfs_debian RELEASE SOURCES OPTIONS DIR PACKAGE...
rootfs_debian() {
    local release=$1 sources=$2 options=$3 dir=$4 package include=

    shift 4
    for package; do include+=",$package"; done
    # An initrd made in here would never be used (see tests/vm/lib/initrd.sh).
    INITRD=No DEBIAN_FRONTEND=noninteractive mmdebstrap --mode=root --variant=minbase --quiet \
        --aptopt="$options" --include="${include#,}" \
        --dpkgopt='force-unsafe-io' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' \
        "$release" "$dir" "$sources"
    rm -rf "$dir"/var/lib/apt/lists/* "$dir"/etc/apt/apt.conf.d/99mmdebstrap
}
