#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# enable and disable: one command sets a container up, the other takes exactly that out again.

setup() {
    load lib.bash
    reset_host
    # LeakSanitizer, in a build that has it, cannot work under strace.
    export ASAN_OPTIONS=detect_leaks=0
    node renderD128 226 128 107
    cp "$work/subgid" "$work/subgid.before"
    cp -a "$work/rootfs/etc" "$work/etc.before"
}

teardown() {
    lxc-stop -P /var/lib/lxc -n 101 -k 2>/dev/null || true
    [ ! -e /etc/pve ] || pve_end
    stop c1 2>/dev/null || true
    [ ! -e "$userpath/u1" ] || user_stop u1
    rm -rf "${lxcpath:?}"/* "${userpath:?}/u1" "$work/rootfs/etc"
    mv "$work/etc.before" "$work/rootfs/etc"
    rm -f "$work/rootfs/bin/addgroup" "$work/rootfs/bin/usermod"
    cat "$work/subgid.before" >"$work/subgid"
}

unprivileged() { idmap "0 100000 65536" | container c1; }
config=/lxc/c1/config
sum() { sha256sum <"$work$config"; }
# A made node has no driver, which is what check says at the end: 9. With --no-probe nobody asks.
enable() { run "$hook" enable c1 -P "$lxcpath" "$@"; echo "$output"; }
disable() { run "$hook" disable c1 -P "$lxcpath"; echo "$output"; }

@test "enable: one line, an unprivileged container starts with it; twice is once; disable: the bytes of before" {
    unprivileged
    before=$(sum)
    enable
    [ "$status" = 9 ]
    [[ "$output" == *"container c1 is enabled: check container c1: /dev/dri/renderD128"* ]]
    grep -qx 'lxc.include = /usr/share/lxc/config/gpu.conf' "$work$config"
    after=$(sum)
    enable
    [ "$status" = 9 ]
    [[ "$output" == *"nothing to change"* ]]
    [ "$(sum)" = "$after" ]
    start_fails c1
    status_is c1 9 # the hook runs, and gets as far as the driver
    enable --no-probe
    [ "$status" = 0 ]
    [[ "$output" == *"container c1: a start by root would succeed"* ]]
    disable
    [ "$status" = 0 ]
    [ "$(sum)" = "$before" ]
    disable
    [ "$status" = 0 ]
    [ "$(sum)" = "$before" ]
    start c1
}

@test "enable: mode, owner and link of the config stay, and so does a last line without an end" {
    unprivileged
    printf 'lxc.environment = A=b' >>"$work$config"
    chmod 0640 "$work$config"
    chown 0:44 "$work$config"
    mkdir "$lxcpath/real"
    mv "$work$config" "$lxcpath/real/kept"
    ln -s ../real/kept "$work$config"
    before=$(sum)
    enable
    [ "$status" = 9 ]
    [ "$(stat -c '%a %u:%g' "$lxcpath/real/kept")" = '640 0:44' ]
    [ -L "$work$config" ]
    [ "$(cd "$lxcpath/real" && echo *)" = 'kept kept.lxc-gpu-hook.bak' ]
    [ "$(sha256sum <"$lxcpath/real/kept.lxc-gpu-hook.bak")" = "$before" ]
    disable
    [ "$(sum)" = "$before" ]
    [ "$(stat -c '%a %u:%g' "$lxcpath/real/kept")" = '640 0:44' ]
}

@test "disable after an edit, LXC's own rewrite of a key and a second enable with other options: only enable's lines go" {
    unprivileged
    enable
    echo "lxc.environment = A=b" >>"$work$config"
    sed -i '1i # a remark' "$work$config"
    enable --select renderD128 --group video --wait 5
    [ "$status" = 9 ]
    grep -qx 'lxc.hook.start-host = /usr/bin/lxc-gpu-hook --select renderD128 --group video --wait 5' "$work$config"
    ! grep -q gpu.conf "$work$config" || false
    [ "$(grep -c 'lxc-gpu-hook --select' "$work$config")" = 2 ]
    disable
    unprivileged_text=$( (idmap "0 100000 65536") | (container c2; cat "$lxcpath/c2/config"))
    [ "$(cat "$work$config")" = "# a remark
${unprivileged_text//c2/c1}
lxc.environment = A=b" ]
}

@test "enable: a privileged container gets its device rules, with options too" {
    echo "" | container c1
    before=$(sum)
    enable
    [ "$status" = 9 ]
    grep -qx 'lxc.include = /usr/share/lxc/config/gpu-privileged.conf' "$work$config"
    enable --select renderD128
    [ "$status" = 9 ]
    [ "$(grep -c '^lxc.cgroup2\{0,1\}.devices.allow = c 226:\* rwm$' "$work$config")" = 2 ]
    disable
    [ "$(sum)" = "$before" ]
}

@test "enable: a line of a person's own stays, is no second time put in, and is named where options are given" {
    unprivileged
    echo "lxc.include = /usr/share/lxc/config/gpu.conf" >>"$work$config"
    before=$(sum)
    enable
    [ "$status" = 9 ]
    [ "$(sum)" = "$before" ]
    enable --select renderD128
    [ "$status" = 2 ]
    [[ "$(echo "$output" | tr '\n' ' ' | tr -s ' ')" == *"'lxc.include = /usr/share/lxc/config/gpu.conf'"* ]]
    disable
    [ "$status" = 0 ]
    [[ "$(echo "$output" | tr '\n' ' ' | tr -s ' ')" == *"warning: "*"'lxc.include = /usr/share/lxc/config/gpu.conf'"* ]]
    [ "$(sum)" = "$before" ]
    # and one of a file that the config includes
    echo "lxc.include = /usr/share/lxc/config/gpu.conf" >"$work/mine.conf"
    sed -i "s,^lxc.include = .*/gpu.conf,lxc.include = $work/mine.conf," "$work$config"
    before=$(sum)
    enable
    [ "$(sum)" = "$before" ]
}

