# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The guest's half of the diagnosis: each row is made in a real container, gpu-verify names its cause and no
# other, and what it prints as fix is done as printed, in the container or on its host: then it says PASS.
# Rows that need a driver of a real GPU are made over a fake kernel, in tests/real-drivers/rows.sh.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh disable=SC1091,SC2034,SC2154
. /payload/lib.sh
. /payload/diagnosis/mend.sh
. /payload/verdicts.sh
plan 30

host_gid=$(stat -c %g /dev/dri/renderD128)
mount_entry='lxc.mount.entry = /dev/dri/renderD128 dev/dri/renderD128 none bind,create=file'

# ---- the node itself ----
box g1 </dev/null
box_start
row_is g1 10 '^no /dev/dri/renderD128: the GPU was not passed into this container$' applied
box_end

box g2 <<'END1'
lxc.hook.start-host = /usr/bin/lxc-gpu-hook --select driver=vgem
END1
box_start
row_is g2 10 '^no /dev/dri/renderD128, but there is /dev/dri/renderD129$' applied
box_end

box g3 <<'END1'
lxc.mount.entry = /dev/dri/renderD199 dev/dri/renderD128 none bind,optional,create=file
END1
box_start
row_is g3 11 '^/dev/dri/renderD128 is a regular file, mode 0[0-7]*: what an optional mount entry leaves' applied
box_end

box g4 <<'END1'
lxc.mount.entry = /dev/dri/renderD129 dev/dri/renderD128 none bind,create=file
END1
box_start
row_is g4 11 '^/dev/dri/renderD128 is device 226:129, which must be called renderD129: libva refuses' applied
box_end

mkdir -p /run/nodev
mount -t tmpfs -o nodev,mode=0755 none /run/nodev
mknod -m 0660 /run/nodev/renderD128 c 226 128
chown "$first_id:$((first_id + render_gid))" /run/nodev/renderD128
box g11 <<'END1'
lxc.mount.entry = /run/nodev dev/dri none bind,create=dir
END1
box_start
row_is g11 11 '^/dev/dri is mounted nodev, so no device below it can be opened$' applied
box_end

# ---- who may ----
box g5 <<<"$mount_entry"
box_start
row_is g5 12 '^/dev/dri/renderD128 belongs to 65534:65534: host ids that are not mapped into this container' applied
box_end

box g9 <<<"$mount_entry"
box_start
user=root
row_is g9 12 "^/dev/dri/renderD128 belongs to 65534:65534: .*this container's root has no power over them" applied
box_end

box g6 <<<"$gpu_conf"
box_start
user=outsider
row_is g6 13 '^user outsider is not in group render of /dev/dri/renderD128 \(has 1001\)$' applied
session=stale
row_is g7 13 '^user outsider is in group render by now, but this login is older and does not have it$' applied
session=new newgrp=
check 'g7: the remark: or log in again' passes
box_end

# A host's group number that means another group here.
box g8 <<<"$mount_entry"
box_gids "0 100000 $host_gid" "$host_gid $host_gid 1" "$((host_gid + 1)) $((100000 + host_gid + 1)) $((65535 - host_gid))"
echo "root:$host_gid:1" >>/etc/subgid
sed -i "/:$host_gid:/d; \$a ssl-cert:x:$host_gid:outsider" "/var/lib/lxc/$ct/rootfs/etc/group"
box_start
user=outsider
check 'g8: a member of that group: PASS, with a warning' found 0 "^group $host_gid of /dev/dri/renderD128 is ssl-cert here, not render: whoever is in ssl-cert has the GPU"
user=viewer
row_is g8 13 "^group $host_gid of /dev/dri/renderD128 is ssl-cert here, not render: a host's number that came in untranslated$" applied
box_end

# The group is mapped, the owner is not: root has no power.
box g29 <<<"$mount_entry"
box_gids "0 100000 $render_gid" "$render_gid $host_gid 1" "$((render_gid + 1)) $((100000 + render_gid + 1)) $((65535 - render_gid))"
box_start
user=root
row_is g29 13 '^root of this container has no power over /dev/dri/renderD128: its owner is not mapped here, so its group render decides' applied
box_end

