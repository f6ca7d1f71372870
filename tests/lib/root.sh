# SPDX-License-Identifier: MIT
# shellcheck shell=bash

# ask_for_root PROGRAM WHY ARGUMENT...: begins anew through sudo, unless it is root who runs it.
ask_for_root() {
    local program=$1 why=$2

    shift 2
    [[ $(id -u) != 0 ]] || return 0
    command -v sudo >/dev/null || die "run it as root: $why, and there is no sudo to ask"
    say "# root is needed: $why; asking sudo"
    exec sudo -- ${TESTS_MUST_RUN:+env "TESTS_MUST_RUN=$TESTS_MUST_RUN"} "$program" "$@"
}

# root_run TREE PREPARE [NAME=VALUE...] COMMAND...: the command with TREE as its root, this machine's devices and
# kernel, and an environment of its own. PREPARE, a line for the shell, mounts more below $TREE. All mounts end with
# the command.
root_run() {
    local tree=$1 prepare=$2

    shift 2
    # shellcheck disable=SC2016  # the inner shell's
    TREE=$tree PREPARE=$prepare unshare --mount --propagation private bash -ec '
        mount --bind "$TREE" "$TREE"
        mount --rbind /proc "$TREE/proc"
        mount --rbind /dev "$TREE/dev"
        mount --rbind /sys "$TREE/sys"
        eval "$PREPARE"
        cd "$TREE"
        # Not chroot: in one the kernel makes no user namespaces, and tests want some.
        pivot_root . .
        umount -l .
        cd /
        exec "$@"' root_run /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"
}