@test "enable: a running container gets the nodes now, --no-probe and --select as on the line" {
    unprivileged
    start c1
    enable --no-probe
    [ "$status" = 0 ]
    [ "$(in_container c1 stat -c '%u:%g %t:%T' /dev/dri/renderD128)" = "0:2992 e2:80" ]
    disable
    [[ "$output" == *"keeps what it has until it is stopped"* ]]
    [ -n "$(in_container c1 ls /dev/dri)" ]
}

# The container's own usermod and addgroup: here programs that say what they were asked for.
@test "--member: by the container's usermod, by addgroup where it has none; a stopped one runs nothing" {
    unprivileged
    # shellcheck disable=SC2016  # the script expands it
    printf '#!/bin/sh\necho "$0 $* $(id -u) ${HOME-no home}" >>/dev/shm/asked\n' >"$work/rootfs/bin/addgroup"
    chmod 0755 "$work/rootfs/bin/addgroup"
    enable --member viewer --member nobody --no-probe
    [ "$status" = 0 ]
    [[ "$output" == *"usermod -aG render viewer || addgroup viewer render"* ]]
    [[ "$output" == *"usermod -aG render nobody || addgroup nobody render"* ]]
    start c1
    in_container c1 mkdir -p /dev/shm
    enable --member viewer --no-probe
    [ "$status" = 0 ]
    [ "$(in_container c1 cat /dev/shm/asked)" = '/bin/addgroup viewer render 0 no home' ]
    mv "$work/rootfs/bin/addgroup" "$work/rootfs/bin/usermod"
    enable --member viewer --no-probe
    [ "$(in_container c1 cat /dev/shm/asked | tail -n 1)" = '/bin/usermod -aG render viewer 0 no home' ]
    # no such user: usermod's status
    printf '#!/bin/sh\nexit 6\n' >"$work/rootfs/bin/usermod"
    enable --member viewer --no-probe
    [ "$status" = 4 ]
    [[ "$(echo "$output" | tr '\n' ' ' | tr -s ' ')" == *"ended with status 6; is there such a user?"* ]]
    # shellcheck disable=SC2016  # the script expands it
    for name in -x 'a b' a:b '$(id)' ''; do
        enable --member "$name"
        [ "$status" = 2 ]
    done
}

