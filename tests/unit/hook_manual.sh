#!/bin/sh
# The manual page and the help text know every option and every exit status, and no other.
# usage: hook_manual.sh PROGRAM MANUAL
set -eu
program=$1 manual=$2

fail() {
    echo "not ok - $1"
    exit 1
}

plain=$(sed 's/\\-/-/g; s/\\fR//g; s/\\fP//g; s/\\fI//g' "$manual")
help=$("$program" --help)

# Options: the help is made from the parser's table; the manual must have the same set.
options_of() { grep -oE -- '--[a-z][a-z-]+' | sort -u; }
printf '%s\n' "$help" | options_of >"${TMPDIR:-/tmp}/help.$$"
printf '%s\n' "$plain" | options_of >"${TMPDIR:-/tmp}/manual.$$"
differ=0
diff "${TMPDIR:-/tmp}/help.$$" "${TMPDIR:-/tmp}/manual.$$" || differ=1
rm -f "${TMPDIR:-/tmp}/help.$$" "${TMPDIR:-/tmp}/manual.$$"
[ "$differ" = 0 ] || fail "options of help (<) and manual (>) differ"

# Exit statuses: number and meaning, word for word.
printf '%s\n' "$help" | sed -n '/^Exit status:/,$p' | sed 1d | while read -r number meaning; do
    printf '%s\n' "$plain" | grep -A1 "^\.B $number\$" | grep -qxF "$meaning" ||
        fail "status $number ($meaning) is not in the manual"
done
[ "$(printf '%s\n' "$plain" | grep -cE '^\.B [0-9]+$')" = 10 ] || fail "the manual has other statuses"

# It renders without a complaint.
if command -v groff >/dev/null; then
    complaints=$(groff -man -Tutf8 -ww "$manual" 2>&1 >/dev/null)
    [ -z "$complaints" ] || fail "groff: $complaints"
elif [ "${TESTS_MUST_RUN:-0}" = 1 ]; then
    fail "groff is not installed"
fi
echo "ok - manual and help agree"
