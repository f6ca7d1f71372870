# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# image: apps
# The GPU of this machine, which is a virtual machine's guest, in a container of its Docker: our compose file as it
# stands, an ordinary user. Then each of the two mistakes that people make, told apart, and the printed fix.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh
. /payload/lib.sh
# shellcheck source-path=SCRIPTDIR source=../payload/docker.sh
. /payload/docker.sh
plan 10

host_gid=$(stat -c %g /dev/dri/renderD128)
dir=/var/tmp/compose
mkdir -p $dir
# As the snippet says: before 1.27 a file without a version is one of an older kind.
[[ $release != bullseye ]] || header='1i version: "2.4"'

# up [SED]: the compose file, changed by a sed command
up() {
    sed -e "${1:-}" -e "${header:-}" /payload/config-snippets/docker-compose.yml >$dir/docker-compose.yml
    output=$(cd $dir && IMAGE=guest RENDER_GID=$host_gid compose up --exit-code-from media 2>&1 </dev/null)
    status=$?
    (cd $dir && IMAGE=guest RENDER_GID=$host_gid compose down >/dev/null 2>&1)
    printf '%s\n' "== up $*" "$output" >>/out/docker.txt
}

check 'Docker starts' systemctl start docker
rootfs_export guest debian
check 'an image is made of a container'\''s file tree' docker import \
    --change 'CMD ["gpu-verify", "--frames", "6", "--size", "320x240"]' --change "ENV $(driver_variable /srv/rootfs/debian)" \
    /var/tmp/guest.tar guest
rm /var/tmp/guest.tar

up
is 'as it stands: status' $status 0
like 'as it stands: PASS' "$output" 'gpu-verify: PASS'

up '/group_add:/d; /RENDER_GID:/d'
is 'without group_add: status' $status 13
like 'without group_add: the fix' "$output" "group_add.*$host_gid"
fix=$(grep -oE "group_add: *\[ *\"?$host_gid\"? *\]" <<<"$output" | head -n 1)
up "s/^    group_add:.*/    ${fix:-no fix was printed}/; /RENDER_GID:/d"
is 'without group_add: with the line as printed' $status 0

up 's/devices:/volumes:/'
is 'volumes in place of devices: status' $status 14
like 'volumes in place of devices: the fix' "$output" 'devices:'
fix=$(grep -oE 'devices: *\[ *"?/dev/dri/renderD128[^]]*\]' <<<"$output" | head -n 1)
up "s|^    devices:.*|    ${fix:-no fix was printed}|; /- .dev.dri/d"
is 'volumes in place of devices: with the line as printed' $status 0
systemctl stop docker.socket docker containerd
