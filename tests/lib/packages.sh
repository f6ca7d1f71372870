# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034  # the lists are named by the scripts that include this file
# The one list of Debian packages that building and testing need.

packages_build=(gcc libc6-dev cmake ninja-build pkg-config git ca-certificates
    libva-dev libcap-dev libmount-dev libcmocka-dev libdrm-dev musl-tools)
packages_package=(dpkg-dev file)
packages_lint=(clang clang-format clang-tidy cppcheck shellcheck)
packages_lxc=(lxc uidmap busybox-static bats socat strace procps groff-base libcap2-bin)
packages_fuzz=(clang llvm libclang-rt-dev)
packages_real=(intel-media-va-driver i965-va-driver mesa-va-drivers ffmpeg vainfo libopenh264-dev python3 python3-jsonschema)
packages_deb=("${packages_package[@]}" lintian bash-completion python3-yaml systemd)
packages_bench=(valgrind)
packages_vm=(mmdebstrap debian-archive-keyring qemu-system-x86 e2fsprogs cpio xz-utils ffmpeg)

# Of the named packages, those that this Debian release does not have: the tests that want them are skipped.
packages_unknown() {
    local package

    for package; do
        apt-cache policy "$package" | grep '^  Candidate: [^(]' >/dev/null || printf '%s\n' "$package"
    done
}

# What would go if the named packages came: on Proxmox its own LXC and QEMU, which conflict with Debian's.
packages_lost() {
    apt-get -s install --no-install-recommends "$@" 2>/dev/null | awk '$1 == "Remv" { print $2 }'
}

# packages_install NAME...: installs what is missing, and says so; never at another package's cost.
# A process of its own, so that the log goes however it ends.
packages_install() (
    local package missing=() unknown lost log

    for package; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
    done
    ((${#missing[@]} > 0)) || return 0
    [[ $(id -u) == 0 ]] || die "missing Debian packages: ${missing[*]}"
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    trap 'exit 130' INT TERM
    quietly 'read the package lists' "$log" apt-get update || return
    unknown=$(packages_unknown "${missing[@]}")
    if [[ -n $unknown ]]; then
        say "# this Debian release does not have: ${unknown//$'\n'/ }"
        mapfile -t missing < <(printf '%s\n' "${missing[@]}" | grep -vxF "$unknown")
    fi
    ((${#missing[@]} > 0)) || return 0
    lost=$(packages_lost "${missing[@]}")
    [[ -z $lost ]] || die "the Debian packages that this needs would remove: ${lost//$'\n'/ }: run it in a virtual machine"
    say "# installing Debian packages: ${missing[*]}"
    quietly 'install packages' "$log" \
        env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-remove --no-install-recommends "${missing[@]}"
)
