#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `check` predicts: over many configurations, good and bad, of both kinds, its exit status is the
# status that the start then has, and its text is what the hook then says.

setup() {
    load lib.bash
    reset_host
    node renderD128 226 128 107
    cp "$work/subgid" "$work/subgid.before"
    cp "$work/rootfs/etc/group" "$work/group.before"
}

teardown() {
    [ ! -e "$work/hosts.group" ] || cat "$work/hosts.group" >/etc/group
    stop c1 2>/dev/null || true
    user_stop c1 2>/dev/null || true
    [ "$lxcpath" != /var/lib/lxc ] || stop 100
    mountpoint -q /var/lib/lxc && umount -l /var/lib/lxc
    [ ! -e "$work/pve" ] || proxmox_places_gone
    lxcpath=$work/lxc
    rm -rf "${lxcpath:?}"/c1* "${lxcpath:?}"/100* "${userpath:?}"/c1* /etc/pve
    cat "$work/subgid.before" >"$work/subgid"
    cat "$work/group.before" >"$work/rootfs/etc/group"
}

# Where LXC itself gives up before any hook (a map that newgidmap refuses), the hook has no status:
# check says 4 then.
outcome() {
    if "$1" c1; then
        echo 0
    elif grep -q 'exited with status' "$work/c1.log"; then
        hook_status c1
    else
        grep -qi 'idmap\|newgidmap\|id_map\|map id' "$work/c1.log" "$work/c1.err" && echo 4
    fi
}

# same WANTED: check and the start of the root-started container both end with it, and say the same
same() {
    local predicted
    run "$hook" check c1 -P "$lxcpath"
    predicted=$status
    text=$(echo "$output" | sed -n 's/^lxc-gpu-hook: check container c1: //p' | sed "s/^the config's hook line: //" | head -n 1) # its first line on the screen
    echo "check: $output"
    started=$(outcome start)
    stop c1
    echo "wanted $1, check said $predicted, the start gave $started: $(hook_said c1)"
    [ "$predicted" = "$1" ]
    [ "$started" = "$1" ]
    [ -z "$text" ] || hook_said c1 | grep -qF -- "$text" || ! grep -q 'exited with status' "$work/c1.log"
}

user_same() {
    local predicted
    run as_user "$hook" check c1 -P "$userpath"
    predicted=$status
    echo "check: $output"
    started=$(outcome user_start)
    user_stop c1
    echo "wanted $1, check said $predicted, the start gave $started: $(hook_said c1)"
    [ "$predicted" = "$1" ]
    [ "$started" = "$1" ]
}

# What was said, as one line however it was wrapped.
flat() {
    echo "$output" | tr '\n' ' ' | tr -s ' '
}

both_hooks() {
    echo "lxc.hook.mount = $hook $1"
    echo "lxc.hook.start-host = $hook $1"
}

root_case() {
    local wanted=$1
    container c1
    same "$wanted"
}

user_case() {
    local wanted=$1
    user_container c1
    user_same "$wanted"
}

@test "root-started: good ones" {
    { idmap "0 100000 65536"; both_hooks --no-probe; } | root_case 0
    { idmap "0 100000 2992" "2992 777000 1" "2993 202993 10000"; both_hooks --no-probe; } | root_case 0
    { idmap "0 100000 65536"; both_hooks "--no-probe --group video --mode 0600"; } | root_case 0
    { both_hooks --no-probe; } | root_case 0
}

@test "root-started: node does not answer (9), with gpu.conf itself" {
    { idmap "0 100000 65536"; echo "lxc.include = /usr/share/lxc/config/gpu.conf"; } | root_case 9
    echo "lxc.include = /usr/share/lxc/config/gpu-privileged.conf" | root_case 9
}

@test "root-started: nothing selected, nothing there (3), and --optional (0)" {
    { idmap "0 100000 65536"; both_hooks "--select driver=xe"; } | root_case 3
    reset_host
    { idmap "0 100000 65536"; both_hooks ""; } | root_case 3
    { idmap "0 100000 65536"; both_hooks --optional; } | root_case 0
}

