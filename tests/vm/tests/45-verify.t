# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# only: bookworm trixie
# verify: a container that has the drivers and no gpu-verify; confined by AppArmor as LXC confines it.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh
. /payload/lib.sh
plan 9

cp "/payload/$release/guest/usr/bin/gpu-verify" /usr/bin/gpu-verify
ct_make video debian <<<'lxc.include = /usr/share/lxc/config/gpu.conf'
ct_install_verify video
rm /var/lib/lxc/video/rootfs/usr/bin/gpu-verify
check 'the container starts' ct_start video

output=$(lxc-gpu-hook verify video --as viewer -- --frames 10 2>&1)
is 'as a member of render: status' $? 0
like '... PASS' "$output" '^gpu-verify: PASS'
output=$(lxc-gpu-hook verify video --as outsider 2>&1)
is 'as a user outside render: status' $? 13
like '... the fix' "$output" 'usermod -aG render outsider'
output=$(lxc-gpu-hook verify video -- --json --frames 10 2>/dev/null)
like 'as root, as JSON' "$output" '"verdict": *"pass"'

# who runs there, and as what
cp "/payload/$release/tests/lxc/visitor" /usr/bin/gpu-verify
wanted=$(cat "/proc/$(lxc-info -n video -pH)/attr/current")
like 'the container is confined by AppArmor' "$wanted" '^lxc-video'
lxc-gpu-hook verify video -- wait 20 >/run/verify.log 2>&1 &
for _ in $(seq 200); do
    grep -q waiting /run/verify.log && break
    sleep 0.1
done
label=
for exe in /proc/[0-9]*/exe; do
    [[ $(readlink "$exe") != *memfd:gpu-verify* ]] || label=$(cat "${exe%exe}attr/current")
done
is '... and so is what verify runs there' "$label" "$wanted"
kill $!

output=$(lxc-gpu-hook status video --json)
like 'status has the container and its node' "$(tr -d '\n' <<<"$output")" \
    "\"container\": \"video\".*\"started_by\": \"root\".*\"node\": \"renderD128\".*\"group\": $render_gid"
ct_remove video
rm /usr/bin/gpu-verify
