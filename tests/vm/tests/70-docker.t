# shellcheck shell=bash
# image: apps
# The GPU of this machine, which is a virtual machine's guest, in a container of its Docker: our compose file, an
# ordinary user. Then each of the two mistakes that people make, told apart, and the printed fix.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh
. /payload/lib.sh
# shellcheck source-path=SCRIPTDIR source=../payload/docker.sh
. /payload/docker.sh
plan 9

host_gid=$(stat -c %g /dev/dri/renderD128)
dir=/var/tmp/compose
mkdir -p $dir

# service LINE...: the service's own lines
service() {
    {
        printf 'services:\n  verify:\n    image: guest\n    user: "1000:1000"\n    network_mode: none\n'
        printf '    environment:\n      - %s\n' "$(driver_variable /srv/rootfs/debian)"
        printf '    command: gpu-verify --frames 6 --size 320x240\n'
        printf '    %s\n' "$@"
    } >$dir/docker-compose.yml
    # Version 1 of compose takes a file without a version for one of its oldest.
    docker compose version >/dev/null 2>&1 || sed -i '1i version: "3.7"' $dir/docker-compose.yml
    output=$(cd $dir && compose run --rm -T verify 2>&1 </dev/null)
    status=$?
}

check 'Docker starts' systemctl start docker
docker_import guest debian
check 'an image is made of a container'\''s file tree' docker import /var/tmp/guest.tar guest
rm /var/tmp/guest.tar

service 'devices:' '  - /dev/dri/renderD128:/dev/dri/renderD128' 'group_add:' "  - \"$host_gid\""
is 'devices and group_add: status' $status 0
like 'devices and group_add: PASS' "$output" '^gpu-verify: PASS'
printf '%s\n' "$output" >/out/docker.txt

service 'devices:' '  - /dev/dri/renderD128:/dev/dri/renderD128'
is 'without group_add: status' $status 13
like 'without group_add: the fix has the number' "$output" "group_add.*$host_gid"
fix=$(grep -oE "group_add: *\[ *\"?$host_gid\"? *\]" <<<"$output" | head -n 1)
service 'devices:' '  - /dev/dri/renderD128:/dev/dri/renderD128' "${fix:-# no fix was printed}"
is 'with the line as printed: status' $status 0

service 'volumes:' '  - /dev/dri/renderD128:/dev/dri/renderD128' 'group_add:' "  - \"$host_gid\""
is 'volumes in place of devices: status' $status 14
like 'volumes in place of devices: the fix' "$output" 'devices:'
systemctl stop docker.socket docker containerd
