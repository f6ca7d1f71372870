# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# gpu-verify --like UNIT under a real systemd: a service that runs, and the same one stopped, are judged alike; and
# what is printed as fix, done as printed, is the fix.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh
. /payload/lib.sh
plan 11
cp "/payload/$release/guest/usr/bin/gpu-verify" /usr/bin/

unit() { # unit NAME SETTING...: a service of these settings, started
    local name=$1
    shift
    { printf '[Service]\nExecStart=/bin/sleep infinity\n' && printf '%s\n' "$@"; } >"/etc/systemd/system/$name.service"
    systemctl daemon-reload
    systemctl start "$name"
}
judge() {
    status=0
    said=$(gpu-verify --like "$1" 2>&1) || status=$?
    words=$(tr '\n' ' ' <<<"$said" | tr -s ' ')
}

unit like-hidden PrivateDevices=yes
hides='no /dev/dri/renderD128 for like-hidden.service: the unit gets a /dev of its own \(PrivateDevices=yes\)'
judge like-hidden
like 'PrivateDevices=yes, running' "$status $words" "^10 .*$hides"
judge "$(systemctl show -P MainPID like-hidden)"
like '... by its number' "$status $words" "^10 .*$hides"
systemctl stop like-hidden
judge like-hidden.service
like '... and stopped' "$status $words" "^10 .*$hides"
sed -n 's/^fix: //p' <<<"$said" | grep -v '^#' | sh
judge like-hidden
like 'after the fix as printed the node is there, running' "$status $words" '^([023][0-9]*) node pass'
systemctl stop like-hidden
judge like-hidden
like '... and stopped' "$status $words" '^([023][0-9]*) node pass'

unit like-nobody User=nobody
judge like-nobody
like 'a user without the group' "$status" '^13$'
systemctl stop like-nobody
judge like-nobody
like '... and stopped' "$status $words" '^13 .*nobody'
echo SupplementaryGroups=render >>/etc/systemd/system/like-nobody.service
systemctl daemon-reload
judge like-nobody
like 'with the group, stopped' "$status $words" '^([023][0-9]*) node pass.* access pass .*nobody'
systemctl start like-nobody
judge like-nobody
like '... and running' "$status $words" '^([023][0-9]*) node pass.* access pass .*nobody'

judge no-such-unit
like 'no such unit' "$status $words" '^2 .*systemd knows no unit no-such-unit'
is 'nothing is left' "$(systemctl list-units --all --no-legend 'gpu-verify-like-*' | wc -l)" 0

systemctl stop like-hidden like-nobody
rm -r /etc/systemd/system/like-*
systemctl daemon-reload
