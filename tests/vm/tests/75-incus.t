# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# image: apps
# only: trixie
# Incus, which keeps LXC's config to itself: raw.lxc takes the same one line, from our profile.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh
. /payload/lib.sh
# shellcheck source-path=SCRIPTDIR source=../payload/docker.sh
. /payload/docker.sh
plan 8

init_incus() {
    incus admin init --preseed <<'END'
storage_pools:
  - name: default
    driver: dir
profiles:
  - name: default
    devices:
      root: {type: disk, path: /, pool: default}
END
}

# An image is a tree named rootfs and a page about it.
make_image() {
    local tar=/var/tmp/incus.tar

    mkdir -p /var/tmp/incus
    printf 'architecture: x86_64\ncreation_date: 1700000000\nproperties: {os: debian}\n' >/var/tmp/incus/metadata.yaml
    rootfs_export guest debian
    mkdir /var/tmp/incus/rootfs
    tar -C /var/tmp/incus/rootfs -xpf /var/tmp/guest.tar --numeric-owner
    rm /var/tmp/guest.tar
    tar -C /var/tmp/incus --numeric-owner -cf $tar . && incus image import --quiet $tar --alias guest
    rm -rf $tar /var/tmp/incus
}

use_profile() {
    incus profile create gpu && incus profile edit gpu </payload/config-snippets/incus-profile.yaml &&
        incus profile add video gpu
}

in_guest() { incus exec video -- "$@"; }

check 'Incus starts' systemctl start incus
check 'it is initialised' init_incus
check 'an image is made of a container'\''s file tree' make_image
incus init guest video >/run/incus.log 2>&1 </dev/null
check 'our profile' use_profile
check 'the container starts' incus start video
is 'the node belongs to the container'\''s render group' "$(in_guest stat -c '%u:%g %t:%T' /dev/dri/renderD128)" \
    "0:$render_gid e2:80"
output=$(in_guest setpriv --reuid viewer --regid viewer --init-groups --inh-caps=-all \
    env HOME=/tmp USER=viewer gpu-verify --frames 6 --size 320x240 2>&1)
is 'gpu-verify as a member of render: status' $? 0
like 'gpu-verify as a member of render: PASS' "$output" '^gpu-verify: PASS'
incus info video --show-log >/out/incus.log 2>&1
journalctl -t lxc-gpu-hook -b --no-pager >>/out/incus.log
cat /var/log/incus/video/lxc.log >>/out/incus.log 2>/dev/null
incus delete --force video
systemctl stop incus.socket incus
