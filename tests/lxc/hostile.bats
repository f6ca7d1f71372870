#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Root file systems made to mislead the hook. Whatever they hold, the host is the same afterwards, the
# hook ends by itself, and its status is 0 or 6.

setup() {
    load lib.bash
    load hostile.bash
    reset_host
    node renderD128 226 128
    make_bait
    root=$work/hostile
}

teardown() {
    stop c1 2>/dev/null || true
    umount -R "$root" 2>/dev/null || true
    rm -rf "${root:?}" "${lxcpath:?}/c1-rootfs"
}

groups_of() {
    awk -v last="$1" 'BEGIN { for (i = 1; i <= last; i++) print "g" i ":x:" i ":" }'
}

# One case a line: the status of start-host without autodev, with autodev (= the same), a name, and the
# commands that spoil the root file system they are run in.
cases() {
    cat <<'END'
6 6 dev-link-absolute|rm -r dev; ln -s $bait dev
6 6 dev-link-dotdot|rm -r dev; ln -s ../../../../../../..$bait dev
6 6 dev-link-proc-root|rm -r dev; ln -s /proc/1/root$bait dev
6 6 dev-link-proc-cwd|rm -r dev; ln -s /proc/1/cwd dev
6 6 dev-link-proc-fd|rm -r dev; ln -s /proc/self/fd/0 dev
6 6 dev-link-loop|rm -r dev; ln -s dev dev
6 6 dev-link-inside|rm -r dev; mkdir real; ln -s real dev
6 6 dev-file|rm -r dev; touch dev
6 6 dev-fifo|rm -r dev; mkfifo dev
6 6 dev-device|rm -r dev; mknod dev c 1 3
6 6 dev-socket|rm -r dev; socat -u UNIX-LISTEN:dev,unlink-close=0 - & s=$!; until [ -S dev ]; do sleep 0.01; done; kill $s
6 6 dev-missing|rm -r dev
6 0 dri-link-absolute|ln -s $bait/dri dev/dri
6 0 dri-link-dotdot|ln -s ../../../../../../../..$bait/dri dev/dri
6 0 dri-link-proc-root|ln -s /proc/1/root$bait/dri dev/dri
6 0 dri-link-proc-fd|ln -s /proc/self/fd/0 dev/dri
6 0 dri-link-loop|ln -s dri dev/dri
6 0 dri-link-inside|mkdir tmp2; ln -s ../tmp2 dev/dri
6 0 dri-link-dangling|ln -s /nowhere dev/dri
6 0 dri-file|touch dev/dri
6 0 dri-fifo|mkfifo dev/dri
6 0 dri-device|mknod dev/dri b 8 0
6 0 dri-char-device|mknod dev/dri c 226 128
0 0 dri-full|mkdir dev/dri; (cd dev/dri; for i in $(seq 3000); do echo card$i; done | xargs touch)
0 0 dri-of-links|mkdir dev/dri; for i in $(seq 128 160); do ln -s $bait/dri/renderD128 dev/dri/renderD$i; done
0 0 dri-of-nodes|mkdir dev/dri; for i in $(seq 128 190); do mknod dev/dri/renderD$i c 226 $i; done
0 0 dri-node-link|mkdir dev/dri; ln -s $bait/dri/renderD128 dev/dri/renderD128
0 0 dri-node-fifo|mkdir dev/dri; mkfifo dev/dri/renderD128 dev/dri/card0
0 0 dri-node-folder|mkdir -p dev/dri/renderD128/a/b dev/dri/card0
0 0 dri-node-false-number|mkdir dev/dri; mknod dev/dri/renderD128 b 8 0; mknod dev/dri/card0 c 1 1
0 0 dri-by-path-link|mkdir dev/dri; ln -s $bait/dri dev/dri/by-path
0 0 dri-shut|mkdir -m 0 dev/dri
0 0 etc-link-absolute|rm -r etc; ln -s $bait etc
0 0 etc-link-dotdot|rm -r etc; ln -s ../../../../../../..$bait/etc etc
6 6 etc-link-proc-root|rm -r etc; ln -s /proc/1/root$bait/etc etc
6 6 etc-link-loop|rm -r etc; ln -s etc etc
0 0 etc-file|rm -r etc; touch etc
0 0 etc-missing|rm -r etc
0 0 etc-shut|chmod 0 etc
0 0 group-link-absolute|ln -sf $bait/group etc/group
0 0 group-link-dotdot|ln -sf ../../../../../../..$bait/group etc/group
6 6 group-link-proc-root|ln -sf /proc/1/root$bait/group etc/group
6 6 group-link-proc-fd|ln -sf /proc/self/fd/0 etc/group
6 6 group-link-loop|ln -sf group etc/group
6 6 group-link-chain-41|rm etc/group; l=real; echo render:x:5: >etc/real; for i in $(seq 41); do ln -s $l etc/l$i; l=l$i; done; ln -s $l etc/group
0 0 group-link-inside|mv etc/group etc/real; ln -s /etc/real etc/group
6 6 group-fifo|rm etc/group; mkfifo etc/group
6 6 group-folder|rm etc/group; mkdir etc/group
6 6 group-device-zero|rm etc/group; mknod etc/group c 1 5
6 6 group-device-tty|rm etc/group; mknod etc/group c 5 0
6 6 group-socket|rm etc/group; socat -u UNIX-LISTEN:etc/group,unlink-close=0 - & s=$!; until [ -S etc/group ]; do sleep 0.01; done; kill $s
6 6 group-8-GB|truncate -s 8G etc/group
6 6 group-just-too-large|truncate -s 4194305 etc/group
0 0 group-as-large-as-may-be|truncate -s 4194304 etc/group
0 0 group-endless-line|head -c 4000000 /dev/zero | tr '\0' x >etc/group
0 0 group-NUL|head -c 100000 /dev/zero >etc/group
0 0 group-CRLF|printf 'render:x:5:\r\n' >etc/group
0 0 group-no-newline|printf 'render:x:5:' >etc/group
0 0 group-numbers|printf 'render:x:%s:\n' -1 4294967295 4294967296 18446744073709551616 ' 5' 0x5 '' >etc/group
0 0 group-duplicates|printf 'render:x:%s:\n' 5 6 7 >etc/group
0 0 group-20000|groups_of 20000 >etc/group
0 0 group-random|head -c 200000 /dev/urandom >etc/group
0 0 group-shut|chmod 0 etc/group
END
}

