# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# guests: all
# Every kind of start and every kind of guest on one host, each guest with a render GID of its own: one line of
# configuration, and an ordinary member of the guest's render group encodes. Prints the matrix.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh
. /payload/lib.sh
# shellcheck source-path=SCRIPTDIR source=../payload/starter.sh
. /payload/starter.sh
guests=(bullseye bookworm trixie busybox)
plan $((3 * 3 * ${#guests[@]} + 1))

version() { dpkg-query --admindir="$1/var/lib/dpkg" -W -f '${Version}' "$2" 2>/dev/null | sed 's/^[0-9]*://; s/[-+].*//'; }

# What the guest is, in words.
guest_says() {
    local tree=/srv/rootfs/$1

    case $1 in
        busybox) printf 'busybox, libva %s' "$(version / libva2)" ;;
        *) printf 'Debian %s, libva %s, libdrm %s' "$(cut -d. -f1 "$tree/etc/debian_version")" \
            "$(version "$tree" libva2)" "$(version "$tree" libdrm2)" ;;
    esac
}

# row START GUEST NODE STATUS
row() {
    local result="FAIL ($4)"

    [[ $4 != 0 ]] || result=PASS
    printf '%s\t%s\t%s\t%s\n' "$1" "$(guest_says "$2")" "$3" "$result" >>/out/matrix
}

# judge START GUEST: what `run` shows in it of the node, and how gpu-verify ends.
judge() {
    local start=$1 guest=$2 node

    node=$(node_in)
    is "$start, $guest: the node has the guest's own render group" "$node" "$(rootfs_gid "$guest") e2:80"
    output=$(verify_in 2>&1)
    status=$?
    is "$start, $guest: gpu-verify as a member of render passes" "$status" 0 ||
        printf '%s\n' "$output" | sed 's/^/#     /'
    grep -q '^gpu-verify: PASS' <<<"$output" || status="no PASS in the output"
    row "$start" "$guest" "$node" "$status"
}

# by_root START CONFIG: with that config of ours; a privileged container has no idmap.
by_root() {
    local start=$1 config=$2

    node_in() { ct_run "$guest" stat -c '%g %t:%T' /dev/dri/renderD128; }
    verify_in() { ct_user "$guest" viewer gpu-verify --frames 6 --size 320x240; }
    ct_make "$guest" "$guest" < <(ct_plain_init && echo "lxc.include = /usr/share/lxc/config/$config")
    [[ $start != privileged ]] || sed -i '/idmap\|userns.conf/d' "/var/lib/lxc/$guest/config"
    ct_install_verify "$guest"
    check "$start, $guest: starts" ct_start "$guest"
    judge "$start" "$guest"
    ct_remove "$guest"
}

as_user() {
    node_in() { starter_run "$guest" stat -c '%g %t:%T' /dev/dri/renderD128; }
    verify_in() { starter_user "$guest" viewer gpu-verify --frames 6 --size 320x240; }
    ct_make "$guest" "$guest" < <(ct_plain_init && echo 'lxc.include = /usr/share/lxc/config/gpu.conf')
    ct_install_verify "$guest"
    starter_adopt "$guest"
    starter lxc-gpu-hook idmap "$guest" --write >/run/idmap.log 2>&1 || cat /run/idmap.log
    check "user-started, $guest: starts" starter_start "$guest"
    judge user-started "$guest"
    starter_stop "$guest"
    ct_remove "$guest"
}

host=$(printf 'Debian %s: kernel %s, LXC %s, AppArmor %s, %s' "$(cut -d. -f1 /etc/debian_version)" "$(uname -r)" \
    "$(lxc-start --version)" "$(version / apparmor)" "$(stat -f -c %T /sys/fs/cgroup)")
printf '%s\n' "$host" >/out/matrix

check 'the user has a session' starter_session
printf 'starter:%s:1\n' "$(stat -c %g /dev/dri/renderD128)" >>/etc/subgid
for guest in "${guests[@]}"; do by_root root-started gpu.conf; done
for guest in "${guests[@]}"; do by_root privileged gpu-privileged.conf; done
for guest in "${guests[@]}"; do as_user; done
