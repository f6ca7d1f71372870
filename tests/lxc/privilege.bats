#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Which capabilities the hook has in each phase, as the kernel was asked; and that whoever lends it more
# rights than he has himself cannot steer it by his environment.

setup() {
    load lib.bash
    load hostile.bash
    reset_host
    node renderD128 226 128
    make_bait
    export ASAN_OPTIONS=detect_leaks=0
}

teardown() {
    rm -f "$work"/lent*
    umount "$work/foreign-lxc" 2>/dev/null || true
}

# $output on one line: a person's messages are folded.
squeezed() { tr -s ' \n' ' ' <<<"$output"; }

# What each process asked the kernel for, in order, in short: the hook, and the others in the order that they began.
asked() {
    "$box" -- strace -f -qq -v -e trace=capset,setns,setresuid,setresgid,prctl,setgroups,execve,move_mount,umount2,openat \
        -o "$work/trace" "$@" >/dev/null 2>&1 || true
    # A process that began later may be heard first: the number tells.
    awk 'NR == FNR { name[$1] = FNR; next } { $1 = name[$1]; print }' \
        <(awk '{ print $1 }' "$work/trace" | sort -nu) "$work/trace" |
        sed -nE -e '/dev\/null.*O_RDWR/d' -e 's/^([0-9]+) +capset\(.*effective=([^,]*), permitted=([^,]*), inheritable=([^}]*)\}.*/\1 caps \2 \3 \4/p' \
            -e 's/^([0-9]+) +prctl\(PR_SET_NO_NEW_PRIVS, 1.*/\1 no_new_privs/p' \
            -e 's/^([0-9]+) +prctl\(PR_SET_DUMPABLE, SUID_DUMP_DISABLE.*/\1 not dumpable/p' \
            -e 's/^([0-9]+) +setns\([0-9]+, (CLONE_NEW[A-Z]*).*/\1 setns \2/p' \
            -e 's/^([0-9]+) +setresuid\(([0-9]+),.*/\1 uid \2/p' \
            -e 's/^([0-9]+) +setresgid\(([0-9]+),.*/\1 gid \2/p' \
            -e 's/^([0-9]+) +move_mount\(.*/\1 mount/p' \
            -e 's/^([0-9]+) +umount2\(.*/\1 unmount/p' \
            -e 's/^([0-9]+) +openat\(.*"dev\/dri\/renderD128".*/\1 open node/p' |
        sed -e 's/1<<CAP_//g' | sort -s -n -k 1,1
}

# caps NUMBER NAME|NAME...: effective and permitted the same, nothing inheritable
caps() { echo "$1 caps $2 $2 0"; }

prepare="CHOWN|DAC_OVERRIDE|DAC_READ_SEARCH|KILL|SETGID|SETUID|SYS_CHROOT|SYS_PTRACE|SYS_ADMIN|MKNOD"

# due_of_hook: the hook itself; due_of_insider NUMBER; due_of_witness NUMBER
due_of_hook() {
    echo "1 not dumpable"
    caps 1 "$prepare"
    caps 1 "DAC_OVERRIDE|KILL|SETGID|SETUID|SYS_CHROOT|SYS_ADMIN"
    caps 1 KILL
    echo "1 no_new_privs"
}

due_of_insider() {
    caps "$1" "DAC_READ_SEARCH|SETGID|SETUID|SYS_CHROOT|SYS_ADMIN"
    printf "$1 %s\n" no_new_privs "gid 100000" "not dumpable" "setns CLONE_NEWUSER" "setns CLONE_NEWNS" "uid 0" "not dumpable"
    caps "$1" "DAC_READ_SEARCH|SYS_ADMIN"
    printf "$1 %s\n" no_new_privs mount
}

due_of_witness() {
    printf "$1 %s\n" "setns CLONE_NEWNS" "gid 102992" "uid 165534" "not dumpable"
    caps "$1" 0
    printf "$1 %s\n" no_new_privs "open node"
}

@test "the capabilities of each process of start-host, exactly" {
    { due_of_hook; due_of_insider 2; due_of_witness 3; } >"$work/due"
    asked "${as_hook[@]}" "$hook" >"$work/asked"
    diff "$work/due" "$work/asked"
    # nothing is executed once the hook runs
    [ "$(grep -c 'execve(' "$work/trace")" -le 2 ]
}