# ---- the device cgroup ----
box g10 <<'END1'
lxc.hook.start-host = /usr/bin/lxc-gpu-hook --no-probe
lxc.cgroup2.devices.deny = a
lxc.cgroup2.devices.allow = c 1:* rwm
lxc.cgroup2.devices.allow = c 5:* rwm
lxc.cgroup2.devices.allow = c 136:* rwm
END1
box_start
row_is g10 14 '^the device cgroup of this container denies 226:128$' applied
box_end

box g28 <<END1
$gpu_conf
lxc.cgroup2.devices.allow = c 226:* rwm
END1
box_start
row_is g28 14 '^the device cgroup denies /dev/null too: a lone lxc.cgroup2.devices.allow line on the host' applied
box_end

# ---- the system around the driver ----
box g13 <<END1
$gpu_conf
lxc.mount.auto =
lxc.mount.auto = proc:mixed
END1
box_start
row_is g13 21 '^/sys is hidden here, and libva needs /sys/dev/char/226:128 to know the GPU$' applied
box_end

box many <<<"$gpu_conf"
box_start
environment=(LIBVA_DRIVER_NAME=nonesuch)
row_is g17 20 '^libva finds no driver with LIBVA_DRIVER_NAME=nonesuch set: it looked for nonesuch_drv_video.so' applied

# ---- inside the driver, by the test driver's switches: the fix is another driver, which is read only ----
# fault ID SWITCHES STATUS PATTERN
fault() {
    environment=("TESTDRV=$2") arguments=(--timeout 3)
    row_is "$1" "$3" "$4" text
    environment=() arguments=()
}
fault g14 no-encode 22 '^VA driver virtio_gpu offers no H\.264 encoding on this GPU$'
fault g16 init-fail 21 'refuses this GPU \(virtio_gpu, 1af4:1050\)'
fault g21 fail@vaEndPicture=24@3 30 '^vaEndPicture failed in frame 1 with VA_STATUS_ERROR_ENCODING_ERROR'
fault g22 hang@vaEndPicture 31 '^no answer within 3 s from vaEndPicture'
fault g23 crash@vaEndPicture 32 'crashed with SIGSEGV in vaEndPicture$'
fault g24 empty-buffer 33 '^the driver reported success, but 3 of 3 coded frames are empty'
fault g25 no-headers 33 '^the stream breaks a rule of H.264 in frame 0: '
fault g26 green 34 '^the decoded picture is not the source: '

# ---- no failure ----
environment=(TESTDRV=lp-only)
gpu_verify
like 'g19: low power only: PASS, and it says so' "$output" '^entrypoints +pass .*EncSliceLP, low power only$'
row g19 "$status" none
environment=() arguments=(--all)
gpu_verify
is 'g27: two GPUs: two verdicts' "$status $(grep -c '^gpu-verify: PASS' <<<"$output")" '0 2'
rm "/var/lib/lxc/$ct/rootfs"/usr/lib/*/dri/vgem_drv_video.so
gpu_verify
like 'g27: one of them without its driver: the other passes, the status is the failure' \
    "$status $(grep -oE 'gpu-verify: (PASS|FAIL)' <<<"$output" | xargs)" '^20 gpu-verify: PASS gpu-verify: FAIL$'
row g27 "$status" none

# The node outlives its driver for this container only.
rmmod vgem
arguments=(--device /dev/dri/renderD129)
row_is g12 15 '^no driver answers behind /dev/dri/renderD129 \(226:129\): ' text
modprobe vgem
box_end
umount /run/nodev
sed -i "/^root:$host_gid:1$/d" /etc/subgid

is 'every row that is made here was' "$(grep -oE '^# row g[0-9]+' /run/rows | sort -u | wc -l)" \
    "$(awk '$1 ~ /^g/ && $3 ~ /vm/' /payload/diagnosis/rows | wc -l)"
