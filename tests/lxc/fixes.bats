#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Fix lines that no row of the diagnosis prints: each is done as printed, and then the same command passes or names
# another cause. tests/diagnosis/ledger knows which lines there are, and in which test each was done.

setup() {
    load lib.bash
    # shellcheck source=/dev/null
    . "$TEST_LXC/../diagnosis/mend.sh"
    reset_host
    node renderD128 226 128 107
    cp "$work/subgid" "$work/subgid.before"
    mend_config=$lxcpath/c1/config
    mend_starter=root
    rootfs=$work/rootfs
    export PATH=$work/stubs:$PATH
    # shellcheck disable=SC2016  # the stub's own
    stub sudo '[ "$1" != -u ] || shift 3; exec "$@"'
    stub udevadm 'chgrp 107 /dev/dri/renderD*'
    # shellcheck disable=SC2016  # the stub's own
    stub pct 'case $1 in unlock) sed -i "/^lock:/d" "/etc/pve/lxc/$2.conf" ;; start) exec lxc-start -n "$2" ;; esac'
}

teardown() {
    stop c1
    stop 100
    user_stop c1 2>/dev/null || true
    [ "$lxcpath" = "$work/lxc" ] || proxmox_gone
    cat "$work/subgid.before" >"$work/subgid"
    rm -rf "${lxcpath:?}"/{c1*,100} "${userpath:?}"/c1* "$work/stubs"
    chmod 0755 "$lxcpath" "$userpath"
}

# stub NAME SCRIPT: what this host does not have, or what would take too long
stub() {
    mkdir -p "$work/stubs"
    printf '#!/bin/sh\n%s\n' "$2" >"$work/stubs/$1"
    chmod 0755 "$work/stubs/$1"
}

mend_host() { (cd / && env -u LXC_NAME -u LXC_PID -u LXC_HOOK_TYPE -u LXC_CONFIG_FILE bash -c "$1"); }
mend_user() { as_user bash -c "$1"; }

# Not started yet: as one does it from the host.
mend_guest() { chroot "$rootfs" /bin/sh -c "$1"; }

fixes() { sed -n 's/^\(lxc-gpu-hook: \)\{0,1\}fix: //p' <<<"$output"; }
causes() { grep -v 'fix: ' <<<"$output"; }

# helps STATUS COMMAND...: it ends so; done as printed, it passes or names another cause
helps() {
    local wanted=$1 before
    shift
    run "$@"
    echo "$* gives $status: $output"
    [ "$status" = "$wanted" ]
    before=$(causes)
    [ -n "$(fixes)" ]
    mend host < <(fixes)
    run "$@"
    echo "after the fix it gives $status: $output"
    [ "$status" = 0 ] || [ "$(causes)" != "$before" ]
}

# leads FIX STATUS COMMAND...: COMMAND is refused, and prints FIX, which is the command that is not: it ends with STATUS,
# which here is 9 for a node without a driver
leads() {
    local fix=$1 wanted=$2
    shift 2
    run "$@"
    echo "$* gives $status: $output"
    [ "$status" = 7 ] || [ "$status" = 2 ]
    before=$(causes)
    grep -qxF -- "$fix" < <(fixes)
    run mend_host "$fix"
    echo "$fix gives $status: $output"
    [ "$status" = "$wanted" ]
    [ "$(causes)" != "$before" ]
    record run "$fix"
}

# LXC's own, for what is printed without a path.
default_path() {
    mount --bind "$lxcpath" /var/lib/lxc
    lxcpath=/var/lib/lxc
    mend_config=$lxcpath/c1/config
}

user_map() {
    echo "lxc.include = /usr/share/lxc/config/userns.conf"
    printf 'lxc.idmap = %s 0 300000 65536\n' u g
}

both_hooks() { printf 'lxc.hook.%s\n' "mount = $hook $1" "start-host = $hook $1"; }

@test "a config without the hook: the include" {
    idmap "0 100000 65536" | container c1
    helps 2 "$hook" check c1 -P "$lxcpath"
    [ "$status" = 9 ]
    container c1 </dev/null
    helps 2 "$hook" check c1 -P "$lxcpath"
    [ "$status" = 9 ]
}

@test "device rules: what every container needs, in place of an empty list" {
    [ -e /sys/fs/cgroup/devices/cgroup.procs ] || skip "the devices controller is not one of cgroup v1"
    { both_hooks ""; echo "lxc.cgroup.devices.allow ="; } | container c1
    helps 5 "$hook" check c1 -P "$lxcpath"
    [ "$status" = 9 ]
}

@test "device rules that are not in the config: none of its lines is blamed, and there is still a word" {
    { idmap "0 100000 65536"; both_hooks ""; } | container c1
    rm -f "$work/c1.log"
    run lxc-start -P "$lxcpath" -n c1 -s "lxc.cgroup.devices.deny=c 226:* rwm" -s "lxc.cgroup2.devices.deny=c 226:* rwm" -l DEBUG -o "$work/c1.log"
    hook_said c1
    status_is c1 5
    fix=$(hook_said c1 | sed -n 's/^fix: //p')
    [ "$fix" = "# no line of the container's config denies it: an option -s of lxc-start does, or what has changed its device cgroup" ]
    # without it
    start_fails c1
    status_is c1 9
}

