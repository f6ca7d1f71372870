# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# image: apps
# Docker inside an unprivileged LXC container that has our hook: the node comes through both.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh
. /payload/lib.sh
# shellcheck source-path=SCRIPTDIR source=../payload/docker.sh
. /payload/docker.sh
plan 7

# This machine's Docker with its libraries, into the container.
put_docker() {
    local rootfs=/var/lib/lxc/nest/rootfs program

    for program in dockerd docker containerd containerd-shim-runc-v2 runc docker-init; do
        program=$(command -v "$program") || continue
        cp -L --parents "$program" "$rootfs"
        ldd "$program" 2>/dev/null | grep -oE '/[^ ]+\.so[.0-9]*' | xargs -r cp -Ln --parents -t "$rootfs"
    done
}

# Networks, AppArmor's profile and control groups are not what is tested here.
start_docker() {
    ct_run nest mount -t tmpfs none /var/lib/docker
    ct_run nest mount -t tmpfs none /run
    ct_run nest sh -c 'dockerd --bridge=none --userland-proxy=false --iptables=false --ip6tables=false \
        >/tmp/dockerd.log 2>&1 </dev/null &'
    for _ in $(seq 120); do
        ct_run nest test -S /run/docker.sock && return 0
        pgrep -x dockerd >/dev/null || break
        sleep 1
    done
    tail -n 20 /var/lib/lxc/nest/rootfs/tmp/dockerd.log
    return 1
}

# in_docker OPTION...: gpu-verify in a container of the container's Docker
in_docker() {
    output=$(ct_run nest docker run --rm --network none --security-opt apparmor=unconfined --user 1000:1000 \
        --env "$(driver_variable /srv/rootfs/busybox)" "$@" guest gpu-verify --frames 6 --size 320x240 2>&1)
    status=$?
}

rootfs_export guest busybox
ct_make nest debian < <(ct_plain_init && echo 'lxc.include = /usr/share/lxc/config/gpu.conf')
put_docker
mkdir -p /var/lib/lxc/nest/rootfs/var/lib/docker
check 'the LXC container starts' ct_start nest
check 'Docker starts in it' start_docker
check 'an image is made' ct_run nest docker import - guest </var/tmp/guest.tar
in_docker --device /dev/dri/renderD128 --group-add "$render_gid"
is 'device and group: status' $status 0
like 'device and group: PASS' "$output" '^gpu-verify: PASS'
in_docker --device /dev/dri/renderD128
is 'without the group: status' $status 13
like 'without the group: the container'\''s number' "$output" "$render_gid"
