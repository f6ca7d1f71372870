#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The processes of a start, while the container works against them: it looks for a way into their memory at every
# system call, and it freezes, kills or stops them at each stage. Whatever it does, attach reports how the container is
# afterwards: status 0 and the nodes are there, or a failure and they are not.

setup() {
    load lib.bash
    load hostile.bash
    reset_host
    node renderD128 226 128
    make_bait
    export ASAN_OPTIONS=detect_leaks=0
}

teardown() {
    [ ! -e "$BATS_TEST_TMPDIR/suid_dumpable" ] || cat "$BATS_TEST_TMPDIR/suid_dumpable" >/proc/sys/fs/suid_dumpable
}

# trespassed SUID_DUMPABLE COMMAND...: in ${environment[@]}; what could be reached, by process, attempt and system call, in $work/said
trespassed() {
    local trespass=$TEST_BUILD/tests/lxc/trespass status=0
    [ -x "$trespass" ] || skip "trespass knows x86-64 only"
    cat /proc/sys/fs/suid_dumpable >"$BATS_TEST_TMPDIR/suid_dumpable"
    echo "$1" >/proc/sys/fs/suid_dumpable
    shift
    timeout 60 "$box" -- "${environment[@]}" "$trespass" '{}' "$@" >"$work/said" 2>&1 || status=$?
    cat "$work/said"
    # the proof was made, of a node without a driver
    [ "$status" = 9 ]
    # every process was stopped, and often
    [ "$(grep -cE '^tried [0-9]+ [0-9]{2,}$' "$work/said")" = "$(grep -c '^tried' "$work/said")" ]
}

@test "at every system call of every process: not traced, its memory not opened and not written" {
    for command in "$hook -q" "$hook -q attach --pid {}"; do
        environment=("${as_hook[@]}")
        [[ $command != *attach* ]] || environment=(env)
        # shellcheck disable=SC2086  # words
        trespassed 0 $command
        [ "$(grep -c '^open:' "$work/said")" = 0 ]
    done
    [ "$(grep -c '^tried' "$work/said")" = 4 ]
}

# fs.suid_dumpable=1 is for debugging: the kernel then lets whoever has the same ids trace a process that changed its own.
# The insider becomes the container's root, and takes that back by its next system call; between these two it has
# nothing of the host's but its pid. Every other process is never open.
@test "the same with fs.suid_dumpable=1: only the insider, between becoming the container's root and its next call" {
    local open_to
    for command in "$hook -q" "$hook -q attach --pid {}"; do
        environment=("${as_hook[@]}")
        [[ $command != *attach* ]] || environment=(env)
        # shellcheck disable=SC2086  # words
        trespassed 1 $command
        # 117: setresuid, 157: prctl. One process alone: the insider, whose number is 2, or 3 where the undoer is
        # heard before it; the hook is 1, and the witness the last.
        [ "$(grep '^open:' "$work/said" | grep -vcxE "open: [23] (process_vm_writev|mem|ptrace) (behind 117|before 157)")" = 0 ]
        open_to=$(sed -n 's/^open: \([0-9]*\) .*/\1/p' "$work/said" | sort -u)
        [ "$(wc -w <<<"$open_to")" = 1 ]
    done
}

# ---- frozen, killed, stopped ----

# Run beside a box: gives it a cgroup of version 2, whatever this machine has, starts attach, waits for the stage, acts.
# usage: scene HOOK ACTION UID INJECTION: UID is that of the process to wait for, and to stop
cat >"$BATS_RUN_TMPDIR/scene" <<'END'
hook=$1 action=$2 uid=$3 injection=$4 status=0
mkdir -p "$work/cgroup2"
mount -t cgroup2 none "$work/cgroup2"
# A new one each time: the kernel remembers that cgroup.kill was written to it.
cgroup=$(mktemp -d "$work/cgroup2/lxc-gpu-hook-tests.XXXXXX")
chmod 0755 "$cgroup"
[ "$action" != killed-before ] || echo 1 >"$cgroup/cgroup.kill"
mount --bind "$work/cgroup2" /sys/fs/cgroup
echo "0::/${cgroup##*/}" >"$work/cgroup.text"
mount --bind "$work/cgroup.text" "/proc/$LXC_PID/cgroup"
! "${again:-false}" || "$hook" -q attach --no-probe --pid "$LXC_PID"
strace -f -qq -o /dev/null -e inject="$injection" "$hook" attach --pid "$LXC_PID" >"$work/said" 2>&1 &
attach=$!
# without a process of its own for each look: a busy machine must not miss the moment
process_of() {
    local pid key value last=
    for pid in $(pgrep -x lxc-gpu-hook); do
        [ "/proc/$pid/exe" -ef "$hook" ] || continue
        while read -r key value _; do
            [ "$key $value" != "Uid: $uid" ] || last=$pid
        done 2>/dev/null <"/proc/$pid/status"
    done
    echo "$last"
}
for _ in $(seq 1000); do
    if [ "$action" = killed-at-birth ]; then pid=$(cat "$cgroup/cgroup.procs"); else pid=$(process_of); fi
    [ -z "$pid" ] || break
    sleep 0.01
