#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every system call of a start, a mount or an attach fails once, with each errno that it plausibly can; and the
# hook is killed at every one. Afterwards: a documented status with a cause, all of /dev/dri or nothing, nothing
# on the host, and the next start works.
# FAULTS: how many of them are tried in each test, chosen by the seed FAULTS_SEED; "all" for every one.

setup() {
    load lib.bash
    load hostile.bash
    reset_host
    node renderD128 226 128
    make_bait
    # LeakSanitizer, in a build that has it, cannot work under strace.
    export ASAN_OPTIONS=detect_leaks=0
    jobs=$(nproc)
    # An address sanitizer maps memory for itself, and gives up when it gets none.
    ! grep -q __asan_init "$hook" || not_ours=${not_ours/mprotect/mprotect|mmap}
}

# What a call can plausibly answer, beside the last two, which any can.
errnos_of() {
    case $1 in
        open | openat* | readlink* | access | faccessat* | newfstatat | fstat) echo ENOENT EACCES ELOOP ENFILE ;;
        read | pread64 | write | getdents64) echo EIO EINTR ENOSPC ;;
        mkdir* | mknod* | symlink* | fchown* | chown*) echo EROFS EACCES ENOSPC EEXIST ;;
        mount | umount2 | move_mount | open_tree | fsopen | fsconfig | fsmount) echo EACCES EBUSY ENOSYS EINVAL ;;
        clone* | fork | vfork | pipe2 | mmap) echo EAGAIN EMFILE ;;
        setns | setres* | setgroups | capset | prctl) echo EINVAL ENOSYS ;;
        wait4 | poll | ppoll | nanosleep | clock_nanosleep) echo EINTR ;;
        *) echo EINVAL ENOSYS ;;
    esac
    echo EPERM ENOMEM
}

# What is run in or beside a container. usage: run_kind KIND HOOK STRACE_OPTION...
#   start, proof     start-host of a new container       attach       of a running one
#   proven           attach with the proof, which fails: no driver is here
#   again            after another attach                kept         where /dev/dri has a node already
#   privileged       without a user namespace            mount        the mount hook
cat >"$TEST_WORK/run_kind" <<'END'
kind=$1 hook=$2 status=0
shift 2
attach=("$hook" attach --no-probe --pid "${LXC_PID:-}")
mounting=(env LXC_HOOK_TYPE=mount LXC_NAME=box LXC_ROOTFS_MOUNT="${root:-}" "$hook")
case $kind in
    start | privileged) command=(env LXC_HOOK_TYPE=start-host LXC_NAME=box "$hook" --no-probe) ;;
    proof) command=(env LXC_HOOK_TYPE=start-host LXC_NAME=box "$hook") ;;
    attach | again | kept) command=("${attach[@]}") ;;
    proven) command=("$hook" attach --pid "${LXC_PID:-}") ;;
    mount) command=("${mounting[@]}") ;;
esac
[ "$kind" != again ] || "${attach[@]}" -q || exit 125
nodes() {
    cd "${root:-/proc/$LXC_PID/root}/dev/dri" 2>/dev/null || return 0
    stat -c "$1 %n=%t:%T,%u:%g,%a" renderD* card* 2>/dev/null || [ -n "$(ls)" ] || echo "$1 an empty folder"
}
strace -f -qq "$@" "${command[@]}" || status=$?
nodes was:
# killed ones may leave the empty folder; the next start works
case $kind in
    mount) "${mounting[@]}" 2>&1 ;;
    *) "${attach[@]}" -q 2>&1 ;;
esac || echo "next start: $?"
nodes next:
exit "$status"
END

# one_run KIND STRACE_OPTION...
one_run() {
    local kind=$1 options=() status=0
    shift
    case $kind in
        kept) options=(--root "$work/kept-root") ;;
        privileged) options=(--privileged) ;;
        mount)
            root=$(mktemp -d "$work/mount-root.XXXXXX")
            mkdir -p "$root"/{dev,etc}
            echo 'render:x:2992:' >"$root/etc/group"
            chown -R 100000:100000 "$root"
            chmod 0755 "$root"
            root=$root timeout -k 1 40 lxc-usernsexec -m b:0:100000:65536 -- unshare -m bash "$TEST_WORK/run_kind" \
                mount "$hook" "$@" || status=$?
            rm -rf --one-file-system "$root"
            return "$status"
            ;;
    esac
    timeout -k 1 40 "$box" "${options[@]}" -- bash "$TEST_WORK/run_kind" "$kind" "$hook" "$@"
}

# calls KIND: NAME COUNT of every system call from main on; what the loader and the sanitizers do
# before and after is not ours.
calls() {
    : >"$work/trace"
    chmod a+w "$work/trace" # the mount hook is no root of the host's
    one_run "$1" -o "$work/trace" >"$work/whole.out" 2>&1 || true
    sed -nE 's/^([0-9]+) +([a-z_0-9]+)\(.*/\1 \2/p' "$work/trace" |
        awk '{ n[$0]++ } END { for (k in n) { split(k, w, " "); if (n[k] > m[w[2]]) m[w[2]] = n[k] } for (c in m) print c, m[c] }' |
        sort
}

