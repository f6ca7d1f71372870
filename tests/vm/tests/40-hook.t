# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The hook on real render nodes: two GPUs and how to choose, a privileged container's device rules, a
# running container, a guest's own udev, reboot from inside, and a host that stays as it was.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh
. /payload/lib.sh
plan 35

hook=/usr/bin/lxc-gpu-hook
pci=$("$hook" list --select renderD128 | awk '$1 == "renderD128" { print $2 }')

host_state() {
    cut -d ' ' -f 4- /proc/self/mountinfo | sort
    find /dev -xdev -printf '%p %y %m %u:%g %l\n' | grep -v '^/dev/\(char\|pts\|shm\)' | sort
    find /etc /usr -xdev -type f -newer /run/host-stamp
    find /run -xdev -not -path '/run/lxc*' -not -path '/run/lock/lxc*' -not -path '/run/upper*' \
        -not -path '/run/*.log' -not -path '/run/systemd*' -not -path '/run/udev*' -not -path '/run/dbus*' \
        -not -path '/run/host-stamp' -not -path /run/before -not -path /run/after -printf '%p %y %m %u:%g\n' | sort
    pgrep -a lxc-gpu-hook
}

like 'list names both drivers' "$("$hook" list | tr '\n' ' ')" 'renderD128 .*virtio_gpu .*renderD129 .*vgem '
like 'renderD128 has a PCI address' "$pci" '^0000:[0-9a-f]{2}:[0-9a-f]{2}\.[0-9]$'

# ---- two GPUs ----
# picks OPTIONS WANTED
picks() {
    ct_make one busybox <<<"lxc.hook.start-host = $hook $1"
    check "$1: starts" ct_start one
    is "$1: nodes" "$(ct_run one ls /dev/dri | grep -v by-path | xargs)" "$2"
    ct_remove one
}
picks '--select driver=vgem' renderD129
picks '--select driver=virtio_gpu' renderD128
picks "--select pci=$pci" renderD128
picks '--select vendor=0x1af4' renderD128
picks '--select renderD129 --select driver=virtio_gpu' 'renderD128 renderD129'
picks '--select driver=virtio_gpu --with-card' 'card0 renderD128'

touch /run/host-stamp
ct_make two debian <<<'lxc.include = /usr/share/lxc/config/gpu.conf'
ct_install_verify two
host_state >/run/before
check 'with gpu.conf: starts' ct_start two
is 'by-path leads to the node' "$(ct_run two readlink "/dev/dri/by-path/pci-$pci-render")" ../renderD128
like 'the journal names the node and its driver' "$(journalctl -t lxc-gpu-hook -b --no-pager)" \
    "container two: /dev/dri/renderD128 is ready: driver virtio_gpu at $pci, owner 0:$render_gid"

# ---- nobody in the guest changes them ----
before=$(ct_run two ls -ln /dev/dri/renderD128 | tr -s ' ')
ct_run two systemctl start systemd-udevd 2>/dev/null
ct_run two udevadm trigger 2>/dev/null
ct_run two chmod 0666 /dev/dri/renderD128 2>/dev/null
ct_run two chown 1001 /dev/dri/renderD128 2>/dev/null
is 'udev, chmod and chown in the guest change nothing' "$(ct_run two ls -ln /dev/dri/renderD128 | tr -s ' ')" "$before"

# ---- reboot from inside ----
old=$(lxc-info -n two -pH)
ct_run two reboot
for _ in $(seq 60); do
    new=$(lxc-info -n two -pH)
    [[ -n $new && $new != "$old" ]] && break
    sleep 1
done
is 'after a reboot from inside the node is there again' "$(ct_run two ls -ln /dev/dri/renderD128 | tr -s ' ' | cut -d ' ' -f 1,3-6)" \
    "$(cut -d ' ' -f 1,3-6 <<<"$before")"
ct_stop two
lxc-wait -n two -s STOPPED -t 20
host_state >/run/after
is 'the host is as it was' "$(diff /run/before /run/after)" ''
ct_remove two

# ---- a container that has no device rule for it ----
ct_make priv debian </dev/null
sed -i '/idmap\|userns.conf/d' /var/lib/lxc/priv/config
umount /var/lib/lxc/priv/rootfs
mount -t overlay -o "lowerdir=/srv/rootfs/busybox,upperdir=/run/upper/priv/data,workdir=/run/upper/priv/work" none /var/lib/lxc/priv/rootfs
echo 'lxc.include = /usr/share/lxc/config/gpu.conf' >>/var/lib/lxc/priv/config
output=$("$hook" check priv 2>&1)
is 'privileged: check says 5' $? 5
ct_start priv >/dev/null 2>&1
like 'privileged: the start gives 5' "$(cat /run/priv.log)" 'exited with status 5'
fix=$(journalctl -t lxc-gpu-hook -b --no-pager -o cat | sed -n 's/^fix: \(lxc\.cgroup.*\)/\1/p' | sort -u)
like 'privileged: the line for the config' "$fix" '^lxc\.cgroup2?\.devices\.allow = c 226:128 rwm$'
printf '%s\n' "$fix" >>/var/lib/lxc/priv/config
check 'privileged: with the printed lines it starts' ct_start priv
ct_remove priv

# ---- a container that runs already ----
ct_make running debian </dev/null
ct_install_verify running
ct_start running
check 'attach' "$hook" attach running
check 'attach again' "$hook" attach running
is "... from within the cgroup that the guest's systemd has made for its init" \
    "$("$hook" attach running 2>&1 | grep -c 'could not be joined')" 0
output=$(ct_user running viewer gpu-verify --frames 6 2>&1)
is 'gpu-verify after attach' $? 0

# ---- a frozen container: whoever is made in its cgroup does not even begin ----
lxc-freeze -n running
SECONDS=0
said=$("$hook" attach running 2>&1)
is 'attach to a frozen container: status' $? 6
like '... says that nothing answered' "$said" 'no answer from the container'
check '... at its deadline' test $SECONDS -le 30
is '... and leaves no process behind' "$(pgrep -a lxc-gpu-hook)" ''
lxc-unfreeze -n running
check 'thawed, attach works' "$hook" -q attach running
ct_remove running

is 'AppArmor denied nothing of ours' "$(journalctl -k -b --no-pager | grep 'apparmor="DENIED"' | grep lxc-gpu-hook)" ''
is 'no warning of the kernel' "$(journalctl -k -b --no-pager | grep -E 'WARNING:|BUG:|Oops')" ''
