#!/usr/bin/env bats
# Every system call of a start fails once, with each errno that it plausibly can; and the hook is killed
# at every one. Afterwards: a documented status with a cause, all of /dev/dri or nothing, nothing on the
# host, and the next start works.
# FAULTS: how many of them are tried, chosen by the seed FAULTS_SEED; "all" for every one.

setup() {
    load lib.bash
    load hostile.bash
    reset_host
    node renderD128 226 128
    make_bait
    # LeakSanitizer, in a build that has it, cannot work under strace.
    export ASAN_OPTIONS=detect_leaks=0
    whole="dri: renderD128=226:128,100000:102992,660"
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

# calls OPTION...: NAME COUNT of every system call from main on; what the loader and the sanitizers do
# before and after is not ours.
calls() {
    LXC_HOOK_TYPE=start-host LXC_NAME=box "$box" -- strace -f -qq -o "$work/trace" "$hook" "$@" >/dev/null 2>&1 || true
    sed -nE 's/^([0-9]+) +([a-z_0-9]+)\(.*/\1 \2/p' "$work/trace" |
        awk '{ n[$0]++ } END { for (k in n) { split(k, w, " "); if (n[k] > m[w[2]]) m[w[2]] = n[k] } for (c in m) print c, m[c] }' |
        sort
}

# Not injected: what the process is started and ended with, and what the sanitizers need.
not_ours="^(execve|brk|arch_prctl|set_tid_address|set_robust_list|rseq|prlimit64|exit|exit_group|munmap|mprotect|madvise|sched_yield|sigaltstack|rt_sigaction|rt_sigprocmask|futex|getrandom|personality|restart_syscall|get[a-z]*id) "

# The first occurrence of a call that main makes itself, for those that the loader makes too.
first_ours() {
    awk -v call="$1" '$2 ~ "^" call "\\(" { n++ } /PR_SET_DUMPABLE/ && !seen { seen = 1; print n + 1; exit }' "$work/trace"
}

# list OPTION...: one fault a line, "CALL OCCURRENCE ACTION", in an order made by the seed
list() {
    local call count first errno when
    calls "$@" | grep -Ev "$not_ours" | while read -r call count; do
        first=$(first_ours "$call")
        for when in $(seq "${first:-1}" "$count"); do
            # close(2) closes whatever it answers; strace would keep it from that
            [ "$call" = close ] || for errno in $(errnos_of "$call"); do
                echo "$call $when error=$errno"
            done
            echo "$call $when signal=KILL"
        done
    done | shuf --random-source=<(yes "${FAULTS_SEED:-1}")
}

# one_fault LINE OPTION...: prints what is wrong, nothing when all is well
# shellcheck disable=SC2016  # for the inner shell
one_fault() {
    local call when action status=0 out dri
    read -r call when action <<<"$1"
    shift
    out=$(mktemp "$work/fault.XXXXXX")
    timeout -k 1 40 env LXC_HOOK_TYPE=start-host LXC_NAME=box "$box" -- bash -c '
        strace -f -qq -o /dev/null -e "inject=$1:$2:when=$3" "${@:4}"
        status=$?
        [ ! -d "/proc/$LXC_PID/root/dev/dri" ] || find "/proc/$LXC_PID/root/dev/dri" -maxdepth 1 -name "render*" -printf "was: %f\n"
        # killed ones may leave the empty folder; the next start works
        env -u LXC_HOOK_TYPE "$4" -q attach --no-probe --pid "$LXC_PID" 2>&1 || echo "next start: $?"
        exit $status' sh "$call" "$action" "$when" "$hook" "$@" >"$out" 2>&1 || status=$?
    dri=$(grep ^dri: "$out")
    case $action:$status in
        signal=KILL:137 | signal=KILL:1 | *:[0-9]) ;;
        *) echo "$call #$when $action: status $status" && cat "$out" ;;
    esac
    [ "$dri" = "$whole" ] || { echo "$call #$when $action: $dri" && cat "$out"; }
    if grep -q '^next start' "$out"; then echo "$call #$when $action: $(grep '^next start' "$out")" && cat "$out"; fi
    # a failure names its cause, unless it was killed or could not say anything
    if [ "$status" != 0 ] && [ "$status" != 137 ] && [ "$call" != write ] && ! grep -q '^lxc-gpu-hook: add GPU to container box: .' "$out"; then
        echo "$call #$when $action: status $status without a cause" && cat "$out"
    fi
    # success is whole; failure before the proof leaves nothing
    if [ "$status" = 0 ] && ! grep -q '^was: renderD128' "$out"; then echo "$call #$when $action: done, but nothing there"; fi
    if [[ $status != 0 && $action == error=* && "$*" == *--no-probe* ]] && grep -q '^was:' "$out"; then
        echo "$call #$when $action: failed, but a node is there" && cat "$out"
    fi
    rm -f "$out"
}

# sweep SHARE OPTION...: SHARE is how many of the CI sample are spent on this kind of start
sweep() {
    local share=$1 count
    shift
    list "$@" >"$work/faults"
    count=${FAULTS:-$share}
    [ "$count" != all ] || count=$(wc -l <"$work/faults")
    [ "$(wc -l <"$work/faults")" -gt 150 ]
    host_fingerprint >"$work/before"
    export -f one_fault
    export box hook work whole
    head -n "$count" "$work/faults" |
        xargs -r -d '\n' -P "$jobs" -I '{}' bash -c 'one_fault "$@"' sh '{}' "$@" >"$work/wrong" 2>&1
    host_fingerprint | diff "$work/before" -
    no_hooks_left
    cat "$work/wrong"
    [ ! -s "$work/wrong" ]
}

@test "a start" { sweep 160 --no-probe; }

@test "a start with the proof" { sweep 80; }

# hidden CALL[,CALL...]: a start on a kernel, or under a filter, that lacks these
hidden() {
    local error=$1 status=0
    LXC_HOOK_TYPE=start-host LXC_NAME=box "$box" -- strace -f -qq -o /dev/null -e "inject=$2:error=$error" "$hook" \
        --no-probe >"$work/said" 2>&1 || status=$?
    cat "$work/said"
    return "$status"
}

@test "a kernel without openat2, close_range, statx, faccessat2: the fallbacks do" {
    for error in ENOSYS EPERM; do
        for call in openat2 close_range statx faccessat2 openat2,close_range,statx,faccessat2; do
            hidden "$error" "$call"
            grep -qx "$whole" "$work/said"
        done
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
    run hidden ENOSYS move_mount
    [ "$status" = 8 ]
    [[ "$output" == *"mount /dev/dri in the container: Function not implemented"* ]]
    [[ "$output" == *"dri: absent"* ]]
}
