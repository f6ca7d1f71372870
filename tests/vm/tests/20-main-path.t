# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the project is for: one line of configuration, and an ordinary user of an unprivileged container
# encodes on the GPU. 20-main-path.after decodes the stream that comes out.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh
. /payload/lib.sh
plan 12

ct_make video debian <<<'lxc.include = /usr/share/lxc/config/gpu.conf'
ct_install_verify video
check 'the container starts' ct_start video

is 'the node belongs to the container'\''s root and render group' \
    "$(ct_run video stat -c '%A %u %g %t:%T' /dev/dri/renderD128)" "crw-rw---- 0 $render_gid e2:80"
is 'both nodes are there, under their own numbers' \
    "$(ct_run video stat -c '%n %t:%T' /dev/dri/renderD128 /dev/dri/renderD129 | xargs)" \
    '/dev/dri/renderD128 e2:80 /dev/dri/renderD129 e2:81'

# Not in /tmp, which the container empties while it boots.
output=$(ct_user video viewer gpu-verify --frames 30 --size 640x480 --output /home/viewer/stream.h264 2>&1)
is 'gpu-verify as a member of render: status' $? 0
like 'gpu-verify says PASS' "$output" '^gpu-verify: PASS'
like '... after it saw IDR and P frames' "$output" 'IDR.*P'
like '... and measured the decoded pictures' "$output" 'PSNR'
printf '%s\n' "$output" >/out/gpu-verify.txt
check 'the stream comes out' cp /var/lib/lxc/video/rootfs/home/viewer/stream.h264 /out/stream.h264

output=$(ct_user video viewer gpu-verify --json 2>/dev/null)
is 'gpu-verify --json: status' $? 0
like '... verdict' "$output" '"verdict": *"pass"'

output=$(ct_user video outsider gpu-verify 2>&1)
is 'gpu-verify as a user outside render: status' $? 13
like '... names the group and the fix' "$output" 'usermod -aG render outsider'
