#!/bin/bash
# What the shipped programs are hardened with, read from the programs themselves.
# usage: hardening.sh PROGRAM...        77: not a release build
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

for program; do
    # Sanitizers replace some of these, and what is not optimised is not fortified.
    if has --dyn-syms '__asan_init'; then
        echo "SKIP: $program has sanitizers in it"
        exit 77
    fi
    expect 'PIE' has --file-header 'Type: +DYN'
    expect 'PIE' has --dynamic 'Flags:.* PIE'
    expect 'full RELRO' has --program-headers 'GNU_RELRO'
    expect 'full RELRO (BIND_NOW)' has --dynamic 'BIND_NOW|Flags:.* NOW'
    expect 'a stack that is not executable' has --program-headers 'GNU_STACK.* RW +0x'
    expect 'the stack protector' has --dyn-syms '__stack_chk_fail'
    expect 'FORTIFY' has --dyn-syms '__(v?snprintf|fprintf|printf|memcpy|read|readlinkat|vfprintf)_chk'
    expect 'a program without text relocations' lacks --dynamic 'TEXTREL'
    expect 'a program without a search path for libraries' lacks --dynamic 'RPATH|RUNPATH'
done
exit "$status"
