# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The Debian releases that the project is tested on.

releases=(bullseye bookworm trixie)

check_release() {
    [[ " ${releases[*]} " == *" $1 "* ]] || die "unknown release $1, known: ${releases[*]}"
}

# The Debian release of this machine.
own_release() {
    # shellcheck source=/dev/null
    (. /etc/os-release && printf '%s\n' "${VERSION_CODENAME:-}")
}
