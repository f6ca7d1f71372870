# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Builds of the project in each Debian release: in a file tree of that release when it is not the machine's own.

# shellcheck disable=SC2034  # for build
native_packages=(gcc libc6-dev cmake ninja-build pkg-config git dpkg-dev file groff-base python3
    libva-dev libcap-dev libmount-dev libcmocka-dev libdrm-dev)

# native_root TREE COMMAND...: the command with TREE as its root, and the project at its own place. It writes
# to the project's build folder and nowhere else.
native_root() {
    local tree=$1

    shift
    # shellcheck disable=SC2016  # the inner shell's
    PROJECT=${project:?} root_run "$tree" '
        mount -t tmpfs -o mode=1777 none "$TREE/tmp"
        mkdir -p "$TREE/$PROJECT"
        mount --bind "$PROJECT" "$TREE/$PROJECT"
        mount --bind -o remount,ro "$TREE/$PROJECT"
        mkdir -p "$PROJECT/build"
        mount --bind "$PROJECT/build" "$TREE/$PROJECT/build"' HOME=/tmp "$@"
}

# native_build RELEASE LOG: builds, and makes the packages; prints the build folder.
native_build() {
    local release=$1 log=$2 tree dir

    if [[ $release == "$(own_release)" ]]; then
        dir=${RELEASE_BUILD:-$project/build/release}
        quietly "build for Debian $release" "$log" "${vm_dir:?}/../lib/build-packages" "$dir" || return
    else
        dir=$project/build/$release
        tree=$("$vm_dir/image" native "$release")/tree || return
        quietly "build in Debian $release" "$log" \
            native_root "$tree" "$project/tests/lib/build-packages" "$dir" || return
    fi
    printf '%s\n' "$dir"
}
