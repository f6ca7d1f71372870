#!/bin/bash
# SPDX-License-Identifier: MIT
# usage: calls PROGRAM DRIVERS: the test program on the driver that has the project's sanitizers.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$here/common.sh"

program=$1
TEST_DRIVERS=$2
# The stand-in for the kernel comes before the sanitizers' runtime, and does not mind.
on_driver "" env ASAN_OPTIONS="verify_asan_link_order=0:${ASAN_OPTIONS:-}" "$program"