done
sleep 0.3
case $action in
    frozen) echo 1 >"$cgroup/cgroup.freeze" ;;
    killed) echo 1 >"$cgroup/cgroup.kill" ;;
    killed-at-birth)
        echo "born: $pid" >"$work/born.pid"
        echo 1 >"$cgroup/cgroup.kill"
        ;;
    stopped) kill -STOP "$pid" ;;
esac
wait "$attach" || status=$?
echo 0 >"$cgroup/cgroup.freeze"
for _ in $(seq 100); do
    ! rmdir "$cgroup" 2>/dev/null || exit "$status"
    echo 1 >"$cgroup/cgroup.kill"
    sleep 0.05
done
echo "the cgroup cannot be removed"
exit 125
END

# scene ACTION UID INJECTION: the report is true: prints it, and the box's nodes
scene() {
    local status=0
    export work
    # Who is left behind by a failure does not hold the pipe of bats (3) too.
    timeout 60 "$box" -- unshare -m bash "$BATS_RUN_TMPDIR/scene" "$hook" "$@" >"$work/box" 2>&1 3>&- || status=$?
    echo "$*: status $status"
    tee "$work/whole" < <(tr -s ' \n' ' ' <"$work/said"; echo; cat "$work/box")
    [ "$status" != 0 ]
    [ "$(grep -c 'may still be in the container' "$work/whole")" = 0 ]
    no_hooks_left
}

insider=100000 witness=165534
reading=openat2:delay_enter=4000000
mounted=move_mount:delay_exit=4000000
proving=setresuid:delay_exit=4000000

@test "frozen while it reads, when it has mounted, while it proves: no answer, and the nodes are off again" {
    for stage in "$insider $reading" "$insider $mounted" "$witness $proving"; do
        # shellcheck disable=SC2086  # words
        scene frozen $stage
        grep -q 'no answer from the container' "$work/whole"
        grep -qE '^dri: (absent|empty)$' "$work/whole"
    done
}

@test "the witness killed by cgroup.kill: a failure, and the nodes are off again" {
    scene killed "$witness" "$proving"
    grep -q 'the process that tries the nodes in the container was killed' "$work/whole"
    grep -qx 'dri: absent' "$work/whole"
}

@test "cgroup.kill written at some time before, which on Linux 6.18 kills who is born there: the proof is made" {
    scene killed-before "$witness" "$proving"
    grep -q 'renderD128 does not answer: no driver behind it' "$work/whole"
    grep -qx 'dri: absent' "$work/whole"
}

# Each child is held at getppid(2), which it calls before it begins: what Linux 6.18 does by itself.
@test "the witness killed at its birth, before it has begun: another is moved there, and the proof is made" {
    scene killed-at-birth "$witness" getppid:delay_enter=1500000
    grep -qE '^born: [0-9]+$' "$work/born.pid"
    grep -q 'renderD128 does not answer: no driver behind it' "$work/whole"
    grep -qx 'dri: absent' "$work/whole"
}

@test "stopped while it reads, when it has mounted, while it proves: no answer, and the nodes are off again" {
    for stage in "$insider $reading" "$insider $mounted" "$witness $proving"; do
        # shellcheck disable=SC2086  # words
        scene stopped $stage
        grep -q 'no answer from the container' "$work/whole"
        grep -qE '^dri: (absent|empty)$' "$work/whole"
    done
}

@test "the same over the nodes of an earlier run: those are back" {
    export again=true
    scene frozen "$witness" "$proving"
    grep -qx 'dri: renderD128=226:128,100000:102992,660' "$work/whole"
    scene killed "$witness" "$proving"
    grep -qx 'dri: renderD128=226:128,100000:102992,660' "$work/whole"
}
