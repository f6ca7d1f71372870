#!/bin/bash
# SPDX-License-Identifier: MIT
# A program under valgrind's memcheck: no read of what was never set, no leak. It may fail, but not so.
# usage: memcheck.sh PROGRAM [WORDS]...       WORDS: one command line; without any, the program is run once, bare
# 77: valgrind is not installed, or PROGRAM is linked statically, which hides its memory from valgrind
set -euo pipefail

program=$1
shift
command -v valgrind >/dev/null || { echo "SKIP: valgrind is not installed"; exit 77; }
readelf -Wl "$program" | grep -q INTERP || { echo "SKIP: $program is static"; exit 77; }
(($# > 0)) || set -- ""
found=99 status=0
for words; do
    r=0
    # shellcheck disable=SC2086  # words
    valgrind -q --error-exitcode="$found" --leak-check=full --errors-for-leak-kinds=definite --show-leak-kinds=definite \
        "$program" $words >/tmp/memcheck.$$ 2>&1 </dev/null || r=$?
    if ((r == found)); then
        echo "${program##*/} $words:"
        grep '^==' /tmp/memcheck.$$
        status=1
    fi
done
rm -f /tmp/memcheck.$$
exit "$status"