@test "root-started: ownership cannot be mapped (4)" {
    { idmap "0 100000 1000"; both_hooks --no-probe; } | root_case 4
    { idmap "0 100000 65536"; both_hooks "--no-probe --group media"; } | root_case 4
    { idmap "0 100000 65536"; both_hooks "--no-probe --user 70000"; } | root_case 4
}

@test "root-started: the container's root is not mapped (4), in the same words from the mount hook and from start-host" {
    one() {
        echo "lxc.include = /usr/share/lxc/config/userns.conf"
        printf 'lxc.idmap = %s 1000 101000 1\n' u g
        printf 'lxc.init.%s = 1000\n' uid gid
    }
    { one; both_hooks "--no-probe --group 1000"; } | root_case 4
    [[ "$(hook_said c1)" == *"guest uid 0 is outside the container's id map (1000)"*"fix: lxc.idmap = u 0 100000 1001"* ]]
    { one; echo "lxc.hook.start-host = $hook --no-probe --group 1000"; } | root_case 4
    [[ "$(hook_said c1)" == *"guest uid 0 is outside the container's id map (1000)"* ]]
}

@test "root-started: a snapshot whose root is an overlay: the upper directory, then the lower (0)" {
    { idmap "0 100000 65536"; both_hooks --no-probe; } | container c1
    mkdir "$lxcpath/c1/delta0" "$lxcpath/c1/olwork"
    chown 100000:100000 "$lxcpath"/c1/{delta0,olwork} "$lxcpath/c1"
    sed -i "s,^lxc.rootfs.path.*,lxc.rootfs.path = overlay:$work/rootfs:$lxcpath/c1/delta0," "$lxcpath/c1/config"
    same 0
    run "$hook" check c1 -P "$lxcpath"
    [[ "$(flat)" == *"group 2992 = render in the container"* ]]
    mkdir -p "$lxcpath/c1/delta0/etc"
    echo "render:x:500:" >"$lxcpath/c1/delta0/etc/group"
    same 0
    run "$hook" check c1 -P "$lxcpath"
    [[ "$(flat)" == *"group 500 = render in the container"* ]]
    # taken away in the upper one
    rm "$lxcpath/c1/delta0/etc/group"
    mknod "$lxcpath/c1/delta0/etc/group" c 0 0
    same 0
    run "$hook" check c1 -P "$lxcpath"
    [[ "$(flat)" == *"group 0 = root in the container"* ]]
}

@test "root-started: no root file system of its own: the host's, with the host's groups (0)" {
    cp /etc/group "$work/hosts.group"
    sed -i '/^render:/d' /etc/group
    echo "render:x:2991:" >>/etc/group
    for map in "0 100000 65536" ""; do
        { [ -z "$map" ] || idmap "$map"; both_hooks --no-probe; } | hosts_container c1
        same 0
        run "$hook" check c1 -P "$lxcpath"
        [[ "$(flat)" == *"group 2991 = render in the container"* ]]
    done
    { idmap "0 100000 65536"; both_hooks "--no-probe --group no-such-group"; } | hosts_container c1
    same 4
    cat "$work/hosts.group" >/etc/group
    [ "$(stat -c %g /dev/dri/renderD128)" = 107 ] # the host's own node is as it was
}

@test "root-started: overlapping maps, and a range that /etc/subgid does not grant (4)" {
    { idmap "0 100000 65536"; echo "lxc.idmap = g 2992 107 1"; both_hooks --no-probe; } | root_case 4
    printf 'root:100000:65536\n' >"$work/subgid"
    { idmap "0 200000 65536"; both_hooks --no-probe; } | root_case 4
}

@test "root-started: device rules deny (5)" {
    { both_hooks ""; } | root_case 5
}

