#!/bin/bash
# A manual page knows what its program knows, and no more: options, exit statuses, version and the diagnosis. For
# gpu-verify also every key of the JSON object, and its examples are real reports.
# usage: manual.sh PROGRAM MANUAL ROWS|CAUSES.def [GOLDEN_FOLDER]
set -eu
program=$1 manual=$2 diagnosis=$3 golden=${4:-}
project=$(cd "${0%/*}/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# shellcheck source-path=SCRIPTDIR source=../lib/outcome.sh
. "${0%/*}/../lib/outcome.sh"

# same WHAT: $scratch/wanted and $scratch/manual hold the same lines
same() {
    [ -s "$scratch/wanted" ] || fail "$1: nothing to compare with"
    diff "$scratch/wanted" "$scratch/manual" || fail "$1: the program's (<) and the manual's (>) differ"
}

sed 's/\\-/-/g; s/\\f[RPIB]//g; s/\\(dq/"/g; s/\\(aq/'\''/g; s/\\(ha/^/g; s/\\(ti/~/g; s/\\(ga/`/g; s/\\e/\\/g' \
    "$manual" >"$scratch/plain"
"$program" --help >"$scratch/help"
"$program" --version >"$scratch/version"

# The help is read on a plain console.
! grep -E '.{81}' "$scratch/help" || fail 'a line of --help is longer than 80 columns'

# Options: the help is made from the parser's own table.
options_of() { grep -oE -- '--[a-z][a-z-]+' "$1" | sort -u; }
options_of "$scratch/help" >"$scratch/wanted"
options_of "$scratch/plain" >"$scratch/manual"
same options

# Exit statuses: number and meaning, word for word.
sed -n '/^Exit status:/,$p' "$scratch/help" | sed '1d; s/^ *//; s/  */ /' >"$scratch/wanted"
sed -n '/^\.SH "EXIT STATUS"/,/^\.SH [^"]/p' "$scratch/plain" |
    sed -nE '/^\.B [0-9]+$/{s/^\.B //;N;s/\n/ /;p;}' >"$scratch/manual"
same 'exit statuses'

# One version: the last word of --version.
sed 's/.* //' "$scratch/version" >"$scratch/wanted"
sed -nE 's/^\.TH .*"lxc-gpu-hook ([^"]*)".*/\1/p' "$scratch/plain" >"$scratch/manual"
same version

# The diagnosis: each pair of an exit status and a row. The hook's rows are h; the verifier's are g, and in causes.def.
sed -nE 's/^\.\\" ([0-9]+): ([gh][0-9].*)/\1 \2/p' "$scratch/plain" |
    while read -r status row_list; do
        for row in $row_list; do echo "$status $row"; done
    done | sort -u >"$scratch/manual"
case $diagnosis in
    *.def)
        sed -nE 's/^ *X\((STATUS_[A-Z_]+), ([0-9]+),.*/\1 \2/p' "${diagnosis%/*/*}/exit_status.h" >"$scratch/numbers"
        sed -nE 's/^CAUSE\([A-Z_]+, "(g[0-9]+)", (STATUS_[A-Z_]+),.*/\2 \1/p' "$diagnosis" |
            while read -r status row; do
                echo "$(sed -n "s/^$status //p" "$scratch/numbers") $row"
            done
        ;;
    *) sed -nE 's/^(h[0-9]+) ([0-9]+) .*/\2 \1/p' "$diagnosis" ;;
esac | sort -u >"$scratch/wanted"
same diagnosis

# The tests that it names are there.
grep -oE '\btests/[a-z0-9_/.-]*[a-z0-9]' "$scratch/plain" | sort -u >"$scratch/files"
while read -r file; do
    [ -e "$project/$file" ] || fail "there is no $file"
done <"$scratch/files"

if [ -n "$golden" ]; then
    # Keys of the JSON object, each as a word of the section.
    cat "$golden"/*.json | grep -oE '"[a-z_0-9]+": ' | tr -d '":' | sort -u >"$scratch/wanted"
    sed -n '/^\.SH JSON/,/^\.SH METRICS/p' "$scratch/plain" | grep -oE '[a-z_0-9]+' | sort -u >"$scratch/words"
    [ -s "$scratch/wanted" ] || fail 'no keys in the golden reports'
    while read -r key; do
        grep -qx "$key" "$scratch/words" || fail "key $key of the JSON object is not in the manual"
    done <"$scratch/wanted"
    # Examples: each .\" golden NAME is followed by that report, line by line.
    sed -n 's/^\.\\" golden //p' "$scratch/plain" >"$scratch/examples"
    [ -s "$scratch/examples" ] || fail 'no examples'
    while read -r name; do
        sed -n '/^\.\\" golden '"$name"'$/,/^\.fi$/p' "$scratch/plain" | grep -v '^\.' >"$scratch/manual"
        awk -v name="$name" '/^== / { found = $2 == name; next } found' "$golden"/*.txt >"$scratch/wanted"
        same "example $name"
    done <"$scratch/examples"
fi

# It renders without a complaint.
if command -v groff >/dev/null; then
    complaints=$(groff -man -Tutf8 -ww "$manual" 2>&1 >/dev/null)
    [ -z "$complaints" ] || fail "groff: $complaints"
elif [ "${TESTS_MUST_RUN:-0}" = 1 ]; then
    fail 'groff is not installed'
fi
echo 'ok - the manual says what the program says'
