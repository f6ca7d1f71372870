#!/usr/bin/env bats
# Many starts and stops leave nothing: mounts, descriptors of LXC's monitor, processes, tmpfs superblocks,
# files. LEAK_ROUNDS: how many, 40 when not set; LEAK_AT_ONCE: containers started together, 30.

setup() {
    load lib.bash
    load hostile.bash
    reset_host
    node renderD128 226 128
    make_bait
}

teardown() {
    local name
    for name in "$lxcpath"/l[0-9]*/; do
        [ ! -d "$name" ] || stop "$(basename "$name")" || true
    done
}

# Mounted or not: the kernel frees a superblock's device number with it.
superblocks() {
    local slab
    slab=$(awk '$1 == "shmem_inode_cache" { print $2 }' /proc/slabinfo 2>/dev/null)
    echo "${slab:-0}"
}

unprivileged() {
    { idmap "0 100000 65536"; echo "lxc.hook.mount = $hook"; echo "lxc.hook.start-host = $hook --no-probe"; } | container "$1"
}

state() {
    host_fingerprint
    find /run -xdev -not -path '/run/lxc*' -not -path '/run/lock/lxc*' | sort
    no_hooks_left
}

@test "starts and stops, one after the other" {
    unprivileged l0
    start l0
    stop l0
    state >"$work/before"
    slab_before=$(superblocks)
    for _ in $(seq "${LEAK_ROUNDS:-40}"); do
        start l0
        stop l0
    done
    state | diff "$work/before" -
    # inodes of tmpfs: a leaked tree would keep its node, links and folders; the rest is other people's
    echo "tmpfs inodes before $slab_before, after $(superblocks)"
    [ $(($(superblocks) - slab_before)) -lt $((${LEAK_ROUNDS:-40} * 2 + 100)) ]
}

@test "attach again and again: one mount, and no descriptor or process more" {
    state >"$work/before"
    cat >"$work/again" <<'END'
for _ in $(seq "$2"); do
    "$1" -q attach --no-probe --pid "$LXC_PID" || exit 1
done
echo "mounts: $(grep -c ' /dev/dri ' "/proc/$LXC_PID/mountinfo")"
END
    "$box" -- bash "$work/again" "$hook" "${LEAK_ROUNDS:-40}" | tee "$work/said"
    grep -qx 'mounts: 1' "$work/said"
    state | diff "$work/before" -
}

@test "containers started at once" {
    count=${LEAK_AT_ONCE:-30}
    state >"$work/before"
    for i in $(seq "$count"); do
        unprivileged "l$i"
    done
    for i in $(seq "$count"); do
        start "l$i" &
        pids[i]=$!
    done
    for i in $(seq "$count"); do
        wait "${pids[i]}"
    done
    for i in $(seq "$count"); do
        [ "$(stat -c %t:%T:%u:%g "/proc/$(init_pid "l$i")/root/dev/dri/renderD128")" = e2:80:100000:102992 ]
    done
    for i in $(seq "$count"); do
        stop "l$i" &
    done
    wait
    no_hooks_left
    state | diff "$work/before" -
}