@test "the same of attach, whose proof fails here: the undoer takes the nodes off again, the container's root does not have to" {
    {
        due_of_hook
        echo "2 setns CLONE_NEWNS"
        caps 2 SYS_ADMIN
        printf '2 %s\n' no_new_privs unmount
        due_of_insider 3
        echo "3 unmount" # what is off already
        due_of_witness 4
    } >"$work/due"
    asked "$hook" attach --pid '{}' >"$work/asked"
    diff "$work/due" "$work/asked"
}

@test "the witness of the proof, made to try: no id, group, capability, mount or namespace comes back, nor by execve" {
    force=$TEST_BUILD/tests/lxc/force
    [ -x "$force" ] || skip "force knows x86-64 only"
    "${as_hook[@]}" "$box" -- "$force" 165534 "$(command -v busybox)" "$hook" -q >"$work/said"
    cat "$work/said"
    [ "$(grep -c '^open:' "$work/said")" = 0 ]
    grep -Eqx 'tried [0-9]{2}' "$work/said"
    # what it executed was setuid to the container's root
    grep -qx 'ids 165534 165534, capabilities 0000000000000000' "$work/said"
}

@test "the mount hook keeps what mounting takes" {
    chmod 0666 /dev/dri/renderD128
    mkdir -p "$work/priv-root"/{dev,etc}
    chown -R 100000:100000 "$work/priv-root"
    lxc-usernsexec -m b:0:100000:65536 -- unshare -m env LXC_HOOK_TYPE=mount LXC_NAME=c LXC_ROOTFS_MOUNT="$work/priv-root" \
        strace -qq -v -e trace=capset,prctl "$hook" 2>"$work/trace"
    rm -r "$work/priv-root"
    [ "$(grep -c 'capset(.*effective=1<<CAP_SYS_ADMIN, permitted=1<<CAP_SYS_ADMIN, inheritable=0' "$work/trace")" = 1 ]
    [ "$(grep -c 'capset(' "$work/trace")" = 1 ]
    grep -q 'PR_SET_NO_NEW_PRIVS, 1' "$work/trace"
}

hostile_environment() {
    long=$(head -c 100000 /dev/zero | tr '\0' x)
    environment=(LXC_HOOK_TYPE=start-host "LXC_NAME=$long" LXC_PID=$'1\n2' LXC_CONFIG_FILE=../../etc/shadow
        LXC_ROOTFS_MOUNT=relative/path "LXC_ROOTFS_PATH=$long" LD_PRELOAD=/nonexistent.so LD_LIBRARY_PATH=. LD_AUDIT=x
        LIBMOUNT_DEBUG=all LIBMOUNT_FSTAB=/nonexistent "HOME=$long" TZ=:/etc/shadow MALLOC_CHECK_=3 PATH=.)
}

# lent WORDS [VARIABLE...]: the program as the user it is lent to runs it, or as root by sudo, which keeps what it is told to
lent() {
    local words=$1 user=(setpriv --reuid 7001 --regid 7001 --clear-groups)
    shift
    [ "$kind" != sudo ] || user=()
    # shellcheck disable=SC2086  # words
    "${user[@]}" env -i ASAN_OPTIONS=detect_leaks=0 "$@" "$work/lent" $words 2>&1 || echo "status $?"
}

@test "setuid, with capabilities of the file, or by sudo: the environment changes nothing" {
    hostile_environment
    for kind in setuid setgid caps sudo; do
        cp "$hook" "$work/lent"
        case $kind in
            setuid) chmod 4755 "$work/lent" ;;
            setgid) chmod 2755 "$work/lent" ;;
            caps) setcap cap_sys_admin,cap_sys_ptrace,cap_dac_read_search+ep "$work/lent" ;;
            # with it, and as root, it is a hook: that is how LXC starts one
            sudo) environment=("${environment[@]:1}") ;;
        esac
        for words in list "idmap none" "check none" "" "--version" "attach --pid 1" "attach none"; do
            lent "$words" >"$work/without"
            lent "$words" "${environment[@]}" >"$work/with"
            # the loader says what it does not do for such a file
            sed -i -e '/^ERROR: ld.so: .* ignored\.$/d' -e '/^==[0-9]*==/d' "$work/with" "$work/without"
            diff "$work/without" "$work/with"
        done
        [ -s "$work/with" ]
    done
}