@test "enable by the user who starts it: the id map too, the line for /etc/subgid, and disable gives the old map back" {
    idmap "0 300000 65536" | user_container u1
    before=$(cat "$userpath/u1/config")
    run as_user "$hook" enable u1 -P "$userpath"
    echo "$output"
    [ "$status" = 4 ] # newgidmap would refuse the host's group
    line=$(echo "$output" | sed -n "s/^sudo sh -c '\(.*\)'$/\1/p" | head -n 1)
    [ "$line" = 'echo tester:107:1 >>/etc/subgid' ]
    eval "$line"
    run as_user "$hook" enable u1 -P "$userpath"
    echo "$output"
    [ "$status" = 9 ]
    [ "$(grep '^lxc.idmap = g' "$userpath/u1/config")" = 'lxc.idmap = g 0 300000 2992
lxc.idmap = g 2992 107 1
lxc.idmap = g 2993 302993 62543' ]
    user_start_fails u1
    status_is u1 9
    # the host's group has another number now: enable again starts from the map that was there first
    chgrp 109 /dev/dri/renderD128
    run as_user "$hook" enable u1 -P "$userpath"
    [ "$status" = 4 ] # which the user may not map yet
    grep -qx 'lxc.idmap = g 2992 109 1' "$userpath/u1/config"
    ! grep -q ' 107 1$' "$userpath/u1/config" || false
    run as_user "$hook" disable u1 -P "$userpath"
    echo "$output"
    [ "$status" = 0 ]
    [ "$(cat "$userpath/u1/config")" = "$before" ]
    [ "$(stat -c %u:%g "$userpath/u1/config")" = 7001:7001 ]
    # a map that somebody has changed since stays
    run as_user "$hook" enable u1 -P "$userpath"
    [ "$status" = 4 ]
    sed -i 's/^lxc.idmap = g 2993 .*/lxc.idmap = g 2993 302993 7/' "$userpath/u1/config"
    run as_user "$hook" disable u1 -P "$userpath"
    echo "$output"
    [[ "$output" == *"warning: somebody has changed the id map since enable"* ]]
    [ "$(grep '^lxc.idmap = g' "$userpath/u1/config" | tail -n 1)" = 'lxc.idmap = g 2993 302993 7' ]
    ! grep -q 'lxc-gpu-hook enable' "$userpath/u1/config" || false
}

@test "another's config: root writes none of a user's, a user none of root's: 7, and the command is named" {
    idmap "0 300000 65536" | user_container u1
    before=$(cat "$userpath/u1/config")
    for command in enable disable; do
        run "$hook" "$command" u1 -P "$userpath"
        echo "$output"
        [ "$status" = 7 ]
        [[ "$output" == *"lxc-gpu-hook $command u1 -P $userpath"* || "$output" == *"lxc-gpu-hook -P $userpath $command u1"* ]]
    done
    [ "$(cat "$userpath/u1/config")" = "$before" ]
    [ "$(ls "$userpath/u1")" = config ]
    unprivileged
    chmod 0755 "$lxcpath/c1"
    before=$(sum)
    for command in enable disable; do
        run as_user "$hook" "$command" c1 -P "$lxcpath"
        echo "$output"
        [ "$status" = 7 ]
        [[ "$output" == *"fix: sudo lxc-gpu-hook $command c1 -P $lxcpath"* ]]
    done
    [ "$(sum)" = "$before" ]
}

@test "wrong use: no name, two names, no such container, an option that means nothing" {
    for words in enable disable "enable a b" "disable a b" "enable nope" "disable nope" "disable nope --select all" \
        "attach nope --member viewer" "enable nope --write"; do
        # shellcheck disable=SC2086  # words
        run "$hook" $words -P "$lxcpath"
        echo "$words: $output"
        [ "$status" = 2 ]
    done
}

@test "two at a time: each edit is whole, and none is lost" {
    for i in 1 2 3 4 5; do
        unprivileged
        before=$(sum)
        "$hook" enable c1 -P "$lxcpath" >"$work/one" 2>&1 3>&- &
        one=$!
        "$hook" enable c1 -P "$lxcpath" --select renderD128 >"$work/two" 2>&1 3>&- &
        two=$!
        wait "$one" || true
        wait "$two" || true
        [ "$(grep -c 'enable: begin' "$work$config")" = 1 ]
        disable
        [ "$(sum)" = "$before" ]
        rm -rf "$lxcpath/c1"
    done
    # whoever holds the directory is not waited for without end
    unprivileged
    flock --no-fork "$lxcpath/c1" sleep 30 3>&- &
    holder=$!
    sleep 0.3
    enable
    kill "$holder"
    wait "$holder" || true
    [ "$status" = 2 ]
    [[ "$output" == *"somebody else is editing it"* ]]
}

@test "killed or refused at any call of the writing: the config is the old or the new one, whole, with its mode" {
    command -v strace >/dev/null || skip 'strace is not installed'
    unprivileged
    chmod 0640 "$work$config"
    old=$(sum)
    enable
    new=$(sum)
    [ "$old" != "$new" ]
    strace -qq -o "$work/calls" -e trace=openat "$hook" disable c1 -P "$lxcpath" >/dev/null
    opens=$(grep -c openat "$work/calls")
    for command in enable disable; do
        for call in openat write fsync fchown fchmod renameat flock; do
            for how in signal=KILL error=EIO error=ENOSPC; do
                for n in 1 2 3; do
                    # Without FAULTS=all: each call killed, and failing the first time.
                    case ${FAULTS:-}:$how:$n in all:* | *:signal=KILL:* | *:error=EIO:1) ;; *) continue ;; esac
                    "$hook" disable c1 -P "$lxcpath" >/dev/null
                    [ "$(sum)" = "$old" ]
                    [ "$command" = enable ] || "$hook" enable c1 -P "$lxcpath" >/dev/null 2>&1 || true
                    # openat: those of the writing alone, which are the last
                    when=$n
                    [ "$call" != openat ] || when=$((opens - n + 1))
                    strace -qq -o /dev/null -e trace="$call" -e inject="$call:$how:when=$when" \
                        "$hook" "$command" c1 -P "$lxcpath" >/dev/null 2>&1 3>&- || true # killed
                    now=$(sum)
                    [ "$now" = "$old" ] || [ "$now" = "$new" ] || { echo "$command $call $how $n: torn"; return 1; }
                    [ "$(stat -c %a "$work$config")" = 640 ]
                    rm -f "$work$config".*.new
                done
            done
        done
    done
}

