#!/bin/bash
# The hook compiles with musl's headers too: whatever it takes of the C library it includes by name. Only compiled, for
# there is no libcap or libmount that is built for musl.
# usage: musl.sh            77: no musl-gcc, or no headers of the kernel, libcap or libmount
set -euo pipefail
project=$(cd "${0%/*}/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source-path=SCRIPTDIR source=../lib/outcome.sh
. "${0%/*}/../lib/outcome.sh"

# find_header NAME: where the system's own compiler finds it
find_header() { echo "#include <$1>" | cc -E - 2>/dev/null | sed -nE "s,^# [0-9]+ \"(/.*/$1)\".*,\1,p" | head -n 1; }

command -v musl-gcc >/dev/null || skip 'musl-gcc is not installed'
# What musl does not bring along, and nothing else of what lies beside it.
mkdir "$work/sys"
for header in linux/mount.h asm/unistd.h asm-generic/ioctl.h; do
    found=$(find_header "$header")
    [ -n "$found" ] || skip "no <$header>: install linux-libc-dev"
    ln -s "${found%/*}" "$work/${header%/*}"
done
for header in sys/capability.h libmount/libmount.h; do
    found=$(find_header "$header")
    [ -n "$found" ] || skip "no <$header>"
    mkdir -p "$work/${header%/*}"
    ln -s "$found" "$work/$header"
done

count=0
for file in "$project"/hook/*.c "$project"/hook/*/*.c; do
    musl-gcc -idirafter "$work" -std=gnu11 -D_GNU_SOURCE -DPROJECT_VERSION='""' -DBIND_PROGRAM_FOLDER='""' \
        -DCONFIG_FOLDER='""' -DPROGRAM_FOLDER='""' -Wall -Wextra -Werror -I"$project/hook" -fsyntax-only "$file"
    count=$((count + 1))
done
((count > 40)) || { echo "not ok - only $count files"; exit 1; }
echo "ok - $count files"
