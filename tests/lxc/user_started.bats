#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Containers that an ordinary user starts: the host's own node is bound where the id map makes it
# usable; where it does not, the failure prints the lines that do.

setup() {
    load lib.bash
    reset_host
    node renderD128 226 128 107
    cp "$work/subgid" "$work/subgid.before"
}

teardown() {
    lxc-stop -P "$userpath" -n c1 -k 2>/dev/null || true
    user_stop c1
    cat "$work/subgid.before" >"$work/subgid"
}

# base GID-EXTENT...: a config with the user's whole uid range and these gid extents
base() {
    echo "lxc.include = /usr/share/lxc/config/userns.conf"
    echo "lxc.idmap = u 0 300000 65536"
    for extent in "$@"; do
        echo "lxc.idmap = g $extent"
    done
}

@test "the plain map: 4, with exactly the lines that mend it; applied as printed, only the driver is missing" {
    { base "0 300000 65536"; echo "lxc.include = /usr/share/lxc/config/gpu.conf"; } | user_container c1
    user_start_fails c1
    status_is c1 4
    hook_said c1 | grep -q "host gid 107, the group of /dev/dri/renderD128, is not mapped to guest gid 2992 (render)"
    hook_said c1 | sed -n 's/^fix: //p' | grep -v '^#' >"$work/fix"
    cat >"$work/wanted" <<'END'
lxc.idmap = g 0 300000 2992
lxc.idmap = g 2992 107 1
lxc.idmap = g 2993 302993 62543
sudo sh -c 'echo tester:107:1 >>/etc/subgid'
END
    diff "$work/wanted" "$work/fix"
    # apply: the lines in place of the config's g lines, the command as root
    sed -i '/lxc.idmap = g/d' "$userpath/c1/config"
    grep '^lxc' "$work/fix" >>"$userpath/c1/config"
    eval "$(sed -n 's/^sudo //p' "$work/fix")"
    user_start_fails c1
    status_is c1 9
    hook_said c1 | grep -q "/dev/dri/renderD128 does not answer: no driver behind it"
}

@test "with the lines, the node shows the render group, and a guest user in it gets as far as the driver" {
    echo tester:107:1 >>"$work/subgid"
    {
        base "0 300000 2992" "2992 107 1" "2993 302993 62543"
        echo "lxc.hook.mount = $hook"
        echo "lxc.hook.start-host = $hook --no-probe"
    } | user_container c1
    user_start c1
    in_user_container c1 ls -ln /dev/dri
    [ "$(in_user_container c1 stat -c '%u:%g %t:%T' /dev/dri/renderD128)" = "65534:2992 e2:80" ]
    run in_user_container c1 su viewer -c 'cat /dev/dri/renderD128'
    [[ "$output" == *"No such device"* ]]
    run in_user_container c1 su nobody -c 'cat /dev/dri/renderD128'
    [[ "$output" == *"Permission denied"* ]]
    hook_said c1 | grep -q "/dev/dri/renderD128 is ready: driver unknown, the host's own node, group 2992 (render)"
}

@test "a host whose render nodes are 0666 needs no idmap at all" {
    chmod 0666 /dev/dri/renderD128
    {
        base "0 300000 65536"
        echo "lxc.hook.mount = $hook"
        echo "lxc.hook.start-host = $hook --no-probe"
    } | user_container c1
    user_start c1
    run in_user_container c1 su nobody -c 'cat /dev/dri/renderD128'
    [[ "$output" == *"No such device"* ]]
}

@test "a 0666 node and no mount hook: no id map is blamed; with both lines, as printed, only the driver is missing" {
    chmod 0666 /dev/dri/renderD128
    { base "0 300000 65536"; echo "lxc.hook.start-host = $hook --select renderD128"; } | user_container c1
    user_start_fails c1
    status_is c1 4
    hook_said c1 | grep -q "/dev/dri/renderD128 can be used as it is, but no mount hook has bound it"
    hook_said c1 | sed -n 's/^fix: //p' | grep -v '^#' >"$work/fix"
    cat >"$work/wanted" <<END
lxc.hook.mount = $hook --select renderD128
lxc.hook.start-host = $hook --select renderD128
END
    diff "$work/wanted" "$work/fix"
    { base "0 300000 65536"; cat "$work/fix"; } | user_container c1
    user_start_fails c1
    status_is c1 9
}

