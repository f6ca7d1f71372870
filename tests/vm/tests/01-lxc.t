# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Without our hook an unprivileged container starts and stops, and sees no GPU.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh
. /payload/lib.sh
plan 10

for rootfs in busybox debian; do
    ct_make plain "$rootfs" </dev/null
    check "$rootfs: starts" ct_start plain
    is "$rootfs: its root is the host's $first_id" "$(ct_run plain cat /proc/self/uid_map | xargs)" "0 $first_id 65536"
    is "$rootfs: its group render is known" "$(ct_run plain grep -c "^render:x:$(rootfs_gid $rootfs):" /etc/group)" 1
    is "$rootfs: there is no /dev/dri" "$(ct_run plain ls /dev/dri 2>/dev/null)" ''
    check "$rootfs: stops" ct_stop plain
    ct_remove plain
done
