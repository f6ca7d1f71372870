# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Installed the way people install things: dpkg -i on the host, one line in the container's config, dpkg -i in
# the guest; and apt purge takes away all that came.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh
. /payload/lib.sh
plan 13

# Every file with its size; of a folder an overlay gives now one size, now another.
lines=(\( -type d -printf '%p %y %m %U:%G\n' -o -printf '%p %y %m %U:%G %s\n' \))
# What dpkg and apt write down for themselves is not of the package.
host_files() { find /etc /usr /var /opt /root -xdev ! -path '/var/lib/dpkg*' ! -path '/var/l*/apt*' ! -path '/var/log*' \
    ! -path '/var/cache*' ! -path '/var/lib/lxc*' ! -path '/var/lib/systemd*' "${lines[@]}" | sort; }
guest_files() { ct_run pack find / -xdev ! -path /lost+found ! -path '/var/lib/dpkg*' ! -path '/var/l*/apt*' ! -path '/var/log*' \
    ! -path '/var/cache*' ! -path '/tmp*' ! -path '/run*' "${lines[@]}" | sort; }
# apt in the guest has no package lists, and needs none to remove something.
guest_apt() { ct_run pack env DEBIAN_FRONTEND=noninteractive apt-get "$@"; }

check 'host: the package goes away' dpkg --purge lxc-gpu
host_files >/run/host-before
check 'host: dpkg -i' dpkg -i "/payload/$release"/packages/lxc-gpu_*.deb
is 'host: no dependency is missing' "$(dpkg --audit)" ''
like 'host: lxc-gpu-hook is there' "$(lxc-gpu-hook --version)" '[0-9]+\.[0-9]+\.[0-9]+'

ct_make pack debian <<'END'
lxc.init.cmd = /bin/sleep 100000
lxc.include = /usr/share/lxc/config/gpu.conf
END
dri=/var/lib/lxc/pack/rootfs/usr/lib/x86_64-linux-gnu/dri
mkdir -p "$dri"
cp "/payload/$release"/driver/*_drv_video.so "$dri/"
cp "/payload/$release"/packages/gpu-verify_*.deb /var/lib/lxc/pack/rootfs/tmp/gpu-verify.deb
check 'guest: starts' ct_start pack
guest_files >/run/guest-before
check 'guest: dpkg -i' ct_run pack dpkg -i /tmp/gpu-verify.deb
is 'guest: no dependency is missing' "$(ct_run pack dpkg --audit)" ''
output=$(ct_user pack viewer gpu-verify --frames 6 --size 320x240 2>&1)
is 'guest: status' $? 0
like 'guest: PASS' "$output" '^gpu-verify: PASS'
check 'guest: apt purge' guest_apt purge -y gpu-verify
is 'guest: nothing is left' "$(guest_files | diff /run/guest-before -)" ''
ct_remove pack

check 'host: apt purge' env DEBIAN_FRONTEND=noninteractive apt-get purge -y lxc-gpu
is 'host: nothing is left' "$(host_files | diff /run/host-before -)" ''
dpkg -i "/payload/$release"/packages/lxc-gpu_*.deb >/dev/null 2>&1
