# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# seconds: 3600
# All of tests/lxc, with this release's LXC and kernel.
# shellcheck source-path=SCRIPTDIR source=../payload/lxc-suite.sh
. /payload/lxc-suite.sh
# This processor is emulated: less of what is done again and again.
export RACE_ROUNDS=400 LEAK_ROUNDS=20 LEAK_REBOOTS=8 LEAK_AT_ONCE=8 FAULTS=24
lxc_suite .
