#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Wrong use: a message of at most one screen, status 2, nothing done.

setup() {
    load lib.bash
    reset_host
    node renderD128 226 128
    unset "${!LXC_@}"
}

# refuses MESSAGE COMMAND...: status 2, the message, a fix or a cause, within one screen
refuses() {
    local message=$1
    shift
    run "$@"
    echo "$output"
    [ "$status" = 2 ]
    [[ "$output" == *"$message"* ]]
    [ "${#lines[@]}" -le 24 ]
}

@test "no LXC_* at all, and no command" {
    refuses "no command, and not started by LXC" "$hook"
    [[ "$output" == *"fix: lxc-gpu-hook --help"* ]]
}

@test "an unknown option, on the command line and in a hook line" {
    refuses "unknown option --selekt" "$hook" --selekt=x
    refuses "unknown option -z" "$hook" -z
    refuses "option --quiet takes no value" "$hook" --quiet=x
    refuses "--lxcpath relative: not the whole path" "$hook" check -P relative c1
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --selekt x"; } | container c1
    start_fails c1
    status_is c1 2
}

@test "options without their value or with a wrong one" {
    refuses "option --select wants a value" "$hook" --select
    refuses "--select 'gpu=1' is none of" "$hook" --select gpu=1
    refuses "--select 'pci=zz' wants a PCI address" "$hook" --select pci=zz
    refuses "--select 'vendor=foo' wants intel, amd, nvidia or a number" "$hook" --select vendor=foo
    refuses "--mode 0999: not an octal mode" "$hook" --mode 0999
    refuses "--mode 0777: not an octal mode" "$hook" --mode 0777
    for mode in 0 0440 0222 0204; do
        refuses "--mode $mode: not an octal mode without x that lets somebody read" "$hook" list --mode "$mode"
    done
    refuses "--user -1: not a uid" "$hook" --user -1
    refuses "--group : not a group name" "$hook" --group ''
    refuses "--wait 1e9: not a number of seconds" "$hook" --wait 1e9
    refuses "--pid 0: not the process id" "$hook" attach --pid 0
}

@test "words and options that a command does not know are named, not ignored" {
    refuses "list takes no further word: 'extra'" "$hook" list extra words
    refuses "--write is no option of list" "$hook" list --write --pid 4
    refuses "--pid is no option of list" "$hook" list --pid 4
    refuses "--mode is no option of list" "$hook" list --mode 0600
    refuses "--lxcpath is no option of list" "$hook" list -P /
    refuses "--write is no option of check" "$hook" check c1 --write
    refuses "--pid is no option of check" "$hook" check c1 --pid 5
    refuses "--optional is no option of idmap" "$hook" idmap c1 --optional
    refuses "--write is no option of attach" "$hook" attach c1 --write
    refuses "attach wants the name of one container, or --pid PID" "$hook" attach c1 --pid 5
    refuses "check wants the name of one container" "$hook" check
    [[ "$output" != *"check container"* ]]
}

@test "an unknown command" {
    refuses "unknown command 'frob'" "$hook" frob
}

@test "LXC_PID missing, not a number, dead, or no container's" {
    export LXC_HOOK_TYPE=start-host LXC_NAME=c1
    refuses "LXC_PID is not set" "$hook"
    [[ "$output" == *"fix: lxc-gpu-hook attach c1    # "* ]]
    LXC_PID=abc refuses "LXC_PID is not a process id: 'abc'" "$hook"
    LXC_PID=-5 refuses "LXC_PID is not a process id: '-5'" "$hook"
    LXC_PID=0 refuses "LXC_PID is not a process id: '0'" "$hook"
    LXC_PID=4194304 refuses "process 4194304 does not exist" "$hook"
    [[ "$output" == *"fix: lxc-ls -f -F NAME,PID    # "* ]]
    LXC_PID=$$ refuses "process $$ is in no container" "$hook"
    [[ "$output" == *"fix: lxc-ls -f -F NAME,PID    # "* ]]
}

@test "LXC_NAME missing, and one with control characters" {
    LXC_HOOK_TYPE=start-host refuses "LXC_NAME is not set" "$hook"
    [[ "$output" == *"fix: lxc-ls -f    # then by hand: lxc-gpu-hook attach"* ]]
    LXC_HOOK_TYPE=start-host LXC_NAME='a b;c' refuses "LXC_PID is not set" "$hook"
    [[ "$output" == *"fix: lxc-ls -f "* ]]
    LXC_HOOK_TYPE=mount LXC_NAME=c1 refuses "LXC_ROOTFS_MOUNT is not set" "$hook"
    [[ "$output" == *"fix: lxc.include = /usr/share/lxc/config/gpu.conf"* ]]
    LXC_HOOK_TYPE=start-host LXC_NAME=$'a\nb\e[31m' LXC_PID=$$ refuses 'container a\x0ab\x1b[31m: process' "$hook"
}

@test "a wrong hook type names why and the right line" {
    for type in pre-start autodev post-stop; do
        LXC_HOOK_TYPE=$type LXC_NAME=c1 LXC_PID=$$ refuses "hook type $type cannot work" "$hook"
        [[ "$output" == *"fix: lxc.include = /usr/share/lxc/config/gpu.conf"* ]]
    done
    LXC_NAME=c1 LXC_PID=$$ refuses "unknown hook type 'no-such'" "$hook" c1 lxc no-such
}

@test "the wrong hook section in a real config" {
    { idmap "0 100000 65536"; echo "lxc.hook.pre-start = $hook"; } | container c1
    start_fails c1
    status_is c1 2
}

@test "without privilege: 7, and which capability" {
    export LXC_HOOK_TYPE=start-host LXC_NAME=c1 LXC_PID=$$ LXC_CONFIG_FILE=/nonexistent
    run setpriv --reuid 65534 --regid 65534 --clear-groups "$hook"
    echo "$output"
    [ "$status" = 7 ]
    [[ "$output" == *"look into the container (ns/mnt), which takes cap_sys_ptrace: Permission denied"* ]]
    [[ "$output" == *"fix: sudo lxc-start -n c1"* ]]
    LXC_CONFIG_FILE=/srv/lxc/c1/config run setpriv --reuid 65534 --regid 65534 --clear-groups "$hook"
    [[ "$output" == *"fix: sudo lxc-start -P /srv/lxc -n c1    # a container that root starts"* ]]
    run setpriv --bounding-set -mknod "$hook"
    [ "$status" = 7 ]
    [[ "$output" == *"this process lacks cap_mknod"* ]]
}

@test "--version and --help" {
    run "$hook" --version
    [ "$status" = 0 ]
    [[ "$output" =~ ^lxc-gpu-hook\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
    run "$hook" --help all
    [ "$status" = 0 ]
    for option in select group user mode with-card optional wait no-probe; do
        [[ "$output" == *"--$option"* ]]
    done
    [ "$(echo "$output" | awk 'length > 80' | wc -l)" = 0 ]
}
