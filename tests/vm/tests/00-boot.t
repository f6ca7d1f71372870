# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The virtual machine is what the other tests take it for.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh
. /payload/lib.sh
plan 7

check 'two render nodes' test -c /dev/dri/renderD128 -a -c /dev/dri/renderD129
# Up to Linux 5.10 the node hangs below the virtio device, later below the PCI device that carries it.
is 'the first belongs to virtio_gpu' \
    "$(readlink -e /sys/class/drm/renderD128/device/virtio*/driver /sys/class/drm/renderD128/device/driver |
        head -n 1 | sed 's/.*\///')" virtio_gpu
like '... on the PCI bus' "$(readlink -f /sys/class/drm/renderD128/device)" '/pci0000:00/'
like 'the second belongs to vgem' "$(cat /sys/class/drm/renderD129/device/uevent)" '^MODALIAS=platform:vgem$'
is 'both belong to the group render' "$(stat -c %G:%a /dev/dri/renderD12[89] | uniq)" 'render:660'
like 'AppArmor enforces the profile of lxc-start' \
    "$(cat /sys/kernel/security/apparmor/profiles)" '^/usr/bin/lxc-start \(enforce\)$'
is 'cgroups are version 2' "$(stat -f -c %T /sys/fs/cgroup)" cgroup2fs
