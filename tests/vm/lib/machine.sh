# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The virtual machine's own file tree.

# shellcheck disable=SC2034  # the lists are for build
vm_packages=(linux-image-amd64 systemd systemd-sysv udev dbus dbus-user-session libpam-systemd apparmor
    lxc uidmap passwd libva2 libva-drm2 libcap2 libmount1 procps iproute2 kmod busybox-static
    bats socat strace python3-yaml libcmocka0)
# Other managers of containers, in an image of their own: four times the size.
# shellcheck disable=SC2034
apps_packages=(docker.io docker-compose)
# shellcheck disable=SC2034
apps_packages_bullseye=()
# shellcheck disable=SC2034
apps_packages_bookworm=(podman crun netavark slirp4netns)
# shellcheck disable=SC2034
apps_packages_trixie=(docker-cli incus-base incus-client podman crun netavark passt)

# Wireless, sound and real GPUs: two thirds of the modules, and nothing here has them. CEC is what the DRM
# helpers of 5.10 link to, veth and tun what containers have as network.
machine_drop_modules() (
    cd "$1" || exit
    find drivers/media -mindepth 1 -maxdepth 1 ! -name cec -exec rm -rf {} +
    find drivers/net -mindepth 1 -maxdepth 1 ! -name 'veth.ko*' ! -name 'tun.ko*' -exec rm -rf {} +
    rm -rf sound drivers/infiniband drivers/gpu/drm/{amd,i915,nouveau,radeon,xe} drivers/staging drivers/scsi \
        drivers/iio drivers/isdn
)

# The machine itself: ids for containers, an ordinary user who starts some, and our agent.
rootfs_finish_vm() {
    local dir=$1 unit

    # Profiles of others: each costs a second at every boot.
    rm -f "$dir"/etc/apparmor.d/{lsb_release,nvidia_modprobe}
    machine_drop_modules "$dir"/lib/modules/*/kernel
    chroot "$dir" depmod "$(basename "$dir"/lib/modules/*)"
    chroot "$dir" useradd --create-home --uid 1000 --shell /bin/bash starter
    printf '%s:%d:65536\n' root "${container_first_id:?}" starter "$container_first_id" |
        tee "$dir/etc/subuid" >"$dir/etc/subgid"
    echo gpu-vm >"$dir/etc/hostname"
    : >"$dir/etc/fstab"
    chroot "$dir" systemd-machine-id-setup
    install -m 0755 "${vm_dir:?}/guest/vm-agent" "$dir/usr/local/sbin/"
    install -m 0644 "${vm_dir:?}/guest/vm-agent.service" "$dir/etc/systemd/system/"
    chroot "$dir" systemctl enable vm-agent.service
    while read -r unit; do
        chroot "$dir" systemctl mask "$unit"
    done <"${vm_dir:?}/guest/masked-units"
    # Tests start these themselves: every other boot is shorter.
    for unit in docker.service docker.socket containerd.service incus.service incus.socket incus-startup.service; do
        [[ ! -e $dir/lib/systemd/system/$unit ]] || chroot "$dir" systemctl disable "$unit"
    done
}
