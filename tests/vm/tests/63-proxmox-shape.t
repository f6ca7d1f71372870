# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# only: bookworm
# Containers as Proxmox generates them, started by root, unprivileged and privileged: cgroups of their own shape, the root
# file system in the monitor's mount namespace alone, and the lone "allow all" of its userns.conf.d.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh disable=SC2154
. /payload/lib.sh
plan 12

hook=/usr/bin/lxc-gpu-hook
dir=/var/lib/lxc/100
mkdir -p /etc/pve/lxc /run/pve-shape
echo 'lxc.cgroup2.devices.allow = a' >/run/pve-shape/userns.conf
printf '#!/bin/sh\nmount -t overlay -o lowerdir=/srv/rootfs/debian,upperdir=/run/upper/100/data,workdir=/run/upper/100/work none %s/rootfs\n' \
    "$dir" >/run/pve-shape/prestart
chmod 0755 /run/pve-shape/prestart

# What Proxmox makes of its own file at a start.
# generate unprivileged|privileged
generate() {
    {
        printf 'lxc.include = /usr/share/lxc/config/%s\n' common.conf
        if [[ $1 == unprivileged ]]; then
            echo 'lxc.include = /usr/share/lxc/config/userns.conf'
            echo 'lxc.include = /run/pve-shape/userns.conf'
            printf 'lxc.idmap = %s 0 100000 65536\n' u g
        fi
        cat <<END_OF_CONFIG
lxc.cgroup.relative = 0
lxc.cgroup.dir.monitor = lxc.monitor/100
lxc.cgroup.dir.container = lxc/100
lxc.cgroup.dir.container.inner = ns
lxc.monitor.unshare = 1
lxc.hook.pre-start = /run/pve-shape/prestart
lxc.rootfs.path = $dir/rootfs
lxc.apparmor.profile = generated
lxc.apparmor.allow_nesting = 1
lxc.mount.auto = sys:mixed
lxc.tty.max = 2
lxc.environment = TERM=linux
lxc.uts.name = ct100
lxc.net.0.type = empty
lxc.init.cmd = /bin/sleep 100000
END_OF_CONFIG
        sed -n 's/^\(lxc\.[^:]*\): /\1 = /p' /etc/pve/lxc/100.conf
    } >"$dir/config"
}

# says STATUS PATTERN: check, however its lines are broken
says() {
    local output status=0

    output=$("$hook" check 100 2>&1) || status=$?
    printf 'status %s: %s\n' "$status" "$output"
    [[ $status == "$1" ]] && tr -s '\n ' ' ' <<<"$output" | grep -qE -- "$2"
}

for kind in unprivileged privileged; do
    conf=gpu.conf
    [[ $kind == unprivileged ]] || conf=gpu-privileged.conf
    mkdir -p "$dir/rootfs" /run/upper/100/{data,work}
    [[ $kind == privileged ]] || chown "$first_id:$first_id" /run/upper/100/data
    printf 'arch: amd64\nhostname: ct100\nunprivileged: %s\nlxc.include: /usr/share/lxc/config/%s\n' \
        "$([[ $kind == unprivileged ]] && echo 1 || echo 0)" "$conf" >/etc/pve/lxc/100.conf
    generate "$kind"
    check "$kind: before the start, check judges what can be known" \
        says 0 'warning: its file system is mounted when it runs'
    check "$kind: it starts" ct_start 100
    is "$kind: its root file system is in the monitor's mount namespace alone" "$(ls -A "$dir/rootfs")" ''
    like "$kind: its init is where Proxmox has it" "$(cat "/proc/$(lxc-info -n 100 -pH)/cgroup")" '^0::/lxc/100/ns'
    check "$kind: while it runs, check sees its groups" says 0 "group $render_gid = render in the container"
    check "$kind: a member of the group render opens the node" ct_run 100 setpriv --reuid viewer --regid viewer --init-groups \
        --inh-caps=-all sh -c "exec 3<>/dev/dri/renderD128 && ls -ln /dev/dri && stat -c %g /dev/dri/renderD128 | grep -qx $render_gid"
    lxc-stop -n 100 --kill 2>/dev/null
    rm -rf "$dir" /run/upper/100
done
rm -rf /etc/pve /run/pve-shape