make_root() {
    umount -R "$root" 2>/dev/null || true
    rm -rf "$root"
    mkdir -p "$root"/{dev,etc,proc}
    printf 'root:x:0:\nrender:x:2992:\n' >"$root/etc/group"
    (cd "$root" && eval "$1")
    chown -Rh 100000:100000 "$root"
}

# each TEST: calls TEST STATIC_STATUS AUTODEV_STATUS NAME for every case, in a root file system made by it
each() {
    local static autodev rest wrong=0
    host_fingerprint >"$work/before"
    while read -r static autodev rest; do
        make_root "${rest#*|}"
        if ! "$1" "$static" "$autodev" "${rest%%|*}"; then
            echo "^ ${rest%%|*}"
            wrong=$((wrong + 1))
        fi
    done < <(cases)
    host_fingerprint | diff "$work/before" - || { echo "the host is not as before"; return 1; }
    no_hooks_left
    return "$wrong"
}

# status_due STATUS COMMAND...: ends by itself with this status. A second is what the promise says; five
# is what a loaded machine is given.
status_due() {
    local due=$1 status=0
    shift
    timeout -k 1 5 "$@" >"$work/said" 2>&1 </dev/null || status=$?
    [[ " $due " == *" $status "* ]] || { echo "status $status where $due was due"; cat "$work/said"; return 1; }
    # the gid that only the bait names: nobody read it
    ! grep -q 31337 "$work/said" || { echo "the host's file was read"; cat "$work/said"; return 1; }
    # a cause, not only a number
    [ "$status" = 0 ] || grep -q '^lxc-gpu-hook: add GPU to container box: .' "$work/said"
}

start_host_static() { status_due "$1" "${as_hook[@]}" "$box" --root "$root" -- "$hook" --no-probe; }
start_host_autodev() { status_due "$2" "${as_hook[@]}" "$box" --autodev --root "$root" -- "$hook" --no-probe; }
start_host_privileged() { status_due "0 6" "${as_hook[@]}" "$box" --privileged --root "$root" -- "$hook" --no-probe; }
start_host_read_only() { status_due "0 6" "${as_hook[@]}" "$box" --read-only --root "$root" -- "$hook" --no-probe; }
start_host_stepwise() { status_due "$1" "${as_hook[@]}" "$box" --no-openat2 --root "$root" -- "$hook" --no-probe; }
attach_twice() {
    status_due "0 6" "$box" --root "$root" -- sh -c "$hook -q attach --no-probe --pid \$LXC_PID;
        $hook -q attach --no-probe --pid \$LXC_PID 2>&1 | sed 's/of process [0-9]*/box/'" || return 1
}
mount_hook() {
    status_due "0 6" lxc-usernsexec -m b:0:100000:65536 -- unshare -m env LXC_HOOK_TYPE=mount LXC_NAME=box \
        "LXC_ROOTFS_MOUNT=$root" "$hook"
}