@test "the same container started by root: the private node is used instead" {
    echo tester:107:1 >>"$work/subgid"
    {
        base "0 300000 2992" "2992 107 1" "2993 302993 62543"
        echo "lxc.hook.mount = $hook"
        echo "lxc.hook.start-host = $hook --no-probe"
    } | user_container c1
    rm -f "$work/c1.log"
    lxc-start -P "$userpath" -n c1 -l DEBUG -o "$work/c1.log"
    [ "$(lxc-attach -P "$userpath" -n c1 --clear-env -v PATH=/bin -- stat -c '%u:%g %t:%T' /dev/dri/renderD128)" = "0:2992 e2:80" ]
    # neither hook blames the other
    [ "$(hook_said c1 | grep -c warning)" = 0 ]
    lxc-stop -P "$userpath" -n c1 -k
}

@test "--select leaves the other GPU out" {
    node renderD129 226 129 107
    echo tester:107:1 >>"$work/subgid"
    {
        base "0 300000 2992" "2992 107 1" "2993 302993 62543"
        echo "lxc.hook.mount = $hook --select renderD129"
        echo "lxc.hook.start-host = $hook --no-probe --select renderD129"
    } | user_container c1
    user_start c1
    [ "$(in_user_container c1 ls /dev/dri)" = renderD129 ]
}

@test "no node on the host: 3, or 0 with --optional" {
    reset_host
    { base "0 300000 65536"; echo "lxc.include = /usr/share/lxc/config/gpu.conf"; } | user_container c1
    user_start_fails c1
    status_is c1 3
    {
        base "0 300000 65536"
        echo "lxc.hook.mount = $hook --optional"
        echo "lxc.hook.start-host = $hook --optional"
    } | user_container c1
    user_start c1
}

@test "a umask that shuts others out does not shut /dev/dri" {
    chmod 0666 /dev/dri/renderD128
    { base "0 300000 65536"; printf 'lxc.hook.mount = %s\nlxc.hook.start-host = %s --no-probe\n' "$hook" "$hook"; } |
        user_container c1
    umask 077
    user_start c1
    umask 022
    [ "$(in_user_container c1 stat -c %a /dev/dri)" = 755 ]
    [ "$(in_user_container c1 stat -c '%F' /dev/dri/renderD128)" = "character special file" ]
}

@test "--wait: the mount hook waits too, and binds the node that comes late" {
    reset_host
    { base "0 300000 65536"; printf 'lxc.hook.mount = %s --wait 30\nlxc.hook.start-host = %s --no-probe\n' "$hook" "$hook"; } |
        user_container c1
    (sleep 1.5; mkdir /dev/dri; mknod -m 0666 /dev/dri/renderD128 c 226 128) 3>&- &
    user_start c1
    wait
    [ "$(in_user_container c1 stat -c '%F' /dev/dri/renderD128)" = "character special file" ]
}

@test "--wait: a node that udev has not got to yet is waited for too, by both hooks" {
    reset_host
    { base "0 300000 65536"; printf 'lxc.hook.mount = %s --wait 30\nlxc.hook.start-host = %s --no-probe --wait 30\n' "$hook" "$hook"; } |
        user_container c1
    node renderD128 226 128
    chown 0:0 /dev/dri/renderD128
    chmod 0600 /dev/dri/renderD128
    # udev sets the mode last
    (sleep 1; chgrp 107 /dev/dri/renderD128; sleep 1; chmod 0666 /dev/dri/renderD128) 3>&- &
    user_start c1
    wait
    [ "$(in_user_container c1 stat -c %a /dev/dri/renderD128)" = 666 ]
}

@test "the group is not mapped, on a host whose nodes are 0666: 4, and not a missing privilege" {
    chmod 0666 /dev/dri/renderD128
    { base "0 300000 1000"; echo "lxc.include = /usr/share/lxc/config/gpu.conf"; } | user_container c1
    user_start_fails c1
    status_is c1 4
    hook_said c1 | grep -q "group render: guest gid 2992 is outside the container's id map (0-999)"
}

# An LXC inside of a container: the hook is root there, and may make no node all the same.
@test "root of a user namespace is served as an ordinary user is" {
    chmod 0666 /dev/dri/renderD128
    root=$work/nested
    mkdir -p "$root/dev/dri" "$root/etc" "$root/proc"
    echo render:x:2992: >"$root/etc/group"
    chown -R 100000:100000 "$root"
    as_hook=(env LXC_NAME=nested "LXC_ROOTFS_MOUNT=$root")
    run lxc-usernsexec -m b:0:100000:65536 -- unshare --mount sh -c "
        ${as_hook[*]} LXC_HOOK_TYPE=mount $hook &&
        exec ${as_hook[*]} LXC_HOOK_TYPE=start-host $TEST_BUILD/tests/lxc/box --nested --root $root -- $hook --no-probe"
    echo "$output"
    [ "$status" = 0 ]
    [[ "$output" == *"container nested: /dev/dri/renderD128 is ready"*"the host's own node, group 2992 (render)"* ]]
}
