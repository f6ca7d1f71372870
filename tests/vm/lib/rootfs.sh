# shellcheck shell=bash
# The root file systems: the machine's own, and two for its containers.

# shellcheck disable=SC2034  # the lists are for build
vm_packages=(linux-image-amd64 systemd systemd-sysv udev dbus dbus-user-session libpam-systemd apparmor
    lxc uidmap passwd libva2 libva-drm2 libcap2 libmount1 procps iproute2 kmod busybox-static)
# shellcheck disable=SC2034
container_packages=(systemd systemd-sysv udev dbus passwd libva2 libva-drm2)

# Far from any GID that a Debian release gives to render, so that no test passes by accident.
container_render_gid=2992
container_first_id=100000

# rootfs_debian RELEASE SOURCES OPTIONS DIR PACKAGE...
rootfs_debian() {
    local release=$1 sources=$2 options=$3 dir=$4 package include=

    shift 4
    for package; do include+=",$package"; done
    # An initrd made in here would never be used (see initrd.sh).
    INITRD=No DEBIAN_FRONTEND=noninteractive mmdebstrap --mode=root --variant=minbase --quiet \
        --aptopt="$options" --include="${include#,}" \
        --dpkgopt='force-unsafe-io' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' \
        "$release" "$dir" "$sources"
    rm -rf "$dir"/var/lib/apt/lists/* "$dir"/etc/apt/apt.conf.d/99mmdebstrap
}

# The machine itself: ids for containers, an ordinary user who starts some, and our agent.
rootfs_finish_vm() {
    local dir=$1 unit

    # Profiles of others: each costs a second at every boot.
    rm -f "$dir"/etc/apparmor.d/{lsb_release,nvidia_modprobe}
    # Wireless, sound and real GPUs: two thirds of the modules, and nothing here has them.
    (cd "$dir"/lib/modules/*/kernel && rm -rf sound drivers/media drivers/net drivers/infiniband \
        drivers/gpu/drm/{amd,i915,nouveau,radeon,xe} drivers/staging drivers/scsi drivers/iio drivers/isdn)
    chroot "$dir" depmod "$(basename "$dir"/lib/modules/*)"
    chroot "$dir" useradd --create-home --uid 1000 --shell /bin/bash starter
    printf '%s:%d:65536\n' root "$container_first_id" starter "$container_first_id" |
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
}

# A container's Debian: two ordinary users, of whom one may use the GPU.
rootfs_finish_container() {
    local dir=$1

    chroot "$dir" groupmod --gid "$container_render_gid" render
    chroot "$dir" useradd --create-home --uid 1000 --shell /bin/bash --groups render viewer
    chroot "$dir" useradd --create-home --uid 1001 --shell /bin/bash outsider
    echo container >"$dir/etc/hostname"
    : >"$dir/etc/fstab"
    : >"$dir/etc/machine-id"
}

# rootfs_busybox BUSYBOX DIR: the smallest container that starts, for tests that only look at /dev.
rootfs_busybox() {
    local busybox=$1 dir=$2 applet

    mkdir -p "$dir"/{bin,sbin,usr/bin,usr/sbin,etc,dev,proc,sys,tmp,run,root,var}
    install -m 0755 "$busybox" "$dir/bin/busybox"
    for applet in $("$dir/bin/busybox" --list); do
        [[ $applet == busybox ]] || ln -s busybox "$dir/bin/$applet"
    done
    ln -s ../bin/busybox "$dir/sbin/init"
    printf 'root:x:0:0:root:/root:/bin/sh\nviewer:x:1000:1000::/tmp:/bin/sh\n' >"$dir/etc/passwd"
    printf 'root:x:0:\nvideo:x:44:\nrender:x:%d:viewer\nviewer:x:1000:\n' "$container_render_gid" >"$dir/etc/group"
    printf '::sysinit:/bin/true\n::shutdown:/bin/true\n' >"$dir/etc/inittab"
}

# Moves every owner into the containers' id range. chown clears set-id bits, so they are put back.
rootfs_shift() {
    local dir=$1 pair uid gid mode path

    find "$dir" -type f -perm /6000 -printf '%m %p\n' >"$dir.setid"
    find "$dir" -printf '%U:%G\n' | sort -u >"$dir.owners"
    while read -r pair; do
        uid=${pair%:*} gid=${pair#*:}
        find "$dir" -uid "$uid" -gid "$gid" -exec chown -h \
            "$((uid + container_first_id)):$((gid + container_first_id))" {} +
    done <"$dir.owners"
    while read -r mode path; do chmod "$mode" "$path"; done <"$dir.setid"
    rm "$dir.setid" "$dir.owners"
}
