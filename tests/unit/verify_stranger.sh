#!/bin/bash
# SPDX-License-Identifier: MIT
# Every report that gpu-verify can make, as tests/golden/verify has them, can be read by a stranger: a failure
# takes at most 12 lines, and no line is longer than 80 columns but those to paste.
# usage: verify_stranger.sh GOLDEN_FOLDER
set -euo pipefail
golden=$1
# shellcheck source-path=SCRIPTDIR source=../diagnosis/mend.sh
. "${0%/*}/../diagnosis/mend.sh"
count=0

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# A file for each exit status, in which a line "== NAME" is before each report.
awk -v dir="$scratch" 'sub(/^== /, "") { name = $0; next } { print >(dir "/" name) }' "$golden"/*.txt
for report in "$scratch"/*; do
    # A name that no line may hold, and a table that is as wide as it is.
    [[ $report != */g5_hostile_name && $report != */listed ]] || continue
    text=$(<"$report")
    # A pass shows every check, and all its warnings behind them.
    grep -q '^gpu-verify: FAIL' <<<"$text" || text=$(tail -n 12 <<<"$text")
    stranger "$text" || { echo "not ok - ${report##*/}"; exit 1; }
    count=$((count + 1))
done
((count > 100)) || { echo "not ok - only $count reports"; exit 1; }
echo "ok - $count reports"
