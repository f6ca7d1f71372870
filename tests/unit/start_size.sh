#!/bin/bash
# SPDX-License-Identifier: MIT
# What runs as root at a start of a container is small, and has nothing of the configs, the commands and the words in it:
# counted, but for the lines of the license, is what linking start_host() takes from the program's own libraries, which this prints.
# usage: start_size.sh ARCHIVE...
set -euo pipefail
project=$(cd "${0%/*}/../.." && pwd)
files_max=26 lines_max=4200
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ld -r -o "$work/whole" -Map "$work/map" -u start_host --start-group "$@" --end-group
# lib(hook_)DIRECTORY.a(FILE.c.o), each member once
members=$(grep -oE '/lib(hook_)?[a-z]+\.a\([a-z0-9_-]+\.c\.o\)' "$work/map" | sort -u |
    sed -E 's,/lib(hook_)?([a-z]+)\.a\((.*)\.o\),\2/\3,')
files=0 lines=0 foreign=
for member in $members; do
    count=$(grep -vc '^/\* SPDX-License-Identifier: ' "$project/hook/$member")
    printf '%5d %s\n' "$count" "$member"
    files=$((files + 1)) lines=$((lines + count))
    case $member in config/* | cli/* | cdi/* | visit/* | usage/* | say/*) foreign+=" $member" ;; esac
done
echo "start_host: $files files, $lines lines; at most $files_max and $lines_max"
nm "$work/whole" | grep ' T start_host$' >/dev/null || { echo 'not ok - start_host is not in it'; exit 1; }
if ((files == 0 || files > files_max || lines > lines_max)); then
    echo 'not ok - too much, or nothing'
    exit 1
fi
[ -z "$foreign" ] || { echo "not ok - a start links$foreign"; exit 1; }
echo 'ok'
