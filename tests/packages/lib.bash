# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Shared by the tests of the packages.

work=${TEST_WORK:?run these tests with tests/packages/run}
golden=$TEST_GOLDEN

# package_file PACKAGE [one|two]
package_file() {
    find "$work/${2:-one}/build/" -maxdepth 1 -name "$1_*.deb"
}

# What a package says and holds. What depends on the release it was built on is left out: the numbers in
# its dependencies, its size and its architecture.
package_shown() {
    local file

    file=$(package_file "$1")
    dpkg-deb -f "$file" | grep -vE '^(Version|Installed-Size|Architecture):' |
        sed -E '/^Depends:/s/ \([^)]*\)//g'
    echo
    dpkg-deb -c "$file" | awk '{ print $1, $2, $6 }'
}

# In a private mount namespace, with an overlay on the whole system: throw_away COMMAND. Its changes are
# below $work/changes when it has ended.
throw_away() {
    rm -rf --one-file-system "$work/changes" "$work/overlay"
    mkdir -p "$work/changes" "$work/overlay" "$work/root"
    unshare --mount --propagation private bash -euc '
        mount -t overlay -o "lowerdir=/,upperdir=$1/changes,workdir=$1/overlay" overlay "$1/root"
        mount --rbind /dev "$1/root/dev"
        mount -t proc proc "$1/root/proc"
        mkdir -p "$1/root/packages"
        cp "$1"/one/build/*.deb "$1/root/packages"
        shift
        exec chroot "$TEST_WORK/root" "$@"' - "$work" "$@"
}

# Everything that is still different from the real system, empty directories too, but for dpkg's own books.
traces() {
    (cd "$work/changes" && find . -mindepth 1) | while IFS= read -r file; do
        case $file in
            ./packages | ./packages/* | ./var/lib/dpkg/* | ./var/log/dpkg.log | ./var/cache/man/*) ;;
            *) [[ -d $work/changes/$file && ! -L $work/changes/$file && -d /$file ]] || cmp -s "$work/changes/$file" "/$file" || echo "$file" ;;
        esac
    done
}
