# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# seconds: 3600
# only: bookworm
# All rows of 91-check-table.
# shellcheck source-path=SCRIPTDIR source=../payload/lxc-suite.sh
. /payload/lxc-suite.sh
export FAULTS=all
lxc_suite devices.bats