# ---- Proxmox: its directories, as a host of it has them; LXC's config is made from its own at a start ----

pve_begin() {
    mkdir -p /etc/pve/lxc "$work/pve"/{lock,backups}
    mount --bind "$work/pve/lock" /run/lock
    mount --bind "$work/pve/backups" /var/backups
    mount --bind "$lxcpath" /var/lib/lxc
    printf '#notes\narch: amd64\nhostname: media\nunprivileged: 1\n\n[before]\narch: amd64\n' >/etc/pve/lxc/101.conf
    chmod 0640 /etc/pve/lxc/101.conf
    chown 0:33 /etc/pve/lxc/101.conf
}

pve_end() {
    umount /run/lock /var/backups /var/lib/lxc
    rm -rf /etc/pve "$work/pve"
}

pve() { run "$hook" "$@"; echo "$output"; }
pve_sum() { sha256sum </etc/pve/lxc/101.conf; }

@test "Proxmox: one line in the main section, by number or name; with options a file beside it; disable: as before" {
    pve_begin
    before=$(pve_sum)
    pve enable 101
    [ "$status" = 0 ]
    [ "$(head -n 1 /etc/pve/lxc/101.conf)" = 'lxc.include: /usr/share/lxc/config/gpu.conf' ]
    [ "$(stat -c '%a %u:%g' /etc/pve/lxc/101.conf)" = '640 0:33' ]
    [ "$(sha256sum <"$work/pve/backups/lxc-gpu-hook.101.conf")" = "$before" ]
    [ "$(ls /etc/pve/lxc)" = 101.conf ]
    once=$(pve_sum)
    pve enable media
    [ "$status" = 0 ]
    [[ "$output" == *"nothing to change"* ]]
    [ "$(pve_sum)" = "$once" ]
    pve enable 101 --select vendor=intel --member viewer
    [ "$status" = 0 ]
    [[ "$output" == *"usermod -aG render viewer"* ]]
    [ "$(head -n 1 /etc/pve/lxc/101.conf)" = 'lxc.include: /etc/pve/lxc-gpu-101.conf' ]
    [ "$(grep -v '^#' /etc/pve/lxc-gpu-101.conf)" = 'lxc.hook.mount = /usr/bin/lxc-gpu-hook --select vendor=intel
lxc.hook.start-host = /usr/bin/lxc-gpu-hook --select vendor=intel' ]
    pve disable media
    [ "$status" = 0 ]
    [ "$(pve_sum)" = "$before" ]
    [ "$(find /etc/pve -mindepth 1 | sort | tr '\n' ' ')" = '/etc/pve/lxc /etc/pve/lxc/101.conf ' ]
    pve disable 101
    [ "$status" = 0 ]
    [ "$(pve_sum)" = "$before" ]
    # what pct set makes of it: our line at another place, and a line more
    pve enable 101
    printf 'arch: amd64\nhostname: media\nmemory: 512\nunprivileged: 1\nlxc.include: /usr/share/lxc/config/gpu.conf\n' >/etc/pve/lxc/101.conf
    pve disable 101
    [ "$(cat /etc/pve/lxc/101.conf)" = "$(printf 'arch: amd64\nhostname: media\nmemory: 512\nunprivileged: 1')" ]
    pve_end
}

@test "Proxmox: privileged, an old devN, a locked one, one that pct holds, a snapshot that needs the file" {
    pve_begin
    sed -i '/unprivileged/d; 2i dev0: /dev/dri/renderD128,gid=104' /etc/pve/lxc/101.conf
    pve enable 101
    [ "$status" = 0 ]
    grep -qx 'lxc.include: /usr/share/lxc/config/gpu-privileged.conf' /etc/pve/lxc/101.conf
    [[ "$output" == *"pct set 101 -delete dev0"* ]]
    pve enable 101 --optional
    grep -qx 'lxc.cgroup2.devices.allow = c 226:\* rwm' /etc/pve/lxc-gpu-101.conf
    echo 'lxc.include: /etc/pve/lxc-gpu-101.conf' >>/etc/pve/lxc/101.conf # in the snapshot
    pve disable 101
    [ "$status" = 0 ]
    [ -e /etc/pve/lxc-gpu-101.conf ]
    [[ "$output" == *"stays: a snapshot or another container includes it"* ]]
    sed -i '1i lock: backup' /etc/pve/lxc/101.conf
    before=$(pve_sum)
    pve enable 101
    [ "$status" = 2 ]
    [[ "$output" == *"Proxmox has locked container 101: backup"* ]]
    [ "$(pve_sum)" = "$before" ]
    sed -i 1d /etc/pve/lxc/101.conf
    before=$(pve_sum)
    flock --no-fork /run/lock/lxc/pve-config-101.lock sleep 30 3>&- &
    holder=$!
    sleep 0.3
    pve enable 101
    kill "$holder"
    wait "$holder" || true
    [ "$status" = 2 ]
    [[ "$output" == *"Proxmox is changing container 101"* ]]
    [ "$(pve_sum)" = "$before" ]
    run as_user "$hook" enable 101
    [ "$status" = 7 ]
    [[ "$output" == *"fix: sudo lxc-gpu-hook enable 101"* ]]
    chown 7001 /etc/pve/lxc/101.conf
    pve enable 101
    [ "$status" = 7 ]
    chown 0 /etc/pve/lxc/101.conf
    # whoever may write to /run/lock leads it nowhere
    rm -r /run/lock/lxc
    ln -s "$work/home" /run/lock/lxc
    chown -h 7001 /run/lock/lxc
    pve enable 101
    [ "$status" = 7 ]
    [ ! -e "$work/home/pve-config-101.lock" ]
    pve_end
}

@test "Proxmox: a running container gets the nodes now" {
    pve_begin
    mkdir -p "$lxcpath/101"
    idmap "0 100000 65536" | container 101
    lxc-start -n 101
    pve enable media --no-probe
    [ "$status" = 0 ]
    [ "$(lxcpath=/var/lib/lxc in_container 101 stat -c %t:%T /dev/dri/renderD128)" = e2:80 ]
    pve disable 101
    [[ "$output" == *"keeps what it has until it is stopped"* ]]
    lxc-stop -n 101 -k
    pve_end
}

@test "Proxmox: killed at any call of the writing: the config is the old or the new one, whole" {
    command -v strace >/dev/null || skip 'strace is not installed'
    pve_begin
    old=$(pve_sum)
    pve enable 101
    new=$(pve_sum)
    for call in write fsync fchown fchmod renameat; do
        for how in signal=KILL error=EIO; do
            for n in 1 2 3; do
                "$hook" disable 101 >/dev/null
                strace -qq -o /dev/null -e trace="$call" -e inject="$call:$how:when=$n" \
                    "$hook" enable 101 >/dev/null 2>&1 3>&- || true # killed
                now=$(pve_sum)
                [ "$now" = "$old" ] || [ "$now" = "$new" ] || { echo "$call $how $n: torn"; return 1; }
                rm -f /etc/pve/lxc/*.new
            done
        done
    done
    pve_end
}
