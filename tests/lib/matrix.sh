# SPDX-License-Identifier: MIT
# shellcheck shell=bash

# matrix_print FILE: the table that 60-matrix.t made: the host's line, then one for each kind of start and guest.
matrix_print() {
    [[ -e $1 ]] || return 0
    awk -F'\t' 'NR == 1 { print "# " $0; next } { printf "#   %-13s %-42s render %-12s %s\n", $1, $2, $3, $4 }' "$1"
}
