# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# A container that an ordinary user starts, configured by our commands alone: before the idmap lines the
# start fails with 4 and exactly these lines; applied as printed, a member of the guest's render group
# passes. The same container started by root gets private nodes.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh
. /payload/lib.sh
# shellcheck source-path=SCRIPTDIR source=../payload/starter.sh
. /payload/starter.sh
plan 22

hook=/usr/bin/lxc-gpu-hook
host_gid=$(stat -c %g /dev/dri/renderD128)
path=$starter_home/.local/share/lxc
log=$starter_home/web.log

user_verify() {
    local user=$1

    shift
    starter_user web "$user" gpu-verify --frames 6 --size 320x240 "$@"
}

check 'the user has a session' starter_session

ct_make web debian <<<'lxc.include = /usr/share/lxc/config/gpu.conf'
ct_install_verify web
starter_adopt web

# ---- before ----
output=$(starter "$hook" check web 2>&1)
is 'check says 4' $? 4
starter_start web >/dev/null 2>&1
like 'the start gives 4' "$(cat "$log")" 'exited with status 4'
wanted="lxc.idmap = g 0 100000 $render_gid
lxc.idmap = g $render_gid $host_gid 1
lxc.idmap = g $((render_gid + 1)) $((100000 + render_gid + 1)) $((65536 - render_gid - 1))"
is 'the start prints exactly these lines' \
    "$(sed -n 's/.*produced output: //; s/^lxc-gpu-hook: fix: \(lxc.idmap.*\)/\1/p' "$log")" "$wanted"
is 'check prints the same ones' "$(sed -n 's/^fix: \(lxc.idmap.*\)/\1/p' <<<"$output")" "$wanted"
is 'idmap prints the same ones' "$(starter "$hook" idmap web | grep '^lxc')" "$wanted"
is 'and the line for /etc/subgid' "$(starter "$hook" idmap web | grep '^sudo')" "sudo sh -c 'echo starter:$host_gid:1 >>/etc/subgid'"

# ---- the config is written, /etc/subgid not yet ----
check 'idmap --write' starter "$hook" idmap web --write
output=$(starter "$hook" check web 2>&1)
is 'without the /etc/subgid line check says 4' $? 4
fix=$(sed -n 's/^fix: sudo //p' <<<"$output")
is 'and names the line' "$fix" "sh -c 'echo starter:$host_gid:1 >>/etc/subgid'"
starter_start web >/dev/null 2>&1
is 'and the start fails' $? 1
eval "$fix"

# ---- after ----
output=$(starter "$hook" check web 2>&1)
is 'now check says 0' $? 0
check 'and it starts' starter_start web
is 'the node shows the render group' "$(starter_run web stat -c '%g %t:%T' /dev/dri/renderD128)" "$render_gid e2:80"
output=$(user_verify viewer 2>&1)
is 'a member of render: status' $? 0
like 'a member of render: PASS' "$output" '^gpu-verify: PASS'
output=$(user_verify outsider 2>&1)
is 'a user outside: status' $? 13
like 'a user outside: the fix' "$output" 'usermod -aG render outsider'
starter_stop web

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
check 'a 0666 node needs no idmap' starter_start web
output=$(user_verify outsider --device /dev/dri/renderD128 2>&1)
is 'and everybody passes' $? 0
starter_stop web
chmod 0660 /dev/dri/renderD128
ct_remove web
