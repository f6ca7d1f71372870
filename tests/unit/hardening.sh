#!/bin/bash
# SPDX-License-Identifier: MIT
# What the shipped programs are hardened with, read from the programs themselves; what only their own code shows, not
# the C library in a static one, from the archives that they are linked from.
# usage: hardening.sh PROGRAM ARCHIVE [PROGRAM ARCHIVE]...        77: not a release build
set -euo pipefail

status=0
expect() {
    local what=$1
    shift
    "$@" || { echo "$program: $what is missing"; status=1; }
}

has() { grep -Eq "$2" <<<"$(readelf -W "$1" "$program" 2>/dev/null)"; }
# shellcheck disable=SC2317  # by name
lacks() { ! has "$@"; }
# shellcheck disable=SC2317  # by name
calls() { grep -Eq " U $1\$" <<<"$(nm "$archive" 2>/dev/null)"; }
# A static-pie has no interpreter; what it is not, it has to say.
# shellcheck disable=SC2317  # by name
static_or_dynamic() { has --program-headers INTERP || lacks --dynamic NEEDED; }

while [ $# -gt 0 ]; do
    program=$1 archive=$2
    shift 2
    # Sanitizers replace some of these, and what is not optimised is not fortified.
    if has --syms '__asan_init'; then
        echo "SKIP: $program has sanitizers in it"
        exit 77
    fi
    expect 'PIE' has --file-header 'Type: +DYN'
    expect 'PIE' has --dynamic 'Flags:.* PIE'
    expect 'full RELRO' has --program-headers 'GNU_RELRO'
    expect 'full RELRO (BIND_NOW)' has --dynamic 'BIND_NOW|Flags:.* NOW'
    expect 'a stack that is not executable' has --program-headers 'GNU_STACK.* RW +0x'
    expect 'the stack protector' calls '__stack_chk_fail(@.*)?'
    expect 'FORTIFY' calls '__(v?snprintf|fprintf|printf|memcpy|read|readlinkat|vfprintf)_chk(@.*)?'
    expect 'a program without text relocations' lacks --dynamic 'TEXTREL'
    expect 'a program without a search path for libraries' lacks --dynamic 'RPATH|RUNPATH'
    expect 'an interpreter, or no library to load' static_or_dynamic
done
exit "$status"