@test "start-host, /dev of the root file system itself: each with its own status" { each start_host_static; }

@test "the same on a kernel without openat2, where paths are walked step by step" {
    each start_host_stepwise
}

@test "start-host, /dev made by LXC" { each start_host_autodev; }

@test "start-host, read-only root" { each start_host_read_only; }

@test "start-host, privileged: real root walks these files" { each start_host_privileged; }

@test "attach, twice" { each attach_twice; }

@test "the mount hook, with a node that it binds" {
    chmod 0666 /dev/dri/renderD128
    each mount_hook
}

@test "it does bind where nothing is hostile" {
    chmod 0666 /dev/dri/renderD128
    make_root true
    lxc-usernsexec -m b:0:100000:65536 -- unshare -m sh -c "LXC_HOOK_TYPE=mount LXC_NAME=box \
        LXC_ROOTFS_MOUNT=$root $hook && stat -c %t:%T $root/dev/dri/renderD128" >"$work/said"
    grep -qx e2:80 "$work/said"
}

@test "mounts in the way: over /etc, over /etc/group, over the node, and a hundred over /dev/dri" {
    host_fingerprint >"$work/before"
    make_root 'mkdir dev/dri; touch dev/dri/renderD128 dev/dri/card0'
    for commands in "mount -t tmpfs none $root/etc" "mount --bind /proc/version $root/etc/group" \
        "mount --bind /dev/full $root/dev/dri/card0" \
        "for i in \$(seq 100); do mount -t tmpfs none $root/dev/dri; done"; do
        (
            unshare -m sh -c "$commands; timeout 5 env LXC_HOOK_TYPE=start-host LXC_NAME=box $box --root $root -- \
                $hook --no-probe"
        ) >"$work/said" 2>&1 || [ $? = 6 ]
        cat "$work/said"
    done
    host_fingerprint | diff "$work/before" -
}

@test "a file of the kernel's bound over /etc/group is not read: 6" {
    make_root true
    for file in /proc/version /proc/sys/kernel/core_pattern "$work"/sysfs/kernel/uevent_seqnum \
        /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/*/cgroup.procs; do
        [ -e "$file" ] && [ "$(stat -f -c %T "$file")" != tmpfs ] || continue
        status=0
        unshare -m sh -c "mount --bind $file $root/etc/group; LXC_HOOK_TYPE=start-host LXC_NAME=box \
            $box --root $root -- $hook --no-probe" >"$work/said" 2>&1 || status=$?
        echo "$file: $(cat "$work/said")"
        [ "$status" = 6 ]
        grep -q "the container's /etc/group is a file of the kernel's" "$work/said"
        read_some=1
    done
    [ "$read_some" = 1 ]
}

@test "a real container on each of them, with both hooks" {
    real_start() {
        local logged
        rm -rf "$lxcpath/c1-rootfs"
        own_rootfs c1 >/dev/null
        for part in dev etc; do
            [ -d "$root/$part" ] && [ ! -L "$root/$part" ] && [ "$part" = dev ] && continue
            rm -rf "$lxcpath/c1-rootfs/${part:?}"
            [ ! -e "$root/$part" ] && [ ! -L "$root/$part" ] || cp -a --sparse=always "$root/$part" "$lxcpath/c1-rootfs/"
        done
        { idmap "0 100000 65536"; echo "lxc.hook.mount = $hook"; echo "lxc.hook.start-host = $hook --no-probe"; } |
            container c1 "$lxcpath/c1-rootfs"
        rm -f "$work/c1.log"
        timeout -k 1 20 lxc-start -P "$lxcpath" -n c1 -l DEBUG -o "$work/c1.log" 2>/dev/null || true
        stop c1
        # LXC itself refuses some of them, such as a /dev that is no folder, before the hook's turn.
        logged=$(hook_status c1)
        [ "$logged" = 0 ] || [ "$logged" = 6 ] || { echo "status $logged"; hook_said c1; return 1; }
    }
    each real_start
}
