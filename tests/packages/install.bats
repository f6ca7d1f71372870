#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What tests/run and tests/demo install: nothing at the cost of a package that is there, such as Proxmox's own LXC.

setup() {
    load lib.bash
    box=$(mktemp -d "$work/install.XXXXXX")
    # A machine that has nothing of what is wanted, and an apt that says what it is asked.
    command_is dpkg-query 'exit 1'
    command_is apt-cache 'printf "  Candidate: 1\n"'
    command_is apt-get 'echo "$*" >>"$BOX/asked"; [ "$1" != -s ] || cat "$BOX/plan"'
    : >"$box/plan"
}

command_is() {
    printf '#!/bin/sh\n%s\n' "$2" >"$box/$1"
    chmod 0755 "$box/$1"
}

install_lxc() {
    BOX=$box PATH=$box:$PATH bash -euc '. "$1/say.sh"; . "$1/packages.sh"; packages_install lxc' - "$TEST_PROJECT/tests/lib"
}

@test "packages that conflict with nothing are installed" {
    printf 'Inst lxc (1:5.0.2 Debian:12)\nConf lxc (1:5.0.2 Debian:12)\n' >"$box/plan"
    run install_lxc
    [ "$status" = 0 ]
    grep -q '^install .*--no-remove.* lxc$' "$box/asked"
}

@test "where one would be removed, nothing is installed, and it is named" {
    printf 'Remv lxc-pve [6.0.0-1]\nRemv pve-qemu-kvm [9.0.2-4]\nInst lxc (1:5.0.2 Debian:12)\n' >"$box/plan"
    run install_lxc
    [ "$status" = 1 ]
    [[ "$output" == *"would remove: lxc-pve pve-qemu-kvm: run it in a virtual machine"* ]]
    run grep -c '^install' "$box/asked"
    [ "$output" = 0 ]
}

@test "Ctrl-C during an installation leaves no file" {
    mkdir "$box/tmp"
    # shellcheck disable=SC2016  # the command's own
    command_is apt-get '[ "$1" = -s ] || { ls "$TMPDIR" >"$BOX/during"; sleep 20; }'
    TMPDIR=$box/tmp run timeout -s INT 2 env TMPDIR="$box/tmp" BOX="$box" PATH="$box:$PATH" \
        bash -euc '. "$1/say.sh"; . "$1/packages.sh"; packages_install lxc' - "$TEST_PROJECT/tests/lib"
    [ "$status" != 0 ]
    [ -s "$box/during" ]
    [ -z "$(ls "$box/tmp")" ]
}

@test "the demonstration and the tests ask sudo for root, and say so where there is none" {
    chmod 0755 "$work" "$box"
    mkdir -p "$box/tests"
    cp -r "$TEST_PROJECT"/tests/{lib,demo,run} "$box/tests"
    chmod -R a+rX "$box/tests"
    for tool in bash id dirname env; do ln -s "$(command -v "$tool")" "$box/$tool"; done
    for words in 'demo --vm' 'run --fast'; do
        # shellcheck disable=SC2086  # words
        run setpriv --reuid 65534 --regid 65534 --clear-groups env PATH="$box" "$box"/tests/$words
        [ "$status" = 1 ]
        [[ "$output" == *"run it as root"* ]]
    done
    command_is sudo "printf 'sudo: %s\\n' \"\$*\""
    for words in 'demo --vm' 'run --fast' run; do
        # shellcheck disable=SC2086  # words
        run setpriv --reuid 65534 --regid 65534 --clear-groups env -u TESTS_MUST_RUN PATH="$box" "$box"/tests/$words
        [ "$status" = 0 ]
        [[ "$output" == *"sudo: -- $box/tests/$words" ]]
    done
    run setpriv --reuid 65534 --regid 65534 --clear-groups env TESTS_MUST_RUN=1 PATH="$box" "$box/tests/run" --vm
    [[ "$output" == *"sudo: -- env TESTS_MUST_RUN=1 $box/tests/run --vm" ]]
}

@test "Ctrl-C during the tests leaves no file" {
    mkdir -p "$box/tmp" "$box/tests"
    cp -r "$TEST_PROJECT"/tests/{lib,run} "$box/tests"
    for program in lint-assertions cmake; do
        # shellcheck disable=SC2016  # the command's own
        command_is $program '[ "${1:-}" = --self-test ] || { ls "$TMPDIR" >"$BOX/during"; sleep 20; }'
    done
    mv "$box/lint-assertions" "$box/tests"
    command_is dpkg-query 'printf installed'
    # What is started in the background is deaf to it, unless it is told not to be.
    setsid env --default-signal=INT TMPDIR="$box/tmp" BOX="$box" PATH="$box:$PATH" "$box/tests/run" --fast &
    tests=$!
    for _ in $(seq 300); do
        [ ! -s "$box/during" ] || break
        sleep 0.2
    done
    [ -s "$box/during" ]
    kill -INT -- "-$tests"
    status=0
    wait "$tests" || status=$?
    [ "$status" = 130 ]
    [ -z "$(ls "$box/tmp")" ]
}

@test "the clock of a script that was ended ends too" {
    # Its output is a pipe that the clock keeps open.
    timeout 60 python3 -c 'import pty, subprocess, sys
controller, terminal = pty.openpty()
script = ". " + sys.argv[1] + "; progress_start work; exit 130"
child = subprocess.Popen(["bash", "-c", script], stdout=subprocess.PIPE, stderr=terminal)
child.wait()
child.communicate(timeout=30)' "$TEST_PROJECT/tests/lib/say.sh"
}
