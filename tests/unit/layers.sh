#!/bin/bash
# Each directory of verify/ sees the headers of those it is linked to, and no other; and those that are called pure call
# neither the system nor libva.
# usage: layers.sh BUILD_DIRECTORY PURE_ARCHIVE...
set -euo pipefail
build=$1
shift
project=$(cd "${0%/*}/../.." && pwd)
fail() {
    echo "not ok - $1"
    exit 1
}

# From whom a directory may include, itself among them; base is for all but h264.
layers='facts: facts
h264: h264
picture: picture facts
judge: judge facts
system: system facts
va: va facts h264 picture
cli: cli facts
render: render cli judge facts
run: run cli system va facts h264 picture'

# flags_of DIRECTORY: what one of its files is compiled with
flags_of() {
    grep -m 1 "\"command\":.*verify/$1/" "$build/compile_commands.json" |
        sed -E 's/^ *"command": "//; s/ -o .*//; s/\\"/"/g; s/\\\\/\\/g'
}

# CMake of Debian 11 names the directories of headers from there.
cd "$build"
while IFS=: read -r directory allowed; do
    command=$(flags_of "$directory")
    [ -n "$command" ] || fail "no file of verify/$directory is compiled"
    includes=$(grep -oE -- '-(I|isystem) ?[^ ]+' <<<"$command" | tr '\n' ' ')
    for header in "$project"/verify/*/*.h; do
        other=${header%/*}
        other=${other##*/}
        # Found means found by name; whether it compiles alone is not asked here.
        found=no
        for word in $includes; do
            word=${word#-I}
            [ ! -e "$word/$other/${header##*/}" ] || found=yes
        done
        wanted=no
        [[ " $allowed " != *" $other "* ]] || wanted=yes
        [ "$found" = "$wanted" ] || fail "verify/$directory: can include $other/${header##*/}: $found, and should: $wanted"
    done
    case $includes in *"$project/hook"* | *"$project/verify"*) fail "verify/$directory sees a whole program: $includes" ;; esac
done <<<"$layers"
for file in "$project"/verify/*/*.[ch] "$project"/verify/main.c; do
    ! grep -q '#include "\.\./' "$file" || fail "$file includes by ../"
done

pure='^(mem(cpy|move|set|cmp|chr)|str(len|nlen|cmp|ncmp|chr|rchr|chrnul|str|spn|cspn|tok_r|tol|toul|error)|__isoc23_strto(l|ul)|v?snprintf|(malloc|calloc|realloc|free)|log10|gnu_dev_(major|minor|makedev)|text_[a-z0-9_]+)$'
for archive in "$@"; do
    nm "$archive" >/dev/null || fail "nm reads no $archive"
done
# What one pure archive takes from another is in that other one.
foreign=$(comm -23 <(nm -u "$@" | awk '$1 == "U" { print $2 }' | sed -E 's/@.*//' | sort -u) \
    <(nm -A --defined-only "$@" | awk '{ print $NF }' | sort -u) |
    sed -E 's/^__(mem|str|v?snprintf)([a-z_]*)_chk$/\1\2/' | grep -vE '^(__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__(asan|ubsan|sanitizer)_.*)$' |
    grep -vE "$pure" || true)
[ -z "$foreign" ] || fail "a pure part calls $(tr '\n' ' ' <<<"$foreign")"
echo 'ok - a directory sees what it is linked to, and the pure ones call nobody'
