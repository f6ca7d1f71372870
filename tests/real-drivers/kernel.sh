#!/bin/bash
# SPDX-License-Identifier: MIT
# What the kernel knows better than the driver: a GPU without a node, without video engines, wedged, that may not be
# mapped; and whose user namespace it is. The stock drivers over the fake kernel; the machine's own files under a
# root of their own, with a /sys/bus/pci and a /lib/modules that are made here.
# shellcheck source-path=SCRIPTDIR disable=SC2016  # for inner shells
export rows='g33 g34 g35 g36 g37 g41'
. "${0%/*}/common.sh"
# shellcheck source=../diagnosis/mend.sh
. "${0%/*}/../diagnosis/mend.sh"
for driver in iHD i965 radeonsi; do driver_needed "$driver"; done
failures_known

# row_is ID STATUS WORDS FIX-PATTERN: of the last verify; no package, which could not help
row_is() {
    expect "$2" "$3" "$1"
    grep -qE "^fix: $4" "$scratch/log" || fail "$1: no line like: fix: $4"
    stranger "$(cat "$scratch/log")" || fail "$1: not for a stranger"
    ! grep -q '^fix: .*\(va-driver\|usermod\|qm set\|log in again, or restart\)' "$scratch/log" || fail "$1: the driver, a group or the VM is blamed"
    row "$1" "$2" text
}

# Without engines, and what each driver makes of it.
FAKEDRM_ENGINES=0 verify navi10
row_is g35 22 'the kernel driver amdgpu has no video engine on this GPU (Navi 10 (RDNA 1)): its firmware is missing' \
    '# Debian: firmware-amd-graphics$'
FAKEDRM_ENGINES=0 verify tgl
expect 30 'the kernel driver i915 has no video engine on this GPU (Tiger Lake (Gen12)): its firmware is missing' \
    'no engines, iHD'
FAKEDRM_ENGINES=0 LIBVA_DRIVER_NAME=nouveau verify lnl
expect 21 'the kernel driver xe has no video engine on this GPU' 'no engines, xe'

# Wedged: the engine is dead for good.
wedged=I915_GEM_THROTTLE=EIO@1+,I915_GEM_EXECBUFFER2=EIO@1+
FAKEDRM_FAIL=$wedged verify kbl
row_is g36 30 'is wedged: it hung, its reset failed, and i915 answers EIO' '# then restart the host'
FAKEDRM_FAIL=$wedged verify hsw
expect 33 'is wedged: it hung, its reset failed' 'wedged, i965 that calls it a success'
FAKEDRM_FAIL=I915_GEM_EXECBUFFER2=EIO@1+ verify kbl
expect 30 'vaEndPicture failed in frame 0 with VA_STATUS_ERROR_ENCODING_ERROR' 'work fails, and the GPU is not wedged'

# Mapping denied, as SELinux and AppArmor do: EACCES before the kernel driver is asked.
denied='lets /dev/dri/renderD128 be opened and forbids to map it'
FAKEDRM_MMAP=EACCES verify navi10
row_is g37 21 "$denied" "dmesg \\| grep -iE 'apparmor\\|avc:' \\| tail$"
FAKEDRM_MMAP=EACCES verify kbl
expect 30 "$denied" 'no mapping, iHD'
FAKEDRM_MMAP=EACCES verify tgl
expect 32 "$denied" 'no mapping, iHD that aborts'
FAKEDRM_MMAP=ENOMEM verify kbl
! said | grep -qF "$denied" || fail 'mapping fails for another reason: a security module is blamed'

# The rest is no matter of the fake kernel.
[ "$(id -u)" = 0 ] || { rows='g33 g34 g41' && skip 'root is needed for a root of its own'; }
release=$(uname -r)

# in_root COMMAND: in a root of its own, which is this machine's without the traces of a container
in_root() {
    status=0
    ROOT=$scratch/root PROGRAM=$GPU_VERIFY RELEASE=$release unshare --mount --propagation private bash -euc '
        mkdir -p "$ROOT"
        mount -t tmpfs none "$ROOT"
        mkdir "$ROOT/upper" "$ROOT/work" "$ROOT/merged" "$ROOT/gpu"
        mount -t overlay -o "lowerdir=/,upperdir=$ROOT/upper,workdir=$ROOT/work" none "$ROOT/merged"
        root=$ROOT/merged gpu=$ROOT/gpu/0000:00:10.0
        rm -f "$root/.dockerenv" "$root/run/.containerenv"
        cp "$PROGRAM" "$root/gpu-verify"
        for folder in proc sys; do mount --rbind "/$folder" "$root/$folder"; done
        mount -t tmpfs none "$root/dev"
        mknod -m 0666 "$root/dev/null" c 1 3
        mkdir -p "$root/lib/modules/$RELEASE" "$gpu"
        dep=$root/lib/modules/$RELEASE/modules.dep
        echo 0x8086 >"$gpu/vendor"
        echo 0x46d1 >"$gpu/device"
        echo 0x030000 >"$gpu/class"
        mount --bind "$ROOT/gpu" "$root/sys/bus/pci/devices"
        '"$1" >"$scratch/log" 2>&1 || status=$?
}
[ -d /sys/bus/pci/devices ] || { rows='g33 g34 g41' && skip 'no PCI bus'; }