@test "root-started: unusable /dev (6)" {
    rootfs=$(own_rootfs c1)
    static_dev "$rootfs"
    ln -s /etc "$rootfs/dev/dri"
    { idmap "0 100000 65536"; no_autodev; both_hooks --no-probe; } | container c1 "$rootfs"
    same 6
    rm "$rootfs/dev/dri"
    { idmap "0 100000 65536"; no_autodev; echo "lxc.rootfs.options = ro"; both_hooks --no-probe; } | container c1 "$rootfs"
    same 6
    rm "$rootfs/etc/group"
    mkfifo "$rootfs/etc/group"
    { idmap "0 100000 65536"; both_hooks --no-probe; } | container c1 "$rootfs"
    same 6
    rm -rf "$rootfs"
}

@test "root-started: wrong use of the hook (2)" {
    { idmap "0 100000 65536"; both_hooks --selekt; } | root_case 2
    { idmap "0 100000 65536"; echo "lxc.hook.pre-start = $hook"; } | root_case 2
}

@test "root-started: a good line beside a wrong one, or with words too many (2)" {
    { idmap "0 100000 65536"; both_hooks --no-probe; echo "lxc.hook.autodev = $hook"; } | root_case 2
    { idmap "0 100000 65536"; echo "lxc.hook.mount = $hook --bogus"; echo "lxc.hook.start-host = $hook --no-probe"; } | root_case 2
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe"; echo "lxc.hook.start-host = $hook --bogus"; } | root_case 2
    { idmap "0 100000 65536"; both_hooks "--no-probe --mode 0440"; } | root_case 2
    for words in "--no-probe extra" list; do
        { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook $words"; } | container c1
        run "$hook" check c1 -P "$lxcpath"
        echo "$output"
        [ "$status" = 2 ]
        [[ "$(flat)" == *"the config's hook line: unexpected argument '${words##* }'"* ]]
        start_fails c1
        status_is c1 2
    done
}

@test "root-started: the mount line's group is looked for too (4)" {
    { idmap "0 100000 65536"; echo "lxc.hook.mount = $hook --group media"; echo "lxc.hook.start-host = $hook --no-probe"; } | root_case 4
    { echo "lxc.hook.mount = $hook --group media"; echo "lxc.hook.start-host = $hook --no-probe"; } | root_case 0
}

@test "root-started: quotes as sh has them (0); what only a shell can read is said so (2)" {
    { idmap "0 100000 65536"; both_hooks "--no-probe --select \"renderD128\""; } | root_case 0
    { idmap "0 100000 65536"; both_hooks "--no-probe --sel'ect' 'driver=unknown'"; } | root_case 0
    { idmap "0 100000 65536"; both_hooks "--no-probe --select \"renderD129\""; } | root_case 3
    echo "lxc.hook.start-host = env A=b \"$hook\" --no-probe" | root_case 0
    for words in "--select \$node" "--no-probe; true" '--select "renderD128' "\`id\`"; do
        { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook $words"; } | container c1
        run "$hook" check c1 -P "$lxcpath"
        echo "$output"
        [ "$status" = 2 ]
        [[ "$(flat)" == *"only a shell can read this hook line, and check is none: $hook"* ]]
    done
}

user_maps() {
    echo "lxc.include = /usr/share/lxc/config/userns.conf"
    echo "lxc.idmap = u 0 300000 65536"
    for extent in "$@"; do
        echo "lxc.idmap = g $extent"
    done
}

@test "user-started: mapped (0), and dead behind it (9)" {
    echo tester:107:1 >>"$work/subgid"
    { user_maps "0 300000 2992" "2992 107 1" "2993 302993 62543"; both_hooks --no-probe; } | user_case 0
    { user_maps "0 300000 2992" "2992 107 1" "2993 302993 62543"; both_hooks ""; } | user_case 9
}

@test "user-started: a 0666 node needs no map (0)" {
    chmod 0666 /dev/dri/renderD128
    { user_maps "0 300000 65536"; both_hooks --no-probe; } | user_case 0
}

@test "user-started: not mapped, or not granted (4), with the same lines from check, idmap and the start" {
    { user_maps "0 300000 65536"; both_hooks ""; } | user_case 4
    wanted=$(hook_said c1 | sed -n 's/^fix: \(lxc.*\)/\1/p')
    [ "$(as_user "$hook" check c1 -P "$userpath" 2>&1 | sed -n 's/^fix: \(lxc.*\)/\1/p')" = "$wanted" ]
    [ "$(as_user "$hook" idmap c1 -P "$userpath" | grep '^lxc')" = "$wanted" ]
    { user_maps "0 300000 2992" "2992 107 1" "2993 302993 62543"; both_hooks ""; } | user_case 4
    run as_user "$hook" check c1 -P "$userpath"
    output=$(flat)
    [[ "$output" == *"/etc/subgid does not let tester map 1 host ids from 107 on"* ]]
    [[ "$output" == *"fix: sudo sh -c 'echo tester:107:1 >>/etc/subgid'"* ]]
}

@test "user-started: ids of root's are never granted: the fix is the range that the user has, or one that nobody has (4)" {
    for file in subuid subgid; do
        cp "$work/$file" "$work/$file.whole"
        printf 'root:100000:65536\ntester:300000:65536\n' >"$work/$file"
    done
    for case in own none; do
        [ "$case" = own ] || printf 'root:100000:65536\nother:200000:65536\n' | tee "$work/subuid" >"$work/subgid"
        { idmap "0 100000 65536"; both_hooks --no-probe; } | user_container c1
        chmod 0666 /dev/dri/renderD128
        for kind in u g; do
            run as_user "$hook" check c1 -P "$userpath"
            echo "$output"
            [ "$status" = 4 ]
            [[ "$(flat)" == *"which are another user's"* ]]
            [[ "$output" != *"tester:100000:"* ]]
            # as it says: the grant, and the new line in place of the old one
            echo "$output" | sed -n "s/^fix: sudo sh -c '\(.*\)'$/\1/p" | sh -e
            echo "$output" | sed -n 's/^fix: \(lxc.*\)/\1/p' >"$work/lines"
            [ "$(cut -d ' ' -f 1-4 "$work/lines")" = "lxc.idmap = $kind 0" ]
            sed -i "/^lxc.idmap = $kind /d" "$userpath/c1/config"
            cat "$work/lines" >>"$userpath/c1/config"
        done
        run as_user "$hook" check c1 -P "$userpath"
        echo "$output"
        [ "$status" = 0 ]
        [ "$(grep -c 'lxc.idmap = . 0 100000 ' "$userpath/c1/config")" = 0 ]
        # root, and whoever has 200000 to 265535, have what they had
        [ "$(grep -cE '^tester:(1[0-6]|2[0-5])[0-9]{4}:' "$work/subuid" "$work/subgid" | cut -d : -f 2 | paste -sd ' ')" = "0 0" ]
    done
    for file in subuid subgid; do cat "$work/$file.whole" >"$work/$file"; done
}

@test "user-started: without the mount hook, and with one that binds another node (4)" {
    chmod 0666 /dev/dri/renderD128
    { user_maps "0 300000 65536"; echo "lxc.hook.start-host = $hook --no-probe"; } | user_case 4
    run as_user "$hook" check c1 -P "$userpath"
    [[ "$(flat)" == *"no lxc.hook.mount line starts this hook: nothing binds the host's node"* ]]
    echo "$output" | sed -n 's/^fix: //p' >"$work/lines"
    [ "$(cut -d ' ' -f 1 "$work/lines" | tr '\n' ' ')" = "lxc.hook.mount lxc.hook.start-host " ]
    { user_maps "0 300000 65536"; cat "$work/lines"; } | user_case 0
    node renderD129 226 129 44
    { user_maps "0 300000 65536"; echo "lxc.hook.mount = $hook --select renderD129"; echo "lxc.hook.start-host = $hook --no-probe --select renderD128"; } | user_case 4
    # the config's own entry does as well
    { user_maps "0 300000 65536"; echo "lxc.mount.entry = /dev/dri dev/dri none bind,create=dir"; echo "lxc.hook.start-host = $hook --no-probe --select renderD128"; } | user_case 0
}

@test "user-started: a map of 151 extents is not printed in part, but left to idmap --write" {
    printf 'tester:107:1\n' >>"$work/subgid"
    extents=()
    for ((i = 0; i < 150; i++)); do extents+=("$((i * 10)) $((300000 + i * 10)) $((i % 2 ? 10 : 9))"); done
    { user_maps "${extents[@]}" "1500 301500 60000"; both_hooks --no-probe; } | user_case 4
    run as_user "$hook" check c1 -P "$userpath"
    echo "$output"
    [ "$(echo "$output" | grep -c '^fix: ')" = 1 ]
    [ "$(echo "$output" | sed -n 's/^fix: //p')" = "lxc-gpu-hook idmap c1 --write -P $userpath" ]
    hook_said c1 | grep -qxF "fix: lxc-gpu-hook idmap c1 --write -P $userpath"
    fix=$(echo "$output" | sed -n 's/^fix: //p')
    as_user sh -c "$fix"
    run as_user "$hook" check c1 -P "$userpath"
    [ "$status" = 0 ]
    was_done run "$fix"
    user_start c1
    user_stop c1
}

@test "user-started: the host's group root, or a guest without render and video: 4, and no map of root" {
    chgrp 0 /dev/dri/renderD128
    { user_maps "0 300000 65536"; both_hooks ""; } | user_case 4
    [[ "$(hook_said c1)" == *"belongs to the host's group root"* ]]
    [[ "$(hook_said c1)" != *lxc.idmap* ]]
    chgrp 107 /dev/dri/renderD128
    sed -i '/^render:/d; /^video:/d' "$work/rootfs/etc/group"
    { user_maps "0 300000 65536"; both_hooks ""; } | user_case 4
    [[ "$(hook_said c1)" == *"fix: getent group render >>/etc/group || groupadd -r render || addgroup -S render    # in the container"* ]]
    [[ "$(hook_said c1)" != *lxc.idmap* ]]
}

@test "user-started: nothing there (3), and --optional (0)" {
    reset_host
    { user_maps "0 300000 65536"; both_hooks ""; } | user_case 3
    { user_maps "0 300000 65536"; both_hooks --optional; } | user_case 0
}

# As on Proxmox, where the root file system is mounted in the monitor's mount namespace alone.
@test "a root that is not mounted on the host: /proc/PID/root while it runs, else 6 and no guess" {
    rootfs=$lxcpath/c1-rootfs
    mkdir -p "$rootfs"
    { idmap "0 100000 65536"; both_hooks --no-probe; } | container c1 "$rootfs"
    mount --bind "$work/rootfs" "$rootfs"
    start c1
    umount "$rootfs"
    run "$hook" check c1 -P "$lxcpath"
    echo "$output"
    [ "$status" = 0 ]
    [[ "$output" == *"group 2992 = render in the container"* ]]
    stop c1
    { idmap "0 300000 65536"; both_hooks --no-probe; } | user_container c1 "$rootfs"
    for command in "check c1 -P $lxcpath" "as_user idmap c1 -P $userpath"; do
        # shellcheck disable=SC2086  # words
        case $command in as_user*) run as_user "$hook" ${command#as_user } ;; *) run "$hook" $command ;; esac
        echo "$output"
        [ "$status" = 6 ]
        output=$(flat)
        [[ "$output" == *": look for the group render: $rootfs is empty: its file system is not mounted"* ]]
        [[ "$output" == *"fix: lxc-start -P ${command##* } -n c1 # and "* ]]
        [[ "$output" != *root:*107* ]]
    done
    rm -r "${userpath:?}/c1"
    # A number asked for needs no look; files without /etc are a root file system.
    { idmap "0 100000 65536"; both_hooks "--no-probe --group 44"; } | container c1 "$rootfs"
    "$hook" check c1 -P "$lxcpath"
    { idmap "0 100000 65536"; both_hooks --no-probe; } | container c1 "$rootfs"
    mkdir "$rootfs/bin"
    run "$hook" check c1 -P "$lxcpath"
    [ "$status" = 0 ]
}

@test "a config that LXC cannot read is not called a container that is not there" {
    { idmap "0 100000 65536"; echo "lxc.include = /usr/share/lxc/config/no-gpu.conf"; both_hooks --no-probe; } | container c1
    for command in check idmap attach; do
        run "$hook" "$command" c1 -P "$lxcpath"
        echo "$output"
        [ "$status" = 2 ]
        [[ "$(flat)" == *"LXC cannot read $lxcpath/c1/config: it includes /usr/share/lxc/config/no-gpu.conf, which does not exist"* ]]
    done
    sh -c "$(echo "$output" | sed -n 's/^fix: \(sed.*\)/\1/p')"
    "$hook" check c1 -P "$lxcpath"
    # in a file that is included
    echo "lxc.include = $work/not-there.conf" >"$work/includes.conf"
    { idmap "0 100000 65536"; echo "lxc.include = $work/includes.conf"; both_hooks --no-probe; } | container c1
    run "$hook" check c1 -P "$lxcpath"
    [[ "$(flat)" == *"LXC cannot read $work/includes.conf: it includes $work/not-there.conf, which does not exist"* ]]
    # anything else that LXC refuses
    { idmap "0 100000 65536"; echo "lxc.no.such.key = 1"; } | container c1
    run "$hook" check c1 -P "$lxcpath"
    echo "$output"
    [ "$status" = 2 ]
    [[ "$(flat)" == *"LXC cannot read $lxcpath/c1/config: it does not take the line lxc.no.such.key = 1"* ]]
}

# Proxmox makes /var/lib/lxc/CTID/config anew from the main section of its own file at each start.
# proxmox CTID: its file, from standard input, with what Proxmox's installer writes
proxmox() {
    mkdir -p /etc/pve/lxc "/var/lib/lxc/$1/rootfs"
    { printf 'arch: amd64\nostype: debian\nrootfs: local:1/vm-%s-disk-0.raw,size=8G\n' "$1"; cat; } >"/etc/pve/lxc/$1.conf"
}

@test "Proxmox: check judges the next start by Proxmox's file, and each fix is for that file" {
    proxmox_places
    mount --bind "$lxcpath" /var/lib/lxc
    lxcpath=/var/lib/lxc
    # never started: nothing below /var/lib/lxc yet
    printf 'hostname: ct101\nunprivileged: 1\nlxc.include: %s\n' "$work/gpu.conf" | proxmox 100
    rmdir /var/lib/lxc/100/rootfs /var/lib/lxc/100
    both_hooks --no-probe >"$work/gpu.conf"
    run "$hook" check 100
    echo "$output"
    [ "$status" = 0 ]
    [[ "$(flat)" == *"/dev/dri/renderD128 (unknown): a private node made at start"* ]]
    [[ "$(flat)" == *"warning: its file system is mounted when it runs"* ]]
    [ ! -e /var/lib/lxc/100 ]
    # by the name that the web interface shows
    run "$hook" check ct101
    [ "$status" = 2 ]
    [[ "$(flat)" == *"ct101 is Proxmox's name for container 100"* ]]

    # what LXC read last does not matter
    mkdir -p /var/lib/lxc/100/rootfs
    idmap "0 100000 65536" | container 100
    "$hook" check 100
    # a file system that is mounted, by pct mount, is looked into
    mount --bind "$work/rootfs" /var/lib/lxc/100/rootfs
    run "$hook" check 100
    echo "$output"
    [ "$status" = 0 ]
    [[ "$(flat)" == *"/dev/dri/renderD128 (unknown): group 2992 = render in the container"* ]]
    umount /var/lib/lxc/100/rootfs

    # the lines of README's two hooks: Proxmox takes the first of them alone
    { echo "unprivileged: 1"; both_hooks --no-probe; } | proxmox 100
    run "$hook" check 100
    echo "$output"
    [ "$status" = 2 ]
    [[ "$(flat)" == *"the config starts this hook at mount alone: Proxmox takes no lxc.hook.start-host line, and has dropped it from /etc/pve/lxc/100.conf; it takes an include"* ]]
    while IFS= read -r fix; do sh -c "$fix"; done < <(echo "$output" | sed -n 's/^fix: //p')
    [ "$(grep -c lxc.hook /etc/pve/lxc/100.conf)" = 0 ]
    [ "$(head -n 1 /etc/pve/lxc/100.conf)" = "lxc.include: /etc/pve/lxc-gpu-100.conf" ]
    grep -qx 'lxc.hook.start-host = /usr/bin/lxc-gpu-hook --no-probe' /etc/pve/lxc-gpu-100.conf
    "$hook" check 100

    # nothing at all; and in a snapshot's section, where no start looks
    for privileged in 1 0; do
        printf 'unprivileged: %s\n[before]\nlxc.include: /usr/share/lxc/config/gpu.conf\n' $privileged | proxmox 100
        run "$hook" check 100
        echo "$output"
        [ "$status" = 2 ]
        [[ "$(flat)" == *"warning: line 6 of /etc/pve/lxc/100.conf is about this hook, and stands in the section [before]: no start obeys it"* ]]
        conf=gpu.conf
        [ $privileged = 1 ] || conf=gpu-privileged.conf
        fix=$(echo "$output" | sed -n 's/^fix: //p')
        [ "$fix" = "lxc-gpu-hook enable 100" ]
        sh -c "$fix"
        [ "$(head -n 1 /etc/pve/lxc/100.conf)" = "lxc.include: /usr/share/lxc/config/$conf" ]
    done

    # a device that is gone
    printf 'unprivileged: 1\ndev0: /dev/dri/renderD190,gid=104\nlxc.include: %s\n' "$work/gpu.conf" | proxmox 100
    run "$hook" check 100
    [ "$status" = 3 ]
    [[ "$(flat)" == *"Proxmox does not start it: dev0: /dev/dri/renderD190 does not exist fix: pct set 100 -delete dev0"* ]]

    # a line that is not needed with the hook
    entry="/dev/dri dev/dri none bind,optional,create=dir"
    printf 'unprivileged: 1\nlxc.mount.entry: %s\nlxc.include: %s\n' "$entry" "$work/gpu.conf" | proxmox 100
    run "$hook" check 100
    echo "$output"
    [ "$status" = 0 ]
    # a file of another user's is not obeyed
    chown 7001 /etc/pve/lxc/100.conf
    run "$hook" check 100
    [ "$status" = 7 ]
}

@test "Proxmox: a start whose config was made without the start-host line fails, and says the lines" {
    mount --bind "$lxcpath" /var/lib/lxc
    lxcpath=/var/lib/lxc
    { echo "unprivileged: 1"; both_hooks --no-probe; } | proxmox 100
    { idmap "0 100000 65536"; echo "lxc.hook.mount = $hook --no-probe"; } | container 100
    start_fails 100
    hook_said 100 | grep -q "at mount alone: Proxmox takes no lxc.hook.start-host line, and has dropped it from /etc/pve/lxc/100.conf"
    hook_said 100 | grep -qxF "fix: lxc-gpu-hook enable 100 --no-probe"
    # both, as an include brings them
    { idmap "0 100000 65536"; both_hooks --no-probe; } | container 100
    start 100
    stop 100
    # one that Proxmox does not know: the mount line alone is somebody's will
    mv /etc/pve/lxc/100.conf /etc/pve/lxc/101.conf
    { idmap "0 100000 65536"; echo "lxc.hook.mount = $hook --no-probe"; } | container 100
    start 100
    stop 100
}

@test "Proxmox: a running container's fixes and idmap name Proxmox's file" {
    mount --bind "$lxcpath" /var/lib/lxc
    lxcpath=/var/lib/lxc
    { idmap "0 100000 65536"; both_hooks "--no-probe --select renderD129"; } | container 100
    echo "unprivileged: 1" | proxmox 100
    start_fails 100
    [ "$(hook_said 100 | grep '^fix: ')" = "fix: # one of these
fix: lxc-gpu-hook enable 100 --select renderD128 --no-probe" ]
    before=$(cat "$lxcpath/100/config")
    run "$hook" idmap 100 --write
    echo "$output"
    [ "$status" = 2 ]
    [[ "$(flat)" == *"no lxc.idmap line is needed for that; nothing is written"* ]]
    [ "$(cat "$lxcpath/100/config")" = "$before" ]
    # any line of its own would take Proxmox's default map away
    [[ "$("$hook" idmap 100)" != *"lxc.idmap = "* ]]
    # lines that are there and clash
    { idmap "0 100000 65536"; echo "lxc.idmap = g 2992 107 1"; } | sed 's/ = /: /' | proxmox 100
    run "$hook" idmap 100 --write
    echo "$output"
    [ "$status" = 4 ]
    [[ "$output" == *"# in /etc/pve/lxc/100.conf, in place of its lxc.idmap = g lines:"* ]]
    [[ "$(flat)" == *"/var/lib/lxc/100/config is written anew from /etc/pve/lxc/100.conf at each start"* ]]
    run "$hook" attach 100
    [[ "$output" == *"fix: pct start 100 "* ]]
    rm "$lxcpath/100/config"
    run "$hook" attach 100
    echo "$output"
    [ "$status" = 2 ]
    [[ "$(flat)" == *"container 100 has never run on this host: LXC's config is made from /etc/pve/lxc/100.conf when it is started fix: pct start 100 # and then again"* ]]
}

@test "a config without the hook, and no such container: 2 with the line" {
    idmap "0 100000 65536" | container c1
    run "$hook" check c1 -P "$lxcpath"
    [ "$status" = 2 ]
    [[ "$output" == *"fix: lxc.include = /usr/share/lxc/config/gpu.conf"* ]]
    run "$hook" check nope -P "$lxcpath"
    [ "$status" = 2 ]
    run "$hook" check
    [ "$status" = 2 ]
}

@test "options for the hook given to check: what a start with them would do" {
    node renderD129 226 129 107
    { idmap "0 100000 65536"; both_hooks --no-probe; } | container c1
    run "$hook" check c1 -P "$lxcpath" --select renderD129 --group 5 --no-probe
    echo "$output"
    [ "$status" = 0 ]
    [[ "$(flat)" == *"/dev/dri/renderD129 (unknown): group 5 in the container"* ]]
    [[ "$(flat)" != *"renderD128"* ]]
    [[ "$(flat)" == *"container c1: a start by root with these options on its hook lines would succeed"* ]]
    run "$hook" check c1 -P "$lxcpath" --select renderD130
    [ "$status" = 3 ]
    run "$hook" check c1 -P "$lxcpath" --group nosuch --no-probe
    [ "$status" = 4 ]
}

# LXC asks newuidmap where it is; uidmap is a package of its own.
@test "without newuidmap root needs no grant" {
    { idmap "0 4000100000 65536"; both_hooks --no-probe; } | container c1
    run "$hook" check -P "$lxcpath" c1
    echo "$output"
    [ "$status" = 4 ]
    for program in newuidmap newgidmap; do mv "/usr/bin/$program" "$work/"; done
    run "$hook" check -P "$lxcpath" c1
    started=0
    lxc-start -P "$lxcpath" -n c1 || started=$?
    for program in newuidmap newgidmap; do mv "$work/$program" /usr/bin/; done
    echo "$output"
    [ "$status" = 0 ]
    [ "$started" = 0 ]
    stop c1
}
