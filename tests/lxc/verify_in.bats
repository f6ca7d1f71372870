#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lxc-gpu-hook verify: gpu-verify of the host in a container, which has none; and containers that reach for the host
# through it. In its place in most tests: visitor, which says what it was given.

setup_file() {
    # in a virtual machine it is laid out already
    if [ -d "$TEST_BUILD/guest" ]; then
        cp -r "$TEST_BUILD/guest" "$BATS_FILE_TMPDIR/guest"
    else
        DESTDIR=$BATS_FILE_TMPDIR/guest cmake --install "$TEST_BUILD" --component guest --prefix /usr >/dev/null
    fi
    cp -r "$TEST_WORK/rootfs" "$TEST_WORK/glibc"
    for folder in lib lib64; do
        [ ! -L "/$folder" ] || ln -s "usr/$folder" "$TEST_WORK/glibc/$folder"
    done
    mkdir -p "$TEST_WORK/glibc/usr/lib" "$TEST_WORK/glibc/usr/lib64"
}

teardown_file() {
    rm -rf "$TEST_WORK/glibc" /usr/bin/gpu-verify
}

setup() {
    load lib.bash
    reset_host
    node renderD128 226 128
    install -m 0755 "$TEST_BUILD/tests/lxc/visitor" /usr/bin/gpu-verify
    rm -f "$work/glibc/etc/passwd"
    cp "$work/rootfs/etc/passwd" "$work/rootfs/etc/group" "$work/glibc/etc/"
}

teardown() {
    exec 9<&- 8<&-
    stop c1
    [ ! -e "$userpath/u1" ] || user_stop u1
    rm -rf "${userpath:?}"/* "${lxcpath:?}"/*
}

# The host's libraries, and no program of it.
libraries() {
    for folder in lib lib64; do
        [ ! -d "/usr/$folder" ] || echo "lxc.mount.entry = /usr/$folder usr/$folder none rbind,ro"
    done
}

# The rest of the config on stdin.
here() {
    { cat; libraries; } | container c1 "$work/glibc"
    start c1
}

verify() { "$hook" -P "$lxcpath" verify c1 "$@"; }

# says TEXT: the last command that was run, in lines of any length
says() { [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"$1"* ]]; }

@test "gpu-verify itself: what it finds and its status are those of one that is started in the container" {
    install -m 0755 "$BATS_FILE_TMPDIR/guest/usr/bin/gpu-verify" /usr/bin/gpu-verify
    cp /usr/bin/gpu-verify "$work/glibc/bin/own"
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe"; } | here
    for options in "--json" "--json --device /dev/nothing" "--frames none"; do
        # shellcheck disable=SC2086  # words
        in_container c1 /bin/own $options >"$work/own" 2>&1 && own=0 || own=$?
        # shellcheck disable=SC2086  # words
        run verify -- $options
        echo "$options: $own: $output"
        [ "$status" = "$own" ]
        [ "$status" = 2 ] || [ "$status" -ge 10 ]
        for key in verdict device cause; do
            [ "$(grep -o "\"$key\": \"[^\"]*\"" <<<"$output")" = "$(grep -o "\"$key\": \"[^\"]*\"" "$work/own")" ]
        done
    done
}

@test "the user, its groups by the container's files, a clean environment, no other descriptor, no directory" {
    echo 'lots:x:77:root,viewer,nobody' >>"$work/glibc/etc/group"
    idmap "0 100000 65536" | here
    mkdir -p "$work/secret"
    cd "$work/secret"
    exec 9</etc/shadow 8<"$work"
    SECRET=1 LD_PRELOAD=/nothing verify --as viewer -- look 2>/dev/null >"$work/said"
    cd /
    cat "$work/said"
    grep -qx 'ids 1000:1000 77 1000 2992' "$work/said" || grep -qx 'ids 1000:1000 1000 2992 77' "$work/said"
    grep -qx 'cwd /' "$work/said"
    for set in Inh Prm Eff Amb; do
        grep -qE "^status Cap$set:\s0+$" "$work/said"
    done
    grep '^environment' "$work/said" | sort >"$work/environment"
    diff - "$work/environment" <<'END'
environment HOME=/tmp
environment LANG=C.UTF-8
environment LOGNAME=viewer
environment PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
environment USER=viewer
environment container=lxc
END
    grep '^descriptor' "$work/said" | sort | diff - <(printf 'descriptor %s pipe\n' 0 1 2)
}

@test "root is confined as lxc-attach confines: bounding set, seccomp and no_new_privs are the container's" {
    cp /usr/bin/gpu-verify "$work/glibc/bin/own"
    for more in "" "lxc.no_new_privs = 1"; do
        {
            idmap "0 100000 65536"
            echo "lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp"
            echo "lxc.cap.drop = sys_chroot"
            echo "$more"
        } | here
        in_container c1 /bin/own look | grep '^status' >"$work/wanted"
        verify -- look >"$work/said"
        cat "$work/said"
        grep '^status' "$work/said" | diff "$work/wanted" -
        grep -qx "$(printf 'status Seccomp:\t2')" "$work/said"
        grep -qx "$(printf 'status NoNewPrivs:\t%d' "${more:+1}")" "$work/said"
        grep -q '^ids 0:0' "$work/said"
        stop c1
    done
}

# What the container's root does to each process whose program is no file of the container's.
cat >"$BATS_RUN_TMPDIR/overwrite" <<'END'
for round in 1 2 3 4 5 6 7 8 9 10; do
    for exe in /proc/[0-9]*/exe; do
        case $(/bin/cat ${exe%exe}cmdline 2>/dev/null) in gpu-verifywait*) ;; *) continue ;; esac
        echo "found $(/bin/readlink $exe)"
        if (echo spoiled >$exe) 2>/dev/null; then echo "opened for writing"; fi
        # kept until the program has ended, when nothing says "text file busy"
        exec 7<$exe
        break 2
    done
    /bin/sleep 0.2
