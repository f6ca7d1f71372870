# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# image: apps
# only: bookworm trixie
# Podman with our snippet: rootless, by an ordinary user who is in the host's render group, as a user's service where
# Podman has Quadlet and by hand; as root with the node's number. In the container always an ordinary user.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh
. /payload/lib.sh
# shellcheck source-path=SCRIPTDIR source=../payload/docker.sh
. /payload/docker.sh
# shellcheck source-path=SCRIPTDIR source=../payload/starter.sh
. /payload/starter.sh
# Podman before 4.4 has no Quadlet; there the service is what a person types.
has_quadlet() { [[ $release != bookworm ]]; }
plan $((10 + $(has_quadlet && echo 4 || echo 0)))

host_gid=$(stat -c %g /dev/dri/renderD128)

make_image() { "$@" podman import --change 'USER 1000:1000' --change 'CMD ["gpu-verify", "--frames", "6"]' \
    /var/tmp/guest.tar localhost/media:latest; }

# by_hand RUN... -- OPTION...: sets output and status
by_hand() {
    local run=()

    while [[ $1 != -- ]]; do run+=("$1") && shift; done
    shift
    output=$("${run[@]}" podman run --rm "$@" localhost/media:latest 2>&1 </dev/null)
    status=$?
    printf '%s\n' "== ${run[*]} podman run $*" "$output" >>/out/podman.txt
}

# service FOLDER UID CHANGE SYSTEMCTL...: the snippet in that folder, changed by a sed command, run once by systemd as
# that user; the journal has the container's output
service() {
    local folder=$1 uid=$2 change=$3

    shift 3
    mkdir -p "$folder"
    sed "$change" /payload/config-snippets/podman.container >"$folder/media.container"
    [[ $folder != "$starter_home"/* ]] || chown -R starter:starter $starter_home/.config
    "$@" daemon-reload
    "$@" start media
    for _ in $(seq 60); do
        [[ $("$@" show -P ActiveState media) =~ ^(inactive|failed)$ ]] && break
        sleep 1
    done
    status=$("$@" show -P ExecMainStatus media)
    output=$(journalctl -b --no-pager -o cat CONTAINER_NAME=systemd-media "_UID=$uid")
    printf '%s\n' "== service in $folder" "$output" >>/out/podman.txt
}

# Rootless Podman copies the routes of a network that there is; Docker's leads nowhere here.
ip link delete docker0 2>/dev/null
# A small one: Podman packs it.
rootfs_export guest busybox
# Podman logs to the journal of a user who may read it.
usermod -aG render,systemd-journal starter
check 'the user has a session' starter_session
check 'rootless: an image is made of a container'\''s file tree' make_image starter
by_hand starter -- --device /dev/dri/renderD128 --group-add keep-groups
is 'rootless: status' $status 0
like 'rootless: PASS' "$output" '^gpu-verify: PASS'
by_hand starter -- --device /dev/dri/renderD128
is 'rootless, without keep-groups: status' $status 12
like 'rootless, without keep-groups: the fix' "$output" 'keep-groups'

if has_quadlet; then
    service $starter_home/.config/containers/systemd 1000 '' starter systemctl --user
    is 'rootless, the snippet as it stands: status' "$status" 0
    like 'rootless, the snippet as it stands: PASS' "$output" 'gpu-verify: PASS'
fi

check 'as root: an image' make_image env
by_hand env -- --device /dev/dri/renderD128 --group-add "$host_gid"
is 'as root, the number: status' $status 0
like 'as root, the number: PASS' "$output" '^gpu-verify: PASS'
by_hand env -- --device /dev/dri/renderD128
is 'as root, without the group: status' $status 13

if has_quadlet; then
    service /etc/containers/systemd 0 "s/keep-groups/$host_gid/" systemctl
    is 'as root, the snippet with the number: status' "$status" 0
    like 'as root, the snippet with the number: PASS' "$output" 'gpu-verify: PASS'
fi
rm -f /var/tmp/guest.tar
