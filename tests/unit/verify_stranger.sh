#!/bin/bash
# Every report that gpu-verify can make, as tests/golden/verify has them, can be read by a stranger: a failure
# takes at most 12 lines, and no line is longer than 80 columns but those to paste.
# usage: verify_stranger.sh GOLDEN_FOLDER
set -euo pipefail
golden=$1
# shellcheck source-path=SCRIPTDIR source=../diagnosis/mend.sh
. "${0%/*}/../diagnosis/mend.sh"
count=0

for report in "$golden"/*.txt; do
    # A name that no line may hold, and a table that is as wide as it is.
    [[ $report != */g5_hostile_name.txt && $report != */listed.txt ]] || continue
    text=$(<"$report")
    # A pass shows every check, and all its warnings behind them.
    grep -q '^gpu-verify: FAIL' <<<"$text" || text=$(tail -n 12 <<<"$text")
    stranger "$text" || { echo "not ok - ${report##*/}"; exit 1; }
    count=$((count + 1))
done
((count > 0)) || { echo "not ok - no reports"; exit 1; }
echo "ok - $count reports"
