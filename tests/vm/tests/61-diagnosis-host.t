# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The host's half of the diagnosis where it takes a real driver, AppArmor or cgroup v2; the rest is in
# tests/lxc/diagnosis.bats. And what a failed start says reaches its reader: the journal holds it with the
# default logging, and `check` says the same.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh disable=SC1091,SC2034,SC2154
. /payload/lib.sh
. /payload/diagnosis/mend.sh
. /payload/verdicts.sh
plan 18

hook=/usr/bin/lxc-gpu-hook
since=0

whole_journal() {
    journalctl --sync
    journalctl -t lxc-gpu-hook -b --no-pager -o cat
}

# starts: with the default logging
starts() {
    since=$(whole_journal | wc -l)
    lxc-start -n "$ct" 2>/run/said.lxc
}

# What the journal has since then. (By number: after a cursor, journalctl leaves out the first line of a name.)
journal() { whole_journal | tail -n +"$((since + 1))"; }

# as_printed: what the journal has as fix is done
as_printed() { mend host < <(journal | sed -n 's/^fix: //p'); }

# refused PATTERN: a start fails, and the journal has this cause and no other
refused() {
    ! starts || { echo 'it started'; return 1; }
    journal
    [[ $(journal | grep -cv '^fix: ') == 1 ]] || return
    journal | grep -qE -- "^add GPU to container $ct: $1"
}

# check_says STATUS: in lines that a person can read, what the journal has
check_says() {
    local cause status=0 output

    cause=$(journal | grep -v '^fix: ')
    output=$("$hook" check "$ct" 2>&1) || status=$?
    printf 'check, status %s:\n%s\n' "$status" "$output"
    [[ $status == "$1" ]] || return
    stranger "$output" || return
    grep -v '^fix: ' <<<"$output" | tr '\n' ' ' | tr -s ' ' | grep -qF "${cause#add GPU to container "$ct": }" || return
    diff <(journal | sed -n 's/^fix: //p') <(sed -n 's/^fix: //p' <<<"$output")
}

# warned PATTERN: it starts with this warning alone, and check gives it too
warned() {
    starts || { cat /run/said.lxc; journal; return 1; }
    journal
    [[ $(journal | grep -c 'warning: ') == 1 ]] || return
    journal | grep -qE -- "^container $ct: warning: $1" || return
    "$hook" check "$ct" 2>&1 | grep -v '^fix: ' | tr '\n' ' ' | tr -s ' ' | grep -qE -- "warning: $1"
}

quiet() {
    ct_stop "$ct"
    starts || { cat /run/said.lxc; journal; return 1; }
    [[ $(journal | grep -c 'warning: ') == 0 ]]
}

stops() { lxc-stop -n "$ct" --kill 2>/dev/null || true; }

# made ID STATUS COMMAND... [and COMMAND...]...: one row
made() {
    local id=$1 wanted=$2

    shift 2
    if all_of "$@" >/run/said 2>&1; then
        pass "$id: status $wanted, its cause, its fix done"
        row "$id" "$wanted" applied
    else
        fail "$id" "$(cat /run/said)"
    fi
}

gone() { rmmod vgem 2>/dev/null; rmmod virtio_gpu; }

# fresh LINE...: the config as a container's without any for the GPU, and these lines
box host </dev/null
cp "$mend_config" /run/plain.conf
fresh() {
    cp /run/plain.conf "$mend_config"
    printf '%s\n' "$@" >>"$mend_config"
}

# ---- no driver: real modules ----
gone
fresh "$gpu_conf"
made h1 3 refused 'no render node on this host: there is no /dev/dri: no GPU driver is loaded; the GPU 1af4:1050 at 0000:[0-9a-f:.]* wants the driver virtio_gpu$' \
    and check_says 3 and as_printed and starts
stops
gone
fresh "$gpu_conf"
printf 'options other x=1\nblacklist virtio_gpu\n' >/etc/modprobe.d/tests.conf
check 'h1: kept from loading by a file' all_of \
    refused 'no render node .* wants a driver that is kept from loading by /etc/modprobe.d/tests.conf$' and check_says 3 and as_printed and starts
is 'h1: ... which keeps its other lines' "$(cat /etc/modprobe.d/tests.conf)" 'options other x=1'
rm -f /etc/modprobe.d/tests.conf*
stops

# ---- a file in the place of the node ----
fresh "$gpu_conf"
rm /dev/dri/renderD128
touch /dev/dri/renderD128
made h3 3 refused 'no render node on this host: /dev/dri/renderD128 is a regular file, not character device 226:128$' \
    and check_says 3 and as_printed and starts
udevadm settle
is 'h3: as it was, with its group' "$(stat -c '%A %G %t:%T' /dev/dri/renderD128)" 'crw-rw---- render e2:80'
stops
modprobe vgem
udevadm settle

# ---- AppArmor ----
# The mount hook, since a profile denies start-host's way of mounting from Linux 6.7 on only.
cat >/run/no-mount.profile <<'END'
profile lxc-no-mount flags=(attach_disconnected) {
    file,
    capability,
    network,
    unix,
    signal,
    ptrace,
    # more rules
}
END
apparmor_parser -r /run/no-mount.profile
printf '#!/bin/sh\nprintf "changeprofile lxc-no-mount" >/proc/self/attr/current\nexec %s "$@"\n' "$hook" >/run/confined
chmod 0755 /run/confined
host_gid=$(stat -c %g /dev/dri/renderD128)
echo "root:$host_gid:1" >>/etc/subgid
fresh 'lxc.hook.mount = /run/confined' "lxc.hook.start-host = $hook"
box_gids "0 $first_id $render_gid" "$render_gid $host_gid 1" \
    "$((render_gid + 1)) $((first_id + render_gid + 1)) $((65535 - render_gid))"