@test "device rules of a container whose config is not known: attach --pid" {
    { idmap "0 100000 65536"; echo "lxc.cgroup.devices.deny = c 226:* rwm"; echo "lxc.cgroup2.devices.deny = c 226:* rwm"; } | container c1
    start c1
    run "$hook" attach --pid "$(init_pid c1)"
    echo "$output"
    [ "$status" = 5 ]
    mend host < <(fixes)
    stop c1
    start c1
    run "$hook" attach --pid "$(init_pid c1)"
    echo "$output"
    [ "$status" = 9 ]
}

@test "groups that are missing: in the container, on the host" {
    rootfs=$(own_rootfs c1)
    sed -i '/^render:/d; /^video:/d' "$rootfs/etc/group"
    # shellcheck disable=SC2016  # the program's own
    printf '#!/bin/sh\n[ "$1" = -r ] && echo "$2:x:99$(wc -l </etc/group):" >>/etc/group\n' >"$rootfs/bin/groupadd"
    chmod 0755 "$rootfs/bin/groupadd"
    ln -s busybox "$rootfs/bin/wc"
    { idmap "0 100000 65536"; both_hooks "--no-probe --group media"; } | container c1 "$rootfs"
    helps 4 "$hook" check c1 -P "$lxcpath"
    [ "$status" = 0 ]
    chown -R 300000:300000 "$rootfs"
    { user_map; both_hooks ""; } | user_container c1 "$rootfs"
    mend_starter=user
    mend_config=$userpath/c1/config
    helps 4 as_user "$hook" check c1 -P "$userpath"
    [[ "$output" == *"host gid 107"* ]]
    chgrp 0 /dev/dri/renderD128
    helps 4 as_user "$hook" check c1 -P "$userpath"
    [[ "$output" == *"host gid 107"* ]]
    helps 4 "$hook" cdi --group gpu-of-the-tests
    [ "$status" = 0 ]
}

@test "the way to a config that others may write to" {
    { idmap "0 100000 65536"; both_hooks --no-probe; } | container c1
    chmod 0777 "$lxcpath/c1"
    helps 7 "$hook" check c1 -P "$lxcpath"
    [ "$status" = 0 ]
    { user_map; both_hooks --no-probe; } | user_container c1
    chmod 0777 "$userpath/c1"
    mend_starter=user
    helps 7 as_user "$hook" idmap c1 --write -P "$userpath"
    [ "$status" = 0 ]
    { idmap "0 100000 65536"; both_hooks --no-probe; } | container c1
    leads "sudo -u '#0' -H lxc-gpu-hook idmap --write -P $lxcpath c1" 2 as_user "$hook" idmap c1 --write -P "$lxcpath"
    [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"no lxc.idmap line is needed for that; nothing is written"* ]]
}

@test "root is needed: the same command by root" {
    default_path
    idmap "0 100000 65536" | container c1
    leads "sudo lxc-gpu-hook enable c1 -P $lxcpath" 9 as_user "$hook" enable c1 -P "$lxcpath"
    leads "sudo lxc-gpu-hook disable c1 -P $lxcpath" 0 as_user "$hook" disable c1 -P "$lxcpath"
    # what LXC runs, by hand
    for config in /nonexistent /var/lib/lxc/c1/config; do
        line="sudo lxc-start$([ "$config" = /nonexistent ] || echo " -P $lxcpath") -n c1    # a container that root starts"
        LXC_HOOK_TYPE=start-host LXC_NAME=c1 LXC_PID=$$ LXC_CONFIG_FILE=$config leads "$line" 0 \
            setpriv --reuid 65534 --regid 65534 --clear-groups "$hook"
        [ "$(lxc-info -n c1 -sH)" = RUNNING ]
        [ "$config" != /nonexistent ] || stop c1
    done
    LXC_NAME=c1 LXC_HOOK_TYPE=start-host leads "lxc-gpu-hook attach c1    # by hand, while it runs" 9 env -u LXC_PID "$hook"
    # LXC itself would say that it cannot read the config
    leads "sudo lxc-gpu-hook -P $lxcpath attach c1" 9 as_user "$hook" attach c1 -P "$lxcpath"
    [[ "$before" == *"root has started container c1, and LXC tells nobody else of it" ]]
    leads "sudo lxc-gpu-hook --no-probe -P $lxcpath check c1" 2 as_user "$hook" check c1 --no-probe -P "$lxcpath"
    leads "sudo lxc-gpu-hook detach c1" 0 as_user "$hook" detach c1
    leads "sudo lxc-gpu-hook detach --pid $(init_pid c1)" 0 as_user "$hook" detach --pid "$(init_pid c1)"
    stop c1
    leads "sudo lxc-gpu-hook attach --all" 0 as_user "$hook" attach --all
    leads "sudo lxc-gpu-hook attach --all -P $lxcpath" 0 as_user "$hook" attach --all -P "$lxcpath"
}

@test "not running: started, with the path and without it" {
    default_path
    idmap "0 100000 65536" | container c1
    for path in "" "-P $lxcpath"; do
        # shellcheck disable=SC2086  # words
        helps 2 "$hook" attach c1 $path --no-probe
        [ "$status" = 0 ]
        stop c1
    done
}

@test "Proxmox: a lock; not running; root is needed" {
    proxmox_here
    mend_starter=root
    printf 'lock: backup\narch: amd64\nunprivileged: 1\n' >/etc/pve/lxc/100.conf
    proxmox_make 100
    helps 2 "$hook" enable 100 --no-probe
    [ "$status" = 0 ]
    helps 2 "$hook" attach 100 --no-probe
    [ "$status" = 0 ]
    leads "sudo lxc-gpu-hook disable 100" 0 as_user "$hook" disable 100
}
