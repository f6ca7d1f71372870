#!/bin/bash
# The examples that come with gpu-verify: what they run is what the program takes, in units that systemd takes, and a health
# check ends with a status that its engine knows.
# usage: verify_examples.sh GPU_VERIFY CONFIG_SNIPPETS
set -euo pipefail
verify=$1 examples=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# shellcheck source-path=SCRIPTDIR source=../lib/outcome.sh
. "${0%/*}/../lib/outcome.sh"

ln -s "$verify" "$scratch/gpu-verify"
PATH=$scratch:$PATH

for file in gpu-verify-metrics.service gpu-verify-metrics.timer health-checks.md prometheus-rules.yml; do
    head -n 12 "$examples/$file" | grep -qE '^(# )?When: ' || fail "$file does not say when"
    grep -qE '^# Why|^Why' "$examples/$file" || fail "$file does not say why"
done

# ---- the service, as far as it goes without a GPU: a verdict, in the file that the second line moves ----
if command -v systemd-analyze >/dev/null; then
    mkdir "$scratch/units"
    for unit in service timer; do
        sed "s,/usr/bin/gpu-verify,$verify," "$examples/gpu-verify-metrics.$unit" >"$scratch/units/gpu-verify-metrics.$unit"
    done
    (cd "$scratch/units" && systemd-analyze verify --man=no gpu-verify-metrics.service gpu-verify-metrics.timer) >"$scratch/log" 2>&1 ||
        fail "systemd: $(cat "$scratch/log")"
    ! grep gpu-verify "$scratch/log" || fail "systemd complains"
elif [ "${TESTS_MUST_RUN:-0}" = 1 ]; then
    fail 'systemd-analyze is not installed'
fi
command=$(sed -n 's,^ExecStart=-/usr/bin/,,p' "$examples/gpu-verify-metrics.service")
status=0
eval "${command/\/run\/gpu-verify/$scratch} --device $scratch/none" 2>/dev/null || status=$?
[ "$status" = 2 ] || fail "--all and a device: status $status"
status=0
eval "${command/--all/--device $scratch/none}" >/dev/null 2>"$scratch/log" || status=$?
[ "$status" != 2 ] || fail "it does not take: $command: $(cat "$scratch/log")"
command=${command/--all/--device $scratch/none}
status=0
eval "${command/\/run\/gpu-verify/$scratch}" >/dev/null || status=$?
[ "$status" = 10 ] || fail "no node: status $status"
mkdir "$scratch/textfile"
move=$(sed -n "s,^ExecStartPost=+/bin/sh -c '\(.*\)'$,\1,p" "$examples/gpu-verify-metrics.service")
[ -n "$move" ] || fail 'no line that moves the file'
move=${move//\/run\/gpu-verify/$scratch}
sh -c "${move//\/var\/lib\/prometheus\/node-exporter/$scratch/textfile}"
cmp "$scratch/gpu-verify.prom" "$scratch/textfile/gpu-verify.prom"
[ "$(ls "$scratch/textfile")" = gpu-verify.prom ] || fail 'something is left beside the file'

# ---- the health checks ----
check='gpu-verify -q --quick --deadline 15'
[ "$(grep -cF "$check" "$examples/health-checks.md")" -ge 6 ] || fail 'the checks are not the same'
for line in "HEALTHCHECK .* CMD $check \|\| exit 1" "HealthCmd=$check \|\| exit 1" "--health-cmd '$check \|\| exit 1'" \
    "CMD-SHELL\", \"$check \|\| exit 1\"" "ExecStartPre=/usr/bin/$check\$" \
    '\["gpu-verify", "-q", "--quick", "--deadline", "15"\]'; do
    grep -qE -- "$line" "$examples/health-checks.md" || fail "no line like $line"
done
# Whatever the verdict is, for Docker 1 and never 2.
for device in "$scratch/none" /dev/null; do
    status=0
    sh -c "$check --device $device || exit 1" >/dev/null || status=$?
    [ "$status" = 1 ] || fail "a broken GPU is status $status"
done
echo 'ok - the examples'
