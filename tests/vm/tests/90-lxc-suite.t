# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# seconds: 3600
# All of tests/lxc, with this release's LXC and kernel. It lays out a host of its own: the real nodes are hidden.
export TEST_WORK=/run/lxc-suite TEST_LXC=/payload/lxc TEST_BUILD
# shellcheck source=/dev/null
TEST_BUILD=/payload/$(. /etc/os-release && echo "$VERSION_CODENAME")
# No driver behind the nodes that the tests make, as on any machine that runs them: status 9 is then the way a start ends.
for device in /sys/bus/virtio/drivers/virtio_gpu/virtio*; do
    basename "$device" >/sys/bus/virtio/drivers/virtio_gpu/unbind
done
modprobe -r vgem virtio_gpu # drm itself may stay, and then answers ENODEV where a machine without it says ENXIO
# Not as /run is: flags such as nodev are locked in a user namespace, and LXC could make no root read-only there.
mkdir $TEST_WORK
mount -t tmpfs -o mode=0755 lxc-suite $TEST_WORK
mkdir $TEST_WORK/stage
cp -a "$TEST_BUILD/host/." $TEST_WORK/stage/
# This processor is emulated: less of what is done again and again.
export RACE_ROUNDS=400 LEAK_ROUNDS=20 LEAK_REBOOTS=8 LEAK_AT_ONCE=8 FAULTS=24
cd $TEST_LXC || exit
unshare --mount --propagation private ./inside --tap .
