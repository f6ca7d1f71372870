# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the test scripts say, and progress for a person who waits at a terminal.

say() { printf '%s\n' "$*"; }

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# progress_start TEXT: a running clock on standard error until progress_stop, on a terminal only. It ends with the
# script, also by Ctrl-C, which bash lets no process in the background feel.
progress_start() {
    progress_pid=
    [[ -t 2 ]] || return 0
    (
        trap 'exit 0' TERM
        while kill -0 $$ 2>/dev/null; do
            printf '\r\033[K# %s, %d s' "$1" "$SECONDS" >&2
            sleep 1 &
            wait $!
        done
    ) &
    progress_pid=$!
}

progress_stop() {
    [[ -n ${progress_pid:-} ]] || return 0
    kill "$progress_pid" 2>/dev/null || true
    wait "$progress_pid" 2>/dev/null || true
    progress_pid=
    printf '\r\033[K' >&2
}

# quietly TEXT LOG COMMAND...: the command's output goes to LOG and is shown only when it fails.
quietly() {
    local text=$1 log=$2 status=0
    shift 2
    progress_start "$text"
    "$@" >"$log" 2>&1 </dev/null || status=$?
    progress_stop
    ((status == 0)) && return 0
    tail -n 40 "$log" >&2
    printf '%s: %s: status %d\n' "${0##*/}" "$text" "$status" >&2
    return "$status"
}