# Not injected: what the process is started and ended with, what cannot fail, and what the sanitizers need.
not_ours="^(execve|brk|arch_prctl|set_tid_address|set_robust_list|rseq|prlimit64|exit|exit_group|munmap|mprotect|madvise|sched_yield|sigaltstack|rt_sigaction|rt_sigprocmask|futex|getrandom|personality|restart_syscall|umask|get[a-z]*id) "

# The first occurrence of a call that main makes itself, for those that the loader makes too.
first_ours() {
    awk -v call="$1" '$2 ~ "^" call "\\(" { n++ } /PR_SET_DUMPABLE/ && !seen { seen = 1; print n + 1; exit }' "$work/trace"
}

# list KIND: one fault a line, "CALL OCCURRENCE ACTION", in an order made by the seed
list() {
    local call count first errno when
    calls "$1" | grep -Ev "$not_ours" | while read -r call count; do
        first=$(first_ours "$call")
        for when in $(seq "${first:-1}" "$count"); do
            # close(2) closes whatever it answers; strace would keep it from that
            [ "$call" = close ] || for errno in $(errnos_of "$call"); do
                echo "$call $when error=$errno"
            done
            echo "$call $when signal=KILL"
        done
    done | shuf --random-source=<(yes "${FAULTS_SEED:-1}") >"$work/shuffled"
    # first of all, what opens and changes things in the container
    grep -E '^(openat2|mkdirat|move_mount|open_tree|umount2) ' "$work/shuffled"
    grep -Ev '^(openat2|mkdirat|move_mount|open_tree|umount2) ' "$work/shuffled"
}

# one_fault LINE KIND: prints what is wrong, nothing when all is well
one_fault() {
    local kind=$2 call when action status=0 out
    read -r call when action <<<"$1"
    out=$(mktemp "$work/fault.XXXXXX")
    one_run "$kind" -o /dev/null -e "inject=$call:$action:when=$when" >"$out" 2>&1 || status=$?
    wrong() { echo "$kind: $call #$when $action: status $status, $1" && cat "$out"; }
    case $action:$status in
        signal=KILL:137 | signal=KILL:1 | *:[0-9]) ;;
        *) wrong "not documented" ;;
    esac
    was_there() { sed -n 's/^was: //p' "$out"; }
    # killed between the mount and the keeping, or told that there is no /dev/dri, attach hides what it had to keep
    case $kind:$action in
        kept:*KILL | kept:*ENOENT) grep -q "^next: renderD128=" "$out" || wrong "the next start has no node" ;;
        *) [ "$(sed -n 's/^next: //p' "$out")" = "$whole" ] || wrong "the next start is not whole" ;;
    esac
    ! grep -q '^next start' "$out" || wrong "the next start fails"
    # a failure names its cause, unless it was killed or could not say anything
    [ "$status" = 0 ] || [ "$status" = 137 ] || [ "$call" = write ] || grep -q '^lxc-gpu-hook: add GPU to container .*: .' "$out" ||
        wrong "without a cause"
    # all or nothing: success is whole; failure before the proof leaves what was there before, and nothing else
    case $kind:$action:$status in
        *:error=ENOENT:0) ;; # what is not there is no fault: a container without /etc/group
        mount:*:0) [ "$(was_there)" = "$whole" ] || [ -z "$(was_there)" ] || wrong "but half made" ;; # start-host says why
        *:0) [ "$(was_there)" = "$whole" ] || wrong "but not whole" ;;
        mount:* | proof:*) ;; # LXC ends such a container
        # when the processes cannot hear each other the mount may be made already; here too LXC ends the container
        start:error=* | privileged:error=*) [[ $call =~ ^(sendto|recvfrom|sendmsg|recvmsg|poll)$ ]] || [ "$(was_there)" = "$before" ] || wrong "but not as before" ;;
        proven:*KILL:*) ;;
        proven:*) [[ $call =~ ^(umount2|fchdir|unlinkat)$ ]] || [ -z "$(was_there)" ] || wrong "but not undone" ;;
        *:error=*) [ "$(was_there)" = "$before" ] || wrong "but not as before" ;;
    esac
    rm -f "$out"
}

