#!/bin/sh
# Each promise of the manual's section SECURITY names the tests that show it, and they are there and are run.
# usage: security.sh MANUAL SOURCE_FOLDER
set -eu
manual=$1 source=$2
promises=0 status=0

wrong() {
    echo "not ok - $1"
    status=1
}

# What runs a file: ctest runs tests/lxc as a whole and every target of tests/fuzz; units are named one by one.
is_run() {
    name=${1##*/}
    case $1 in
        tests/lxc/*.bats) grep -q '^@test ' "$source/$1" ;;
        tests/fuzz/*_target.c) grep -q "foreach(.*[ (]${name%_target.c}[ )]" "$source/tests/fuzz/CMakeLists.txt" ;;
        tests/unit/*.c) grep -q "unit_test(${name%.c} " "$source/tests/unit/CMakeLists.txt" ;;
        tests/unit/*) grep -q "[/ ]$name" "$source/tests/unit/CMakeLists.txt" ;;
        *) return 1 ;;
    esac
}

# PROMISE<tab>FILES, one a line
promised() {
    sed -n '/^\.SS What is promised/,/^\.SS What is no/p' "$manual" |
        awk '/^\.TP/ { title = ""; next } /^\.B / && title == "" { title = substr($0, 4); print title "\t" }
            /^\.I tests\// { print title "\t" substr($0, 4) }'
}

list=$(mktemp)
trap 'rm -f "$list"' EXIT
promised >"$list"
titles=$(cut -f 1 "$list" | sort -u)
while IFS= read -r title; do
    promises=$((promises + 1))
    files=$(awk -F '\t' -v title="$title" '$1 == title { printf "%s", $2 }' "$list")
    [ -n "$files" ] || wrong "$title: no test is named"
    for file in $files; do
        [ -f "$source/$file" ] || { wrong "$title: there is no $file"; continue; }
        is_run "$file" || wrong "$title: nothing runs $file"
    done
done <<END
$titles
END
[ "$promises" -ge 8 ] || wrong "only $promises promises were read"
exit "$status"
