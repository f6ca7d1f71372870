# shellcheck shell=bash
# only: bookworm
# The table of tests/lxc/devices.bats on cgroup v2, where programs of systemd's stand above: check ends as the start
# does. Some rows of it; 92-check-table-whole has all.
# shellcheck source-path=SCRIPTDIR source=../payload/lxc-suite.sh
. /payload/lxc-suite.sh
export FAULTS=6
lxc_suite devices.bats
