# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Builds of the project, the same as the presets but with plain calls: Debian 11's CMake knows no presets.

project=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)

# build_dir DIR OPTION...
build_dir() {
    local dir=$1

    shift
    cmake -S "$project" -B "$dir" -G Ninja -DWERROR=ON "$@" && cmake --build "$dir"
}

# What is shipped.
build_release() { build_dir "$1" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_INSTALL_PREFIX=/usr; }

# ASan and UBSan.
build_dev() { build_dir "$1" -DCMAKE_BUILD_TYPE=Debug -DSANITIZE=ON -DCMAKE_INSTALL_PREFIX=/usr; }

# The other compiler, and the base of tests/lint.
build_clang() { build_dir "$1" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_C_COMPILER=clang; }
