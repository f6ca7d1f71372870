# shellcheck shell=bash
# Builds of the project, with plain cmake calls: Debian 11's CMake knows no presets.

project=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)

# build_release DIR: what is shipped, in DIR.
build_release() {
    cmake -S "$project" -B "$1" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DWERROR=ON -DCMAKE_INSTALL_PREFIX=/usr &&
        cmake --build "$1"
}