run='env -u container chroot "$root" /gpu-verify'
in_root 'echo kernel/fs/ext4/ext4.ko: >"$dep"; '"$run"
row_is g34 10 "no /dev/dri/renderD128, but the GPU is here, Alder Lake-N (Gen12), 8086:46d1 at 0000:00:10.0: kernel $release has no driver i915" \
    'apt-get install linux-image-amd64$'
in_root 'echo kernel/drivers/gpu/drm/i915/i915.ko: >"$dep"; '"$run"
expect 10 'its driver i915 is not loaded' 'not loaded'
grep -q '^fix: modprobe i915$' "$scratch/log" || fail 'not loaded: no modprobe'
in_root 'ln -s /x/i915 "$gpu/driver"; '"$run"
expect 10 'its driver i915 is loaded and made no node' 'not taken'
! grep -q '^fix: modprobe' "$scratch/log" || fail 'not taken: modprobe, which would do nothing'
in_root 'ln -s /x/vfio-pci "$gpu/driver"; '"$run"
expect 10 'vfio-pci has it, not i915' 'taken by another'
in_root 'rm -r "$gpu"; '"$run"
! said | grep -q 'the GPU is here' || fail 'no GPU on the bus, and one is named'

# Docker's marker in the user namespace of an unprivileged container, whose map has every id of it; and in one that
# begins with the one user of a rootless Docker.
namespaced='
    touch "$root/.dockerenv"
    mkdir "$root/dev/dri"
    mknod -m 0660 "$root/dev/dri/renderD128" c 226 128
    chmod 0755 "$ROOT" "$ROOT/.." "$root"
    chgrp 104 "$root/dev/dri/renderD128"
    mkfifo "$root/go"
    env -u container setpriv --reuid "$id" --regid "$id" ${groups:---clear-groups} unshare --user --root "$root" sh -c "read x </go; exec /gpu-verify" &
    until [ "$(readlink /proc/$!/ns/user)" != "$(readlink /proc/self/ns/user)" ]; do sleep 0.02; done
    printf "%b" "$maps" >"$ROOT/map"
    for map in uid_map gid_map; do cat "$ROOT/map" >"/proc/$!/$map"; done # in one piece, says the kernel
    echo >"$root/go"
    wait $!'
in_root "id=100000 maps='0 100000 65536\n'$namespaced"
row_is g33 12 'host ids that are not mapped into the unprivileged container which this one runs in (uid_map 0 100000 65536' \
    'lxc.include = /usr/share/lxc/config/gpu.conf$'
in_root "id=1000 maps='0 1000 1\n1 100000 65536\n'$namespaced"
expect 12 'host ids that are not mapped here' 'rootless'
grep -q '^fix: # podman run --group-add keep-groups' "$scratch/log" || fail 'rootless: its own fix is not there'

# A user who is in a group above the gid map: no login can set any group, and "log in again" would help nobody.
members='
    printf "root:x:0:0::/root:/bin/sh\njelly:x:1000:1000::/:/bin/sh\n" >"$root/etc/passwd"
    printf "root:x:0:\nrender:x:104:jelly\nfar:x:70000:jelly\njelly:x:1000:\n" >"$root/etc/group"
    printf "root:*::\nrender:*::jelly\nfar:*::jelly\njelly:*::\n" >"$root/etc/gshadow"'
in_root "id=1000 maps='0 0 65536\n'$members$namespaced"
row_is g41 13 "and in far (70000), which is outside this container's gid_map (0 0 65536)" 'gpasswd -d jelly far$'
# Done so, and logged in: the group is there, and what is left is that this machine has no GPU.
in_root "id=1000 groups='--groups 104' maps='0 0 65536\n'$members
    chroot \"\$root\" gpasswd -d jelly far
    chroot \"\$root\" sh -c '! grep ^far:.*jelly /etc/group'$namespaced"
expect 15 'no driver answers behind /dev/dri/renderD128' 'g41, fixed'
