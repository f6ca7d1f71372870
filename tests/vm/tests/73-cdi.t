# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# image: apps
# only: bookworm trixie
# CDI: what lxc-gpu-hook cdi writes, read by the engines of this release: by node, by slot, all. Owner, group and mode of
# the node inside, gpu-verify as an ordinary user, and which versions of the format are refused.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh
. /payload/lib.sh
# shellcheck source-path=SCRIPTDIR source=../payload/docker.sh
. /payload/docker.sh
# shellcheck source-path=SCRIPTDIR source=../payload/starter.sh
. /payload/starter.sh
has_docker_cdi() { [[ $release != bookworm ]]; }
plan $((14 + $(has_docker_cdi && echo 12 || echo 3)))

host_gid=$(stat -c %g /dev/dri/renderD128)
slot=$(lxc-gpu-hook list --select renderD128 | awk 'NR == 2 { print $2 }')
spec=/etc/cdi/lxc-gpu.json
mkdir -p /etc/cdi

# spec_write VERSION [OPTION...]
spec_write() { lxc-gpu-hook cdi --output $spec --cdi-version "$@"; }

# inside ENGINE... : the nodes in a container that runs there
look=(sh -c 'stat -c "%n %u:%g %a" /dev/dri/* | sort | tr "\n" " "')
verify=(gpu-verify --frames 6 --size 320x240 -q)

# ran NAME COMMAND...: sets output and status
ran() {
    local name=$1

    shift
    output=$("$@" 2>&1 </dev/null)
    status=$?
    printf '%s\n' "== $name: $*" "$output" "status $status" >>/out/cdi.txt
}

# versions_read NAME COMMAND...: each version that lxc-gpu-hook writes: which of them this engine reads
versions_read() {
    local name=$1 read='' version

    shift
    for version in 0.5.0 0.6.0 0.7.0 0.8.0 1.0.0; do
        spec_write $version
        ran "version $version" "$@"
        ((status != 0)) || read+=" $version"
    done
    printf '# %s on Debian %s reads%s\n' "$name" "$release" "$read"
    is "$name reads the default version" "$(grep -o '0\.5\.0' <<<"$read")" 0.5.0
    versions=$read
    spec_write 0.5.0
}

ip link delete docker0 2>/dev/null
rootfs_export guest busybox
usermod -aG render,systemd-journal starter
check 'the user has a session' starter_session
make_image() { "$@" podman import --change 'USER 1000:1000' /var/tmp/guest.tar localhost/media:latest; }

# ---- Podman, as root ----
check 'the default specification' spec_write 0.5.0
check 'it is what the host has' lxc-gpu-hook cdi --check $spec
check 'Podman, root: an image' make_image env
podman=(podman run --rm)
ran podman "${podman[@]}" --device lxc-gpu/render=renderD128 localhost/media:latest "${look[@]}"
is 'Podman by node: owner, group, mode' "$output" "/dev/dri/renderD128 0:$host_gid 660 "
ran podman "${podman[@]}" --device "lxc-gpu/render=$slot" localhost/media:latest "${look[@]}"
is 'Podman by slot' "$output" "/dev/dri/renderD128 0:$host_gid 660 "
ran podman "${podman[@]}" --device lxc-gpu/render=all localhost/media:latest "${look[@]}"
is 'Podman, all' "$output" "/dev/dri/renderD128 0:$host_gid 660 /dev/dri/renderD129 0:$host_gid 660 "
ran podman "${podman[@]}" --group-add "$host_gid" --device lxc-gpu/render=all localhost/media:latest "${verify[@]}"
like 'Podman: PASS as an ordinary user' "$output" '^gpu-verify: PASS'
ran podman "${podman[@]}" --device lxc-gpu/render=all localhost/media:latest "${verify[@]}"
is 'Podman: without the group nobody gets in' $status 13
versions_read podman "${podman[@]}" --device lxc-gpu/render=all localhost/media:latest true
if [[ $versions == *0.7.0* ]]; then
    spec_write 0.7.0
    ran podman "${podman[@]}" --device lxc-gpu/render=all localhost/media:latest "${verify[@]}"
    like 'Podman, 0.7.0: PASS without group_add' "$output" '^gpu-verify: PASS'
    spec_write 0.5.0
else
    is 'Podman 4.3 reads 0.5.0 and none after it' "$versions" ' 0.5.0'
fi

# ---- Podman, rootless ----
check 'Podman, rootless: an image' make_image starter
ran rootless starter "${podman[@]}" --device lxc-gpu/render=all --group-add keep-groups localhost/media:latest "${verify[@]}"
is 'Podman, rootless, keep-groups: status' $status 0
like 'Podman, rootless, keep-groups: PASS' "$output" '^gpu-verify: PASS'

# ---- Docker ----
if has_docker_cdi; then
    mkdir -p /etc/docker
    echo '{"features": {"cdi": true}}' >/etc/docker/daemon.json
fi
check 'Docker starts' systemctl start docker
check 'Docker: an image' docker import --change 'USER 1000:1000' --change 'CMD ["gpu-verify", "-q", "--frames", "6"]' \
    /var/tmp/guest.tar guest
docker=(docker run --rm --network none)
if has_docker_cdi; then
    ran docker "${docker[@]}" --device lxc-gpu/render=renderD128 guest "${look[@]}"
    is 'Docker by node: owner, group, mode' "$output" "/dev/dri/renderD128 0:$host_gid 660 "
    ran docker "${docker[@]}" --device "lxc-gpu/render=$slot" guest "${look[@]}"
    is 'Docker by slot' "$output" "/dev/dri/renderD128 0:$host_gid 660 "
    ran docker "${docker[@]}" --device lxc-gpu/render=all guest "${look[@]}"
    is 'Docker, all' "$output" "/dev/dri/renderD128 0:$host_gid 660 /dev/dri/renderD129 0:$host_gid 660 "
    ran docker "${docker[@]}" --group-add "$host_gid" --device lxc-gpu/render=all guest "${verify[@]}"
    like 'Docker: PASS as an ordinary user' "$output" '^gpu-verify: PASS'
    ran docker "${docker[@]}" --device lxc-gpu/render=all guest "${verify[@]}"
    is 'Docker: without the group nobody gets in' $status 13
    versions_read docker "${docker[@]}" --device lxc-gpu/render=all guest true
    like 'Docker reads 0.7.0' "$versions" '0\.7\.0'
    spec_write 0.7.0
    ran docker "${docker[@]}" --device lxc-gpu/render=all guest "${verify[@]}"
    # It reads additionalGids and adds none: what the man page and the compose file say.
    is 'Docker 26.1, 0.7.0: group_add is still needed' $status 13
    spec_write 0.5.0
    mkdir -p /var/tmp/compose
    cp /payload/config-snippets/docker-compose-cdi.yml /var/tmp/compose/docker-compose.yml
    ran compose env -C /var/tmp/compose IMAGE=guest RENDER_GID="$host_gid" docker compose up --exit-code-from media
    is 'the compose file: status' $status 0
    like 'the compose file: PASS' "$output" 'gpu-verify: PASS'
else
    ran docker "${docker[@]}" --device lxc-gpu/render=all guest true
    is 'Docker 20.10 has no CDI' $((status != 0)) 1
fi
systemctl stop docker.socket docker containerd
rm -rf /etc/cdi /etc/docker/daemon.json /var/tmp/guest.tar /var/tmp/compose