@test "values of 100 kB, newlines, relative paths: a cause, or nothing changes" {
    hostile_environment
    host_fingerprint >"$work/before"
    for type in start-host mount; do
        for one in "${environment[@]:1}"; do
            case $one in LD_*) continue ;; esac
            status=0
            "$box" -- env LXC_HOOK_TYPE=$type LXC_NAME=box "LXC_ROOTFS_MOUNT=$bait/none" "$one" "$hook" --no-probe >"$work/said" 2>&1 ||
                status=$?
            [ "$status" -le 7 ]
            [ "$(wc -c <"$work/said")" -lt 4096 ]
        done
    done
    host_fingerprint | diff "$work/before" -
}

@test "signals and limits that the starter left behind do not matter" {
    # sudo leaves no core files to allow
    "${as_hook[@]}" "$box" -- bash -c "trap '' CHLD TERM HUP; ulimit -c unlimited 2>/dev/null; ulimit -f 0; exec $hook -q --no-probe" >"$work/said"
    grep -qx "dri: renderD128=226:128,100000:102992,660" "$work/said"
    # closed standard descriptors: what is opened next is not written to as output
    "${as_hook[@]}" "$box" -- bash -c "exec strace -f -qq -e trace=prctl,openat,openat2,fsopen,fsmount,socket -o $work/trace $hook --no-probe 0<&- 1>&- 2>&-" >"$work/said"
    grep -qx "dri: renderD128=226:128,100000:102992,660" "$work/said"
    # from main on: the loader may open what it likes, and closes it
    sed -i '1,/PR_SET_DUMPABLE/d' "$work/trace"
    grep -q '/dev/null.* = 2$' "$work/trace"
    [ "$(grep -v -e /dev/null -e prctl "$work/trace" | grep -c ' = [012]$')" = 0 ]
    # the reader of the output has gone: no reason to fail a start
    "${as_hook[@]}" "$box" -- bash -c "(sleep 0.2; $hook --no-probe; echo \$? >$work/no-reader) 2>&1 | true; sleep 1"
    [ "$(cat "$work/no-reader")" = 0 ]
    # ignored SIGCHLD would hide what lxc-info answered
    run bash -c "trap '' CHLD; exec $hook check no-such-container"
    [ "$status" = 2 ]
    [[ "$(squeezed)" == *"there is no container 'no-such-container'"* ]]
}

@test "idmap --write, by root, where another user could swap the file: refused, nothing written" {
    mkdir -p "$work/foreign-lxc/c1"
    chown 7001:7001 "$work/foreign-lxc"
    lxcpath=$work/foreign-lxc container c1 <<<"$(idmap "0 100000 65536")"
    chown -R 0:0 "$work/foreign-lxc/c1"
    before=$(find "$work/foreign-lxc" -type f -exec sha256sum {} +)
    run "$hook" idmap c1 -P "$work/foreign-lxc" --write
    echo "$output"
    [ "$status" = 7 ]
    [[ "$(squeezed)" == *"$work/foreign-lxc belongs to uid 7001"* ]]
    [ "$before" = "$(find "$work/foreign-lxc" -type f -exec sha256sum {} +)" ]
    # a link to root's own file is followed to the folders it really lies in
    chown 0:0 "$work/foreign-lxc"
    mkdir -m 0777 "$work/foreign-lxc/open"
    mv "$work/foreign-lxc/c1/config" "$work/foreign-lxc/open/config"
    ln -s ../open/config "$work/foreign-lxc/c1/config"
    run "$hook" idmap c1 -P "$work/foreign-lxc" --write
    echo "$output"
    [ "$status" = 7 ]
    rm -r "$work/foreign-lxc"
}

@test "a /dev that is shared with the host: refused, the host sees no mount" {
    mount --bind /dev /dev
    mount --make-shared /dev
    host_fingerprint >"$work/before"
    run "$box" --shared -- "$hook" attach --no-probe --pid '{}'
    after=$(host_fingerprint)
    umount /dev
    echo "$output"
    [ "$status" = 6 ]
    [[ "$(squeezed)" == *"/dev in the container is shared with this host"* ]]
    # root is not to run a program of the container's
    [[ "$output" == *"fix: # "* && "$output" != *nsenter* && "$output" != *"/proc/"* ]]
    diff "$work/before" - <<<"$after"
}
