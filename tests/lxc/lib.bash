# SPDX-License-Identifier: MIT
# Shared by the container tests. Words: a container has a NAME, the config lines come on stdin.
# shellcheck shell=bash

work=${TEST_WORK:?run these tests with tests/lxc/run}
lxcpath=$work/lxc
hook=/usr/bin/lxc-gpu-hook

# The host's nodes: node renderD128 226 128 [GID]
node() {
    mkdir -p /dev/dri
    mknod -m 0660 "/dev/dri/$1" c "$2" "$3"
    chgrp "${4:-107}" "/dev/dri/$1"
}

# Describes a node to sysfs: device MINOR PCI-ADDRESS DRIVER VENDOR DEVICE
device() {
    local folder=/sys/dev/char/devices/pci0000:00/$2
    mkdir -p "$folder/drm/minor$1" "/sys/dev/char/drivers/$3"
    echo "$4" >"$folder/vendor"
    echo "$5" >"$folder/device"
    ln -sfn "../../../drivers/$3" "$folder/driver"
    ln -sfn ../../../"$2" "$folder/drm/minor$1/device"
    ln -sfn "devices/pci0000:00/$2/drm/minor$1" "/sys/dev/char/226:$1"
}

reset_host() {
    rm -rf /dev/dri /sys/dev/char/*
}

# container NAME [ROOTFS]: further config lines on stdin
container() {
    local name=$1 rootfs=${2:-$work/rootfs}
    mkdir -p "$lxcpath/$name"
    {
        echo "lxc.include = /usr/share/lxc/config/common.conf"
        echo "lxc.rootfs.path = dir:$rootfs"
        echo "lxc.uts.name = $name"
        echo "lxc.net.0.type = empty"
        echo "lxc.init.cmd = /init"
        echo "lxc.apparmor.profile = unconfined"
        cat
    } >"$lxcpath/$name/config"
}

# hosts_container NAME: the same without a root file system of its own, which then is the host's
hosts_container() {
    container "$1"
    sed -i 's,^lxc.init.cmd = .*,lxc.init.cmd = /bin/sleep 100,; /^lxc.rootfs.path/d' "$lxcpath/$1/config"
}

idmap() {
    echo "lxc.include = /usr/share/lxc/config/userns.conf"
    while [ $# -gt 0 ]; do
        echo "lxc.idmap = u $1"
        echo "lxc.idmap = g $1"
        shift
    done
}

# A copy of the root file system that a test may spoil; prints where it is.
own_rootfs() {
    cp -a "$work/rootfs" "$lxcpath/$1-rootfs"
    echo "$lxcpath/$1-rootfs"
}

# What a root file system needs below /dev to start without lxc.autodev.
static_dev() {
    mkdir -p "$1"/dev/{pts,shm,mqueue}
    touch "$1"/dev/{null,zero,full,random,urandom,tty,console,ptmx}
    chown -R 100000:100000 "$1/dev"
}

# LXC wants to replace /dev/ptmx, which an unprivileged root may not do on a host's file system.
no_autodev() {
    echo "lxc.autodev = 0"
    echo "lxc.pty.max = 0"
    echo "lxc.tty.max = 0"
}

start() {
    rm -f "$work/$1.log"
    lxc-start -P "$lxcpath" -n "$1" -l DEBUG -o "$work/$1.log" 2>"$work/$1.err"
}

# `! start` would never fail a test: bash exempts negated commands from errexit.
start_fails() {
    if start "$1"; then
        echo "container $1 started"
        return 1
    fi
}

# The status of the hook in the last start, as LXC logged it; 0 when it never complained.
hook_status() {
    local status
    status=$(grep -o 'exited with status [0-9]*' "$work/$1.log" | head -n 1)
    echo "${status##* }" | grep . || echo 0
}

# status_is NAME STATUS
status_is() {
    [ "$(hook_status "$1")" != "$2" ] || return 0
    echo "status $(hook_status "$1") where $2 was due"
    hook_said "$1"
    grep ERROR "$work/$1.log"
    return 1
}

# What the hook printed in the last start, one line each. One entry of LXC's log holds one read of the
# hook's output, so it may go on over several lines.
hook_said() {
    sed -n 's/.*produced output: //; s/^lxc-gpu-hook: //p' "$work/$1.log"
}

# was_done HOW LINES: a test has done these fix lines itself; for tests/diagnosis/ledger, see record in mend.sh
was_done() {
    local line
    while IFS= read -r line; do
        printf '# fixed %s %s\n' "$1" "$line" >>"${DIAGNOSIS_ROWS:-/dev/null}"
    done <<<"$2"
}

stop() {
    lxc-stop -P "$lxcpath" -n "$1" -k 2>/dev/null || true
    lxc-wait -P "$lxcpath" -n "$1" -s STOPPED -t 10
}

# in_container NAME COMMAND...: as the container's root
in_container() {
    local name=$1
    shift
    lxc-attach -P "$lxcpath" -n "$name" --clear-env -v PATH=/bin -- "$@"
}

init_pid() {
    lxc-info -P "$lxcpath" -n "$1" -pH
}

# ---- containers of Proxmox ----

# What Proxmox and enable write to lies apart from this machine's own.
proxmox_places() {
    mkdir -p "$work/pve"/{lock,backups}
    mount --bind "$work/pve/lock" /run/lock
    mount --bind "$work/pve/backups" /var/backups
}

proxmox_places_gone() {
    umount /run/lock /var/backups 2>/dev/null || true
    rm -rf "$work/pve"
}

# proxmox_here: from now on $lxcpath is Proxmox's, for the rest of a test.
proxmox_here() {
    mount --bind "$lxcpath" /var/lib/lxc
    lxcpath=/var/lib/lxc
    mkdir -p /etc/pve/lxc
    proxmox_places
}

proxmox_gone() {
    umount /var/lib/lxc 2>/dev/null || true
    proxmox_places_gone
    rm -rf /etc/pve
    lxcpath=$work/lxc
}

# proxmox_make CTID [ROOTFS]: what Proxmox makes of /etc/pve/lxc/CTID.conf at a start: the lines of the main section
# that begin with lxc., but for the hooks that it does not know, and a map of its own where there is none.
proxmox_make() {
    local main
    main=$(sed '/^\[/,$d; s/^\(lxc\.[^:=]*\)[:=] */\1 = /' "/etc/pve/lxc/$1.conf" | grep '^lxc\.' |
        grep -v '^lxc\.hook\.start-host\|^lxc\.rootfs\.path' || true)
    {
        if grep -q '^unprivileged: 1' "/etc/pve/lxc/$1.conf"; then
            if grep -q '^lxc\.idmap' <<<"$main"; then echo "lxc.include = /usr/share/lxc/config/userns.conf"; else idmap "0 100000 65536"; fi
        fi
        echo "$main"
    } | container "$1" "${2:-$work/rootfs}"
}

