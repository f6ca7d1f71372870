#!/bin/bash
# Each directory of a program sees the headers of those it is linked to, and no other; and those that are called pure
# call neither the system nor libva, with all that they link.
# usage: layers.sh BUILD_DIRECTORY hook|verify LIBRARY_ARCHIVE... -- PURE_ARCHIVE...
set -euo pipefail
build=$1 program=$2 libraries=()
shift 2
while [ "$1" != -- ]; do
    libraries+=("$1")
    shift
done
shift
project=$(cd "${0%/*}/../.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../lib/outcome.sh
. "${0%/*}/../lib/outcome.sh"

# From whom a directory may include, itself among them; base is for all.
# shellcheck disable=SC2034  # by name
hook_layers='facts: facts
plan: plan facts
start: start plan facts
say: say plan facts
config: config say plan facts
cdi: cdi start say plan facts
visit: visit facts
usage: usage say plan facts
cli: cli usage visit cdi start config say plan facts
heal: heal cli usage visit cdi start config say plan facts'
# shellcheck disable=SC2034  # by name
verify_layers='facts: facts
h264: h264
codec: codec facts
picture: picture facts
judge: judge facts
system: system facts
library: library facts
like: like facts
va: va facts codec h264 picture library
cli: cli facts
render: render cli judge facts
run: run cli system va facts codec h264 picture library'

layers=${program}_layers
layers=${!layers}

# flags_of DIRECTORY: what one of its files is compiled with
flags_of() {
    grep -m 1 "\"command\":.*$program/$1/" "$build/compile_commands.json" |
        sed -E 's/^ *"command": "//; s/ -o .*//; s/\\"/"/g; s/\\\\/\\/g'
}

# CMake of Debian 11 names the directories of headers from there.
cd "$build"
while IFS=: read -r directory allowed; do
    command=$(flags_of "$directory")
    [ -n "$command" ] || fail "no file of $program/$directory is compiled"
    includes=$(grep -oE -- '-(I|isystem) ?[^ ]+' <<<"$command" | tr '\n' ' ')
    for header in "$project/$program"/*/*.h; do
        other=${header%/*}
        other=${other##*/}
        # Found means found by name; whether it compiles alone is not asked here.
        found=no
        for word in $includes; do
            word=${word#-I}
            [ ! -e "$word/$other/${header##*/}" ] || found=yes
        done
        wanted=no
        [[ " base $allowed " != *" $other "* ]] || wanted=yes
        [ "$found" = "$wanted" ] || fail "$program/$directory: can include $other/${header##*/}: $found, and should: $wanted"
    done
    case $includes in *"$project/hook "* | *"$project/verify "*) fail "$program/$directory sees a whole program: $includes" ;; esac
done <<<"$layers"
for file in "$project/$program"/*/*.[ch] "$project/$program"/main.c; do
    ! grep -q '#include "\.\./' "$file" || fail "$file includes by ../"
done

# Every call that is left when one is linked with all that it takes from the libraries.
pure='^(mem(cpy|move|set|cmp|chr)|str(len|nlen|cmp|ncmp|casecmp|ncasecmp|chr|rchr|chrnul|str|spn|cspn|tok_r|tol|toul|error)|__isoc(23|99)_(strto(l|ul|ull)|sscanf)|strtoull|sscanf|v?snprintf|(malloc|calloc|realloc|free)|qsort|log10|sin|cos|gnu_dev_(major|minor|makedev)|__errno_location|__ctype_b_loc)$'
whole=$(mktemp)
trap 'rm -f "$whole"' EXIT
for archive in "$@"; do
    ld -r -o "$whole" --whole-archive "$archive" --no-whole-archive --start-group "${libraries[@]}" --end-group ||
        fail "ld takes no $archive"
    foreign=$(nm -u "$whole" | awk '$1 == "U" { print $2 }' | sed -E 's/@.*//; s/^__(mem|str|v?snprintf)([a-z_]*)_chk$/\1\2/' |
        grep -vE '^(__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__(asan|ubsan|sanitizer)_.*)$' | grep -vE "$pure" || true)
    [ -z "$foreign" ] || fail "${archive##*/}, which is pure, calls $(tr '\n' ' ' <<<"$foreign")"
done
echo 'ok - a directory sees what it is linked to, and the pure ones call nobody'