# The rule is for a file that only the admin knows; the remark says so.
add_rule() {
    as_printed
    sed -i "s/# more rules/$(sed -n 's/^# *\(mount .*,\)$/\1/p' <<<"$mend_read")/" /run/no-mount.profile
    cat /run/no-mount.profile
    apparmor_parser -r /run/no-mount.profile
}
made h18 6 refused 'under the AppArmor profile lxc-no-mount \(enforce\): bind /dev/dri/renderD128 into the container: Permission denied$' \
    and add_rule and starts
stops
apparmor_parser -R /run/no-mount.profile
sed -i "/^root:$host_gid:1$/d" /etc/subgid

# ---- device rules on cgroup v2 ----
fresh "$gpu_conf" 'lxc.cgroup2.devices.allow = c 226:* rwm'
made h20 0 warned "/dev/null is denied in the container, since the line 'lxc.cgroup2.devices.allow = c 226:\\* rwm' " \
    and as_printed and quiet
stops
fresh "$gpu_conf" 'lxc.cgroup2.devices.allow = c 10:200 rwm'
check 'h20: a rule for something else: no second one is advised' all_of \
    refused 'the container.s device cgroup denies nearly every device, /dev/null too, since the line .lxc.cgroup2.devices.allow = c 10:200 rwm. ' \
    and check_says 5 and as_printed and quiet
stops
fresh "$gpu_conf" 'lxc.cgroup2.devices.deny = c 226:* rwm'
made h25 5 refused 'the container.s device cgroup denies nearly every device, /dev/null too, since the line .lxc.cgroup2.devices.deny = c 226:\* rwm. ' \
    and check_says 5 and as_printed and quiet
stops
# LXC loads no program for it, but for LXC 4.0.6.
fresh "$gpu_conf" 'lxc.cgroup2.devices.deny = a'
same_verdict() {
    local checked=0 started=0
    "$hook" check "$ct" || checked=$?
    starts || started=5
    printf 'check %s, start %s\n' "$checked" "$started"
    [[ $checked == "$started" ]]
}
check 'h25: deny = a alone: check ends as the start does' all_of same_verdict
stops
fresh "$gpu_conf" 'lxc.cgroup.devices.allow = c 226:128 rwm'
made h21 0 warned "a line in the container's config has no effect on this host, which has cgroup v2; delete it: lxc.cgroup.devices.allow = c 226:128 rwm" \
    and as_printed and quiet
stops

# ---- what is left of by-hand set-ups ----
fresh "$gpu_conf" 'lxc.mount.entry = /dev/dri/renderD128 dev/dri/renderD128 none bind,optional,create=file'
made h11 0 warned "this hook makes a line of the container's config unnecessary; delete it: lxc.mount.entry = /dev/dri/renderD128 " \
    and as_printed and quiet
stops

# ---- a privileged container ----
fresh "$gpu_conf"
sed -i '/idmap\|userns.conf/d' "$mend_config"
made h10 5 refused 'open /dev/dri/renderD128: the container.s device cgroup denies it: Operation not permitted$' \
    and check_says 5 and as_printed and starts
stops
fresh
sed -i '/idmap\|userns.conf/d' "$mend_config"
sed -i '1i lxc.include = /usr/share/lxc/config/gpu-privileged.conf' "$mend_config"
made h26 5 refused 'open /dev/dri/renderD128: the container.s device cgroup denies it, in the order that its lines have: .*gpu-privileged.conf, line [0-9]+\) comes before ' \
    and check_says 5 and as_printed and starts
stops

# ---- the snippet of a privileged container in one that is not ----
fresh 'lxc.include = /usr/share/lxc/config/gpu-privileged.conf'
check 'gpu-privileged.conf beside an id map: gpu.conf takes its place' all_of \
    warned "/dev/null is denied in the container, since the line 'lxc.cgroup2.devices.allow = c 226:\\* rwm' " and as_printed and quiet
stops

# ---- the cgroup of a unit that starts it ----
fresh "$gpu_conf" 'lxc.cgroup.relative = 1'
systemd-run --quiet --unit=starts-it -p Delegate=yes -p DevicePolicy=closed -p 'DeviceAllow=char-pts rw' sleep 1000
unit_denies() {
    local output status=0

    output=$("$hook" check "$ct" --cgroup starts-it.service 2>&1) || status=$?
    printf 'status %s\n%s\n' "$status" "$output"
    [[ $status == 5 ]] && tr -s '\n ' ' ' <<<"$output" | grep -qF 'the device cgroup /system.slice/starts-it.service, ' || return
    mend host < <(sed -n 's/^fix: //p' <<<"$output")
    "$hook" check "$ct" --cgroup starts-it.service
}
check 'h24: check --cgroup: a unit whose programs deny the node; its fix helps' unit_denies
systemctl stop starts-it
not_known() {
    local output

    output=$("$hook" check "$ct" --cgroup no-such.service 2>&1) || { echo "$output"; return 1; }
    echo "$output"
    tr -s '\n ' ' ' <<<"$output" |
        grep -qF "warning: what the cgroups above the container's own say to the nodes is not known: no-such.service has no cgroup now"
}
check 'check --cgroup: what is not known is status 0 and a warning; the start has its node' all_of not_known and quiet
stops
box_end

is 'every row that is made here was' "$(grep -oE '^# row h[0-9]+' /run/rows | sort -u | wc -l)" \
    "$(awk '$1 ~ /^h/ && $3 ~ /vm/' /payload/diagnosis/rows | wc -l)"
fixes_done
