#!/bin/bash
# SPDX-License-Identifier: MIT
# Which libva is judged: none, the system's, or the one that a media server brings. Jellyfin's directories are made of
# Debian's own files, in a namespace where they can be written and taken away.
# shellcheck source-path=SCRIPTDIR
export rows='g40 g43'
. "${0%/*}/common.sh"
# shellcheck source=../diagnosis/mend.sh
. "${0%/*}/../diagnosis/mend.sh"
driver_needed iHD
libraries=$(pkg-config --variable libdir libva)
unshare --user --map-root-user --mount true 2>/dev/null || skip 'no user namespaces'

# The first argument is done in there; then the rest is run.
cat >"$scratch/inside" <<'END'
set -eu
mount -t tmpfs none /mnt
mkdir /mnt/upper /mnt/work
mount -t overlay overlay -o userxattr,lowerdir=/usr/lib,upperdir=/mnt/upper,workdir=/mnt/work /usr/lib
server() {
    mkdir -p "$1/dri"
    cp "$libraries"/libva.so.2 "$libraries"/libva-drm.so.2 "$libraries"/libdrm.so.2 "$libraries"/libigdgmm.so.12 "$1"
    cp "$libraries/dri/iHD_drv_video.so" "$1/dri"
}
no_drivers() { rm "$libraries"/dri/*_drv_video.so; }
eval "$1"
shift
exec "$@"
END
unshare --user --map-root-user --mount env libraries="$libraries" sh "$scratch/inside" true true 2>/dev/null ||
    skip 'no overlays in user namespaces'

# judged_where WHAT OPTION...
judged_where() {
    local what=$1
    shift
    status=0
    on_chip kbl unshare --user --map-root-user --mount env libraries="$libraries" sh "$scratch/inside" "$what" \
        "$GPU_VERIFY" --frames 5 --size 320x240 --timeout 5 "$@" >"$scratch/log" 2>&1 || status=$?
}
# says WORDS; does_not_say WORDS
says() { said | grep -qF -- "$1" || fail "does not say: $1"; }
does_not_say() { ! said | grep -qF -- "$1" || fail "says: $1"; }
jellyfin=/usr/lib/jellyfin-ffmpeg/lib

# shellcheck disable=SC2016  # for the inner shell
judged_where 'rm "$libraries/libva.so.2"'
expect 20 'libva, through which programs reach the VA driver, cannot be loaded: libva.so.2: cannot open shared object file' g43
grep -q '^fix: apt-get install --reinstall libva2 libva-drm2$' "$scratch/log" || fail 'g43: not the line for an installed package'
stranger "$(cat "$scratch/log")" || fail 'g43: not for a stranger'
row g43 20 text
# shellcheck disable=SC2016  # for the inner shell
judged_where 'rm "$libraries/libva-drm.so.2"; mount -t tmpfs none /var/lib/dpkg'
[ "$status" = 20 ] || fail "g43, and nothing known of packages: $status"
says 'cannot be loaded: libva-drm.so.2: cannot open'
grep -q '^fix: apt-get install libva2 libva-drm2$' "$scratch/log" || fail 'g43: not the line for a missing package'

# Nothing of the system's works, and Jellyfin does: as the printed line says.
judged_where "server $jellyfin; no_drivers"
expect 20 'the VA driver for i915 is not installed' 'g40, by default'
grep -q "^fix: gpu-verify --libva $jellyfin\$" "$scratch/log" || fail 'g40: not named'
judged_where "server $jellyfin; no_drivers" --libva $jellyfin
expect 0 'gpu-verify: PASS' g40
says "$jellyfin/dri/iHD_drv_video.so by libva $jellyfin/libva.so.2"
does_not_say "not judged"
row g40 0 applied
judged_where "server $jellyfin; no_drivers; cd /usr/lib" --libva jellyfin-ffmpeg/lib --json
grep -q "\"libva\": \"$jellyfin/libva.so.2\"" "$scratch/log" || fail 'g40: JSON does not say which libva'

# Both work: which one was judged is said, and who is left.
judged_where "server $jellyfin; mkdir -p /usr/lib/plexmediaserver/lib/dri"
expect 0 "$libraries/dri/iHD_drv_video.so by libva" 'the system, and others are there'
says "not judged: Jellyfin's own in $jellyfin; not judged: Plex's own in /usr/lib/plexmediaserver/lib (built for musl)"
verify kbl
does_not_say 'not judged'

# A driver of theirs that fails is not the packages' fault.
judged_where "server $jellyfin; rm $jellyfin/dri/*" --libva $jellyfin
expect 20 'the VA driver for i915 is not installed' 'a program without its driver'
! grep -q '^fix: apt' "$scratch/log" || fail 'the package of another driver'
says "update the program that brought the libva in $jellyfin"
judged_where "server $jellyfin; : >$jellyfin/libva.so.2" --libva $jellyfin
expect 20 "the libva in $jellyfin cannot be loaded: $jellyfin/libva.so.2: file too short" 'a broken libva of a program'

judged_where "server $jellyfin; : >$jellyfin/ld-musl-x86_64.so.1" --libva $jellyfin
expect 2 "the libraries in $jellyfin are built for musl" musl
verify kbl --libva "$scratch"
expect 2 "--libva: $scratch/libva.so.2: No such file" 'no libva there'
verify kbl --libva "$scratch/none"
expect 2 "--libva: $scratch/none: No such file" 'nothing there'
