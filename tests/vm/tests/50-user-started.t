# shellcheck shell=bash
# A container that an ordinary user starts, configured by our commands alone: before the idmap lines the
# start fails with 4 and exactly these lines; applied as printed, a member of the guest's render group
# passes. The same container started by root gets private nodes.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh
. /payload/lib.sh
plan 22

hook=/usr/bin/lxc-gpu-hook
host_gid=$(stat -c %g /dev/dri/renderD128)
home=/home/starter
path=$home/.local/share/lxc

as_starter() {
    runuser -u starter -- env HOME=$home XDG_RUNTIME_DIR=/run/user/1000 \
        DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus PATH=/usr/bin:/bin:/usr/sbin:/sbin "$@"
}
user_start() {
    rm -f $home/start.log
    as_starter lxc-unpriv-start -n web -l DEBUG -o $home/start.log
    local status=$?
    ((status == 0)) || return "$status"
    as_starter lxc-wait -n web -s RUNNING -t 30
}
user_run() {
    as_starter lxc-unpriv-attach -n web --clear-env --set-var PATH=/usr/sbin:/usr/bin:/sbin:/bin -- "$@"
}
user_verify() {
    local user=$1

    shift
    user_run setpriv --reuid "$user" --regid "$user" --init-groups --inh-caps=-all env HOME=/tmp USER="$user" \
        gpu-verify --frames 6 --size 320x240 "$@"
}

loginctl enable-linger starter
for _ in $(seq 60); do
    [[ -S /run/user/1000/bus ]] && break
    sleep 1
done
check 'the user has a session' as_starter systemctl --user is-active dbus.socket

# The container is root's in all but its place and the ids it starts with.
ct_make web debian </dev/null
ct_install_verify web
runuser -u starter -- mkdir -p $path/web
chmod o+x $home
{
    grep -v 'lxc.idmap\|apparmor' /var/lib/lxc/web/config
    echo 'lxc.apparmor.profile = unconfined'
    echo 'lxc.idmap = u 0 100000 65536'
    echo 'lxc.idmap = g 0 100000 65536'
    echo '# one line for the GPU'
    echo 'lxc.include = /usr/share/lxc/config/gpu.conf'
} >$path/web/config
chown -R starter:starter $home/.local

# ---- before ----
output=$(as_starter "$hook" check web 2>&1)
is 'check says 4' $? 4
user_start >/dev/null 2>&1
like 'the start gives 4' "$(cat $home/start.log)" 'exited with status 4'
wanted="lxc.idmap = g 0 100000 $render_gid
lxc.idmap = g $render_gid $host_gid 1
lxc.idmap = g $((render_gid + 1)) $((100000 + render_gid + 1)) $((65536 - render_gid - 1))"
is 'the start prints exactly these lines' \
    "$(sed -n 's/.*produced output: //; s/^lxc-gpu-hook: fix: \(lxc.idmap.*\)/\1/p' $home/start.log)" "$wanted"
is 'check prints the same ones' "$(sed -n 's/^fix: \(lxc.idmap.*\)/\1/p' <<<"$output")" "$wanted"
is 'idmap prints the same ones' "$(as_starter "$hook" idmap web | grep '^lxc')" "$wanted"
is 'and the line for /etc/subgid' "$(as_starter "$hook" idmap web | grep '^starter')" "starter:$host_gid:1"

# ---- the config is written, /etc/subgid not yet ----
check 'idmap --write' as_starter "$hook" idmap web --write
output=$(as_starter "$hook" check web 2>&1)
is 'without the /etc/subgid line check says 4' $? 4
fix=$(sed -n 's/^fix: sudo //p' <<<"$output")
is 'and names the line' "$fix" "sh -c 'echo starter:$host_gid:1 >>/etc/subgid'"
user_start >/dev/null 2>&1
is 'and the start fails' $? 1
eval "$fix"

# ---- after ----
output=$(as_starter "$hook" check web 2>&1)
is 'now check says 0' $? 0
check 'and it starts' user_start
is 'the node shows the render group' "$(user_run stat -c '%g %t:%T' /dev/dri/renderD128)" "$render_gid e2:80"
output=$(user_verify viewer 2>&1)
is 'a member of render: status' $? 0
like 'a member of render: PASS' "$output" '^gpu-verify: PASS'
output=$(user_verify outsider 2>&1)
is 'a user outside: status' $? 13
like 'a user outside: the fix' "$output" 'usermod -aG render outsider'
as_starter lxc-stop -n web -k
as_starter lxc-wait -n web -s STOPPED -t 20

# ---- the same container, started by root ----
printf 'root:%s:1\n' "$host_gid" >>/etc/subgid
check 'root starts it' lxc-start -P $path -n web -l DEBUG -o /run/web-root.log
is 'and it has private nodes' \
    "$(lxc-attach -P $path -n web --clear-env --set-var PATH=/usr/bin:/bin -- stat -c '%u:%g %t:%T' /dev/dri/renderD128)" \
    "0:$render_gid e2:80"
lxc-stop -P $path -n web -k

# ---- a host where everybody may use the GPU ----
chmod 0666 /dev/dri/renderD128
sed -i '/lxc.idmap = g/d' $path/web/config
echo 'lxc.idmap = g 0 100000 65536' >>$path/web/config
check 'a 0666 node needs no idmap' user_start
output=$(user_verify outsider --device /dev/dri/renderD128 2>&1)
is 'and everybody passes' $? 0
as_starter lxc-stop -n web -k
chmod 0660 /dev/dri/renderD128
ct_remove web