# sweep KIND SHARE [BEFORE]: SHARE is how many are tried in CI; BEFORE the nodes that a failed run leaves
sweep() {
    local kind=$1 count
    export before=${3:-}
    list "$kind" >"$work/faults"
    count=${FAULTS:-$2}
    [ "$count" != all ] || count=$(wc -l <"$work/faults")
    echo "# faults, $kind: $count of $(wc -l <"$work/faults")" >&3
    [ "$(wc -l <"$work/faults")" -gt 150 ]
    whole=$(sed -n 's/^next: //p' "$work/whole.out")
    grep -q 'renderD128=e2:80' <<<"$whole"
    host_fingerprint >"$work/before"
    export -f one_fault one_run
    export box hook work whole
    head -n "$count" "$work/faults" |
        xargs -r -d '\n' -P "$jobs" -I '{}' bash -c 'one_fault "$@"' sh '{}' "$kind" >"$work/wrong" 2>&1
    host_fingerprint | diff "$work/before" -
    no_hooks_left
    cat "$work/wrong"
    [ ! -s "$work/wrong" ]
}

@test "a start" { sweep start 80; }

@test "a start with the proof" { sweep proof 40; }

@test "a start of a privileged container" { sweep privileged 30; }

@test "attach" { sweep attach 30; }

@test "attach with a proof that fails: whatever fails beside it, nothing stays" { sweep proven 30; }

@test "attach again: a failure leaves the nodes of the first one" {
    sweep again 50 "renderD128=e2:80,100000:102992,660"
}

@test "attach where a node of the config's own is kept" {
    mkdir -p "$work/kept-root"/{etc,proc,dev/dri}
    echo 'render:x:2992:' >"$work/kept-root/etc/group"
    mknod -m 0600 "$work/kept-root/dev/dri/card0" c 226 0
    chown -R 100000:100000 "$work/kept-root"
    sweep kept 50 "card0=e2:0,100000:100000,600"
    rm -r "$work/kept-root"
}

@test "the mount hook" {
    chmod 0666 /dev/dri/renderD128
    sweep mount 40
}

# hidden CALL[,CALL...]: a start on a kernel, or under a filter, that lacks these
hidden() {
    local error=$1 status=0
    LXC_HOOK_TYPE=start-host LXC_NAME=box "$box" -- strace -f -qq -o /dev/null -e "inject=$2:error=$error" "$hook" \
        --no-probe >"$work/said" 2>&1 || status=$?
    cat "$work/said"
    return "$status"
}

whole="dri: renderD128=226:128,100000:102992,660"

@test "a kernel without openat2, close_range, statx, faccessat2: the fallbacks do" {
    for error in ENOSYS EPERM; do
        for call in openat2 close_range statx faccessat2 openat2,close_range,statx,faccessat2; do
            hidden "$error" "$call"
            grep -qx "$whole" "$work/said"
        done
    done
}

# Whatever this machine has, here there is a cgroup of version 2 that a process could be born in.
# usage: born HOOK ERROR: a start where clone3 answers that
cat >"$BATS_RUN_TMPDIR/born" <<'END'
cgroup=$work/born
mkdir -p "$cgroup"
mount -t cgroup2 none "$cgroup"
mkdir -p "$cgroup/born"
mount --bind "$cgroup" /sys/fs/cgroup
echo 0::/born >"$work/born.text"
mount --bind "$work/born.text" "/proc/$LXC_PID/cgroup"
exec strace -f -qq -o "$work/born.trace" -e trace=clone3 -e inject="clone3:error=$2" "$1"
END

@test "a kernel that makes no process in a cgroup (clone3): the proof is done all the same" {
    export work
    for error in ENOSYS EPERM EINVAL E2BIG EBUSY; do
        status=0
        "${as_hook[@]}" "$box" -- unshare -m bash "$BATS_RUN_TMPDIR/born" "$hook" "$error" >"$work/said" 2>&1 || status=$?
        cat "$work/said" "$work/born.trace"
        grep -q "clone3(.*CLONE_INTO_CGROUP.* $error .*INJECTED" "$work/born.trace"
        [ "$status" = 9 ]
        grep -q 'renderD128 does not answer: no driver behind it: No such device' "$work/said"
        grep -qx "$whole" "$work/said"
    done
}

@test "a kernel without one of the mount calls: status 8, and it says so" {
    for error in ENOSYS EPERM; do
        for call in fsopen fsconfig fsmount; do
            run hidden "$error" "$call"
            [ "$status" = 8 ]
            [[ "$output" == *"make a private file system: $call"* ]]
            [[ "$output" == *"dri: absent"* ]]
        done
    done
    # where a node of an earlier run is to be replaced, it stays
    for error in ENOSYS EPERM; do
        run bash -c "'$box' -- bash -c '$hook -q attach --no-probe --pid \$LXC_PID &&
            strace -f -qq -o /dev/null -e inject=open_tree:error=$error $hook attach --no-probe --pid \$LXC_PID'"
        echo "$output"
        [[ $error != ENOSYS ]] || [ "$status" = 8 ]
        [[ $error != EPERM ]] || [ "$status" = 6 ]
        [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"keep the nodes of an earlier run"* ]]
        [[ "$output" == *"$whole"* ]]
    done
    run hidden ENOSYS move_mount
    [ "$status" = 8 ]
    [[ "$output" == *"mount /dev/dri in the container: Function not implemented"* ]]
    [[ "$output" == *"dri: absent"* ]]
}
