# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the parts of tests/bench/run share. ROUNDS: how often each command is measured.
ROUNDS=${ROUNDS:-100}

heading() { printf '\n%s\n' "$*"; }
note() { printf '  (%s)\n' "$*"; }

# The lines of `alternate` as a table: each command against the first one.
table() {
    awk -F'\t' '
        NR == 1 {
            printf "  %-24s %9s %17s %7s %9s %7s %8s %7s %7s\n", "", "wall ms", "quartiles", "ratio", "cpu ms", "ratio",
                "RSS kB", "faults", "status"
            wall = $2; cpu = $5
        }
        { printf "  %-24s %9.2f %8.2f %8.2f %7.2f %9.2f %7.2f %8d %7d %7d\n", $1, $2, $3, $4, $2 / wall, $5, $5 / cpu, $6, $7, $8 }'
}

# Lines "SERIES:SIZE WALL CPU MS STATUS", WALL and CPU as multiples of /bin/true, as a table with bars, and for
# each series what it costs against its first line, and per thing.
plot() {
    awk '
        {
            at = index($0, ":"); series = substr($0, 1, at - 1); $0 = substr($0, at + 1)
            if (series != last) {
                base = $3; base_cpu = $4; size = $1; last = series
                printf "  %-22s %7s %7s %9s %7s  %s\n", series, "wall", "cpu", "cpu ms", "base", "cpu, times /bin/true"
            }
            bar = sprintf("%*s", int($3 * 6 + .5), ""); gsub(/ /, "#", bar)
            each = $1 > size ? sprintf(" %+.2f us each", ($4 - base_cpu) * 1000 / ($1 - size)) : ""
            printf "  %22d %7.2f %7.2f %9.2f %7.2f  %s%s%s\n", $1, $2, $3, $4, $3 / base, bar, each, $5 ? " status " $5 : ""
        }' | sed 's/\t/ /g'
}
