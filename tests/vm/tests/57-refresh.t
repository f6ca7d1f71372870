# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# seconds: 1500
# A driver that is loaded anew, a device that is bound anew, numbers that change, ten times: the service that udev starts
# gives the containers that have a right to nodes working ones, and no others any. No event is lost.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh
. /payload/lib.sh
plan 26

right=(r1 r2 r3) # of which r3 wants vgem alone
others=(none forger)
state() { systemctl show -P ActiveState "$1"; }

# Until nothing is to be done any more.
settle() {
    local _

    udevadm settle
    for _ in $(seq 600); do
        [[ -e /run/lxc-gpu-refresh || $(state lxc-gpu-refresh.service) == activating ]] || return 0
        sleep 0.2
    done
    return 1
}

# nodes NAME: which of a container's nodes can be opened, by its ordinary user in the group render
nodes() {
    # shellcheck disable=SC2016  # in there
    ct_run "$1" su viewer -c 'for n in /dev/dri/renderD*; do [ -c "$n" ] && (: <>"$n") 2>/dev/null && echo "${n##*/}"; done' | xargs
}
mounts() { grep -c ' /dev/dri ' "/proc/$(lxc-info -n "$1" -pH)/mountinfo"; }

# The host's nodes, of one driver or of all.
of_host() { lxc-gpu-hook list ${1:+--select driver="$1"} 2>/dev/null | awk '/^renderD/ { print $1 }' | xargs; }

# What is wrong; nothing when all is well.
wrong() {
    local name wanted

    settle || echo 'the service does not end'
    for name in "${right[@]}"; do
        wanted=$(of_host "$([[ $name != r3 ]] || echo vgem)")
        [[ -n $wanted && $(nodes "$name") == "$wanted" ]] || echo "$name has '$(nodes "$name")' where '$wanted' is due"
        [[ $(mounts "$name") == 1 ]] || echo "$name has $(mounts "$name") file systems at /dev/dri"
    done
    for name in "${others[@]}"; do
        [[ -z $(nodes "$name") ]] || echo "$name has '$(nodes "$name")'"
    done
    [[ $(state lxc-gpu-refresh.service) == inactive ]] || systemctl status --no-pager lxc-gpu-refresh.service
    [[ $(state lxc-gpu-refresh.path) == active ]] || systemctl status --no-pager lxc-gpu-refresh.path
}

virtio=(/sys/bus/virtio/drivers/virtio_gpu/virtio*)
device=${virtio[0]##*/}
bind() { echo "$device" >"/sys/bus/virtio/drivers/virtio_gpu/$1"; }

for name in "${right[@]}"; do
    options=$([[ $name != r3 ]] || echo ' --select driver=vgem')
    ct_make "$name" busybox <<END
lxc.init.cmd = /bin/sleep 100000
lxc.hook.start-host = /usr/bin/lxc-gpu-hook$options
END
done
for name in "${others[@]}"; do
    ct_make "$name" busybox <<<'lxc.init.cmd = /bin/sleep 100000'
done
for name in "${right[@]}" "${others[@]}"; do ct_start "$name"; done
ct_run forger sh -c 'mkdir -p /dev/dri && mount -t tmpfs -o mode=0755 lxc-gpu-hook /dev/dri'
cp /proc/self/mountinfo /run/mounts-before
mkdir -p /etc/systemd/system
cp /payload/config-snippets/lxc-gpu-cdi.service /etc/systemd/system/
systemctl daemon-reload
systemctl start lxc-gpu-cdi.service

# ---- ten times ----
again() {
    modprobe -r vgem && modprobe vgem
}
rebound() {
    bind unbind && bind bind
}
# The first to come has the lower number.
swapped() {
    bind unbind && modprobe -r vgem && modprobe vgem && bind bind
}
swapped_back() {
    bind unbind && modprobe -r vgem && bind bind && modprobe vgem
}
before=$(of_host vgem)
for round in again again rebound swapped rebound again swapped_back again swapped swapped_back; do
    check "$round" $round
    is '... and who has a right has working nodes, and nobody else any' "$(wrong)" ''
done
is 'the numbers are as they were' "$(of_host vgem)" "$before"
check 'the CDI specification is of the nodes that there are' lxc-gpu-hook cdi --check /run/cdi/lxc-gpu.json

# ---- no event is lost ----
exec 9<"/proc/$(lxc-info -n r1 -pH)"
flock 9 # a run waits for its turn at r1, and is done with r2
udevadm trigger --action=add --settle /sys/class/drm/renderD128
until [[ $(state lxc-gpu-refresh.service) == activating && ! -e /run/lxc-gpu-refresh ]]; do sleep 0.1; done
sleep 10
is 'a run waits' "$(state lxc-gpu-refresh.service)" activating
lxc-gpu-hook detach -q r2
udevadm trigger --action=add --settle /sys/class/drm/renderD128
exec 9<&-
is 'an event in the middle of it is followed by one more run' "$(wrong)" ''
lxc-gpu-hook detach -q r1
for _ in $(seq 20); do udevadm trigger --action=add /sys/class/drm/renderD128; done
is 'so are twenty at once, which is more than systemd starts of others' "$(wrong)" ''

is "the host's mounts are as before" "$(diff /run/mounts-before /proc/self/mountinfo)" ''
systemctl stop lxc-gpu-cdi.service
rm -f /etc/systemd/system/lxc-gpu-cdi.service
systemctl daemon-reload
for name in "${right[@]}" "${others[@]}"; do ct_remove "$name"; done
