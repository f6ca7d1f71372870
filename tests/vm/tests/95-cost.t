# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# seconds: 1800
# What the hook costs on cgroup v2 with nodes that answer, which the machine of tests/bench has not. What is judged is
# only that each command that was measured did its work; the times are for tests/bench/README.md.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh
. /payload/lib.sh
plan 4

alternate=/payload/$release/tests/bench/alternate
rounds=${ROUNDS:-60}
hook=/usr/bin/lxc-gpu-hook

# measured NAME COMMAND...: a table as comments; fails where one of a command's runs ended with another status than 0.
measured() {
    local name=$1 lines

    shift
    lines=$("$alternate" "$rounds" "$@") || { fail "$name" "$lines"; return; }
    awk -F'\t' '
        NR == 1 { wall = $2; cpu = $5; printf "# %-20s %9s %17s %6s %9s %6s %6s\n", "", "wall ms", "quartiles", "", "cpu ms", "", "faults" }
        { printf "# %-20s %9.2f %8.2f %8.2f %6.2f %9.2f %6.2f %6d\n", $1, $2, $3, $4, $2 / wall, $5, $5 / cpu, $7 }' <<<"$lines"
    is "$name" "$(cut -f 8 <<<"$lines" | sort -u)" 0
}

# way NAME: a container that ends as soon as it has started; config lines on stdin. AppArmor's parser would take
# seconds of each start here.
way() {
    { printf 'lxc.init.cmd = /bin/true\nlxc.apparmor.allow_nesting = 0\nlxc.apparmor.profile = unconfined\n'; cat; } | ct_make "$1" busybox
    ways+=("," "$1" /usr/bin/lxc-start -n "$1" -F)
}

ct_make there busybox < <(ct_plain_init)
check 'a container to look at' ct_start there
pid=$(lxc-info -n there -pH)
export LXC_HOOK_TYPE=start-host LXC_NAME=there LXC_PID=$pid LXC_CONFIG_FILE=/var/lib/lxc/there/config LXC_ROOTFS_MOUNT=/x \
    LXC_ROOTFS_PATH=dir:/x
# Each start finds no /dev/dri, as in a container that LXC starts.
between=(between /usr/bin/nsenter -t "$pid" -U -m /bin/sh -c 'umount /dev/dri && rmdir /dev/dri; true')
measured 'every start by hand succeeded' "${between[@]}" , true /bin/true , no-proof "$hook" --no-probe , proof "$hook"
unset "${!LXC_@}"
ct_stop there
ct_remove there

ways=()
way true <<<$'lxc.hook.version = 1\nlxc.hook.mount = /bin/true\nlxc.hook.start-host = /bin/true'
way no-proof <<<$'lxc.hook.version = 1\nlxc.hook.mount = '"$hook"$'\nlxc.hook.start-host = '"$hook --no-probe"
way gpu.conf <<<'lxc.include = /usr/share/lxc/config/gpu.conf'
way mount-entry <<<'lxc.mount.entry = /dev/dri dev/dri none bind,create=dir'
measured 'every lxc-start succeeded' "${ways[@]}"
leftover=$(find /sys/fs/cgroup -type d -name 'lxc.payload*')
is 'and left no cgroup of a container' "$leftover" ''
for name in true no-proof gpu.conf mount-entry; do ct_remove "$name"; done