# ---- containers that an ordinary user starts ----

userpath=$work/home/lxc

# as_user COMMAND...: in cgroups of the user's own, as a login with systemd would have them; with $user_cgroup in one below it
as_user() {
    local folder folders=(/sys/fs/cgroup /sys/fs/cgroup/*/)
    [ -z "${user_cgroup:-}" ] || folders=("/sys/fs/cgroup/$user_cgroup")
    (
        for folder in "${folders[@]}"; do
            folder=${folder%/}/lxc-gpu-hook-tests
            mkdir -p "$folder" 2>/dev/null || continue
            [ ! -e "$folder/cpuset.cpus" ] || [ -s "$folder/cgroup.controllers" ] || {
                cat "${folder%/*}/cpuset.cpus" >"$folder/cpuset.cpus"
                cat "${folder%/*}/cpuset.mems" >"$folder/cpuset.mems"
            } 2>/dev/null || true
            chown 7001:7001 "$folder" "$folder"/cgroup.{procs,threads,subtree_control} 2>/dev/null || true
            echo "$BASHPID" >"$folder/cgroup.procs" 2>/dev/null || true
        done
        cd /
        exec setpriv --reuid 7001 --regid 7001 --clear-groups \
            env -u XDG_RUNTIME_DIR HOME="$work/home" PATH=/usr/bin:/bin:/usr/sbin:/sbin "$@"
    )
}

# user_container NAME [ROOTFS]: config lines on stdin
user_container() {
    local name=$1 path=$lxcpath
    lxcpath=$userpath
    container "$@"
    lxcpath=$path
    chown -R 7001:7001 "$userpath/$name"
}

user_start() {
    rm -f "$work/$1.log"
    : >"$work/$1.log"
    chown 7001 "$work/$1.log"
    as_user lxc-start -P "$userpath" -n "$1" -l DEBUG -o "$work/$1.log" 2>"$work/$1.err"
}

user_start_fails() {
    if user_start "$1"; then
        echo "container $1 started"
        return 1
    fi
}

user_stop() {
    as_user lxc-stop -P "$userpath" -n "$1" -k 2>/dev/null || true
    as_user lxc-wait -P "$userpath" -n "$1" -s STOPPED -t 10
}

in_user_container() {
    local name=$1
    shift
    as_user lxc-attach -P "$userpath" -n "$name" --clear-env -v PATH=/bin -- "$@"
}