done
/bin/sleep 2.5
if (echo spoiled >/proc/self/fd/7) 2>/dev/null; then echo "written after its end"; fi
if (echo spoiled 1<>/proc/self/fd/7) 2>/dev/null; then echo "written over after its end"; fi
/bin/chmod 0777 /proc/self/fd/7 2>/dev/null
if (echo spoiled 1<>/proc/self/fd/7) 2>/dev/null; then echo "written over after chmod"; fi
for fd in /proc/[0-9]*/fd/*; do
    case $(/bin/readlink $fd) in *memfd:* | /usr/*) echo "descriptor $(/bin/readlink $fd)" ;; esac
done
END

@test "the container's root cannot write to the host's program through /proc/PID/exe, not even as the host's root" {
    sha256sum /usr/bin/gpu-verify /usr/libexec/lxc-gpu-hook/* "$hook" >"$work/before"
    for map in "0 100000 65536" ""; do
        { [ -z "$map" ] || idmap "$map"; } | here
        verify -- wait 2 >/dev/null 3>&- &
        in_container c1 /bin/sh -c "$(cat "$BATS_RUN_TMPDIR/overwrite")" >"$work/said"
        wait $!
        cat "$work/said"
        grep -q 'found .*memfd:gpu-verify' "$work/said"
        [ "$(grep -c 'written\|opened' "$work/said")" = 0 ]
        [ "$(grep '^descriptor' "$work/said" | grep -vc memfd)" = 0 ]
        stop c1
    done
    sha256sum -c "$work/before"
}

@test "no terminal of the caller's is reached, and none obeys what comes from there" {
    idmap "0 100000 65536" | here
    script -qec "$hook -P $lxcpath verify c1 -- tty" /dev/null </dev/null >"$work/said"
    cat "$work/said"
    grep -q '^tty none' "$work/said"
    [ "$(grep -c '^typed . no' "$work/said")" = 3 ]
    script -qec "$hook -P $lxcpath verify c1 -- bytes" /dev/null </dev/null | tr -d '\r' >"$work/said"
    printf 'a?]0;b?c?d??\n' | diff - "$work/said"
    # a file gets what was said
    verify -- bytes >"$work/said"
    printf 'a\033]0;b\007c\0d\303\251\n' | cmp - "$work/said"
}

@test "statuses: 10 and up are gpu-verify's, 1 and 2 say whose, and it has no others" {
    idmap "0 100000 65536" | here
    for wanted in 0 10 31; do
        run verify -- exit $wanted
        echo "$output"
        [ "$status" = $wanted ]
        [ -z "$output" ]
    done
    for wanted in 1 2; do
        run verify -- exit $wanted
        echo "$output"
        [ "$status" = $wanted ]
        says "status $wanted is that of gpu-verify in container c1"
    done
    for odd in 3 9 139; do
        run verify -- exit $odd
        echo "$output"
        [ "$status" = 1 ]
        says "gpu-verify has ended with status $odd"
    done
}

@test "a container whose C library cannot run it, and a host without it: what to install, and where" {
    idmap "0 100000 65536" | container c1
    start c1
    run verify
    echo "$output"
    [ "$status" = 6 ]
    stop c1
    rm /usr/bin/gpu-verify
    run verify
    echo "$output"
    [ "$status" = 2 ]
    says "gpu-verify is not installed on this host"
    # one that others can write to is not shown to a container as the host's
    install -m 0775 "$TEST_BUILD/tests/lxc/visitor" /usr/bin/gpu-verify
    run verify
    echo "$output"
    [ "$status" = 7 ]
}

@test "accounts that a container makes up: no user, more groups than fit, ids outside of its map, a FIFO" {
    idmap "0 100000 65536" | here
    run verify --as nobody1
    echo "$output"
    [ "$status" = 2 ]
    says "the container's /etc/passwd has no user nobody1"
    echo 'far:x:70000:70000::/:/bin/sh' >>"$work/glibc/etc/passwd"
    run verify --as far
    echo "$output"
    [ "$status" = 4 ]
    for i in $(seq 100); do echo "g$i:x:$((500 + i)):viewer"; done >>"$work/glibc/etc/group"
    run verify --as viewer
    echo "$output"
    [ "$status" = 6 ]
    says "more than 64 groups"
    rm "$work/glibc/etc/passwd"
    mkfifo "$work/glibc/etc/passwd"
    run verify --as viewer
    echo "$output"
    [ "$status" = 6 ]
    says "/etc/passwd is a FIFO"
}

visitors() {
    # shellcheck disable=SC2016  # for the inner shell
    in_container c1 /bin/sh -c 'for exe in /proc/[0-9]*/exe; do readlink $exe; done' | grep -c memfd || true
}

@test "when the caller is killed, nothing of it goes on in the container" {
    idmap "0 100000 65536" | here
    for signal in TERM KILL; do
        "$hook" -P "$lxcpath" verify c1 --as viewer -- wait 60 >"$work/said" 3>&- &
        until grep -q waiting "$work/said"; do sleep 0.05; done
        [ "$(visitors)" = 1 ]
        kill -$signal $!
        wait $! || true
        sleep 0.3
        [ "$(visitors)" = 0 ]
    done
}

@test "a container that another user starts: 7 and the owner's command, which works as it is printed" {
    {
        idmap "0 300000 65536"
        libraries
    } | user_container u1 "$work/glibc"
    user_start u1
    run "$hook" -P "$userpath" verify u1 --as viewer -- look
    echo "$output"
    [ "$status" = 7 ]
    [[ "$output" == *"fix: "*"lxc-gpu-hook"*"verify u1"* ]]
    as_user "$hook" -P "$userpath" verify u1 --as viewer -- look >"$work/said"
    cat "$work/said"
    grep -q '^ids 1000:1000 ' "$work/said"
}
