# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Tests of tests/lxc in the virtual machine, with this release's LXC and kernel: lxc_suite FILE... They lay out a host of
# their own: the real nodes are hidden.
export TEST_WORK=/run/lxc-suite TEST_LXC=/payload/lxc TEST_BUILD
# shellcheck source=/dev/null
TEST_BUILD=/payload/$(. /etc/os-release && echo "$VERSION_CODENAME")
# No driver behind the nodes that the tests make, as on any machine that runs them: status 9 is then the way a start ends.
for device in /sys/bus/virtio/drivers/virtio_gpu/virtio*; do
    [[ ! -e $device ]] || basename "$device" >/sys/bus/virtio/drivers/virtio_gpu/unbind
done
modprobe -r vgem virtio_gpu # drm itself may stay, and then answers ENODEV where a machine without it says ENXIO
# Not as /run is: flags such as nodev are locked in a user namespace, and LXC could make no root read-only there.
mountpoint -q $TEST_WORK && umount -l $TEST_WORK
mkdir -p $TEST_WORK
mount -t tmpfs -o mode=0755 lxc-suite $TEST_WORK
mkdir $TEST_WORK/stage
cp -a "$TEST_BUILD/host/." $TEST_WORK/stage/

lxc_suite() {
    cd $TEST_LXC || exit
    unshare --mount --propagation private ./inside --tap "$@"
}
