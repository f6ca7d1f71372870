# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The machine's own package sources and download settings, turned to the wanted release. After release.sh.

# The sources.list lines of RELEASE, from the sources this machine uses for its own Debian.
apt_sources() {
    local release=$1 own

    own=$(own_release)
    # shellcheck disable=SC2016  # apt's own variables
    apt-get indextargets --format '$(REPO_URI)|$(RELEASE)|$(COMPONENT)' 'Created-By: Packages' |
        sort -u | awk -F'|' -v own="$own" -v release="$release" '
            $3 == "main" && ($2 == own || $2 == own "-updates" || $2 == own "-security") {
                sub(own, release, $2)
                printf "deb [signed-by=%s] %s %s main\n", key, $1, $2
            }' key=/usr/share/keyrings/debian-archive-keyring.gpg
}

# Proxies, retries and date checks: what a download needs here it needs there too.
apt_download_options() {
    apt-config dump Acquire | grep -E '^Acquire::(http|https|ftp|Check-|Retries|ForceIPv|Languages)' || true
}
