#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The device cgroup: over a table of configurations, made of rules, their order, cgroups above, maps, kinds of start,
# other troubles, names and kinds of root file systems, `check` ends with the status of the start, and names the same cause. What it prints as fix is done:
# then the cause is gone. On a host whose devices controller is one of cgroup v1, and on one of cgroup v2 with systemd,
# which is what writes the programs of the cgroups above.
# FAULTS: how many rows of the table are made, 40 by default; "all" for every one.

setup() {
    load lib.bash
    # shellcheck source=/dev/null
    . "$TEST_LXC/../diagnosis/mend.sh"
    if [ -e /sys/fs/cgroup/devices/cgroup.procs ]; then
        version=1 cgroups=/sys/fs/cgroup/devices top=lxc-gpu-hook-table
    elif [ -n "${TABLE_V2:-}" ] && [ -e /sys/fs/cgroup/cgroup.controllers ] && [ -e /run/systemd/system ]; then # not right yet: words differ
        version=2 cgroups=/sys/fs/cgroup top=lxcgputable.slice
    else
        skip "the devices controller is not one of cgroup v1"
    fi
    name=c1
    mend_config=$lxcpath/c1/config
    mend_starter=root
    cp "$work/subgid" "$work/subgid.before"
    printf 'tester:107:1\n' >>"$work/subgid"
}

teardown() {
    local name
    for name in "${names[@]}"; do
        stop "$name"
        user_stop "$name" 2>/dev/null || true
        rm -rf "${lxcpath:?}/$name" "${userpath:?}/$name"
    done
    cgroups_remove
    cat "$work/subgid.before" >"$work/subgid"
}

cgroups_remove() {
    local folder
    if [ "$version" = 2 ]; then
        find "$cgroups/$top" -mindepth 1 -depth -type d -exec rmdir {} \; 2>/dev/null || true
        systemctl stop "$top" 2>/dev/null || true
        rm -rf "/run/systemd/system.control/$top.d"
        return
    fi
    # LXC's monitor may still be on its way out of its own
    for folder in "$top" lxc-gpu-hook-tests; do
        for _ in {1..50}; do
            find "/sys/fs/cgroup/devices/$folder" -depth -type d -exec rmdir {} \; 2>/dev/null || true
            [ -e "/sys/fs/cgroup/devices/$folder" ] || break
            sleep 0.1
        done
    done
}

mend_host() { bash -c "$1"; }
mend_guest() { false; }
mend_user() { false; }

# ---- the dimensions ----

# + allows, - denies; the empty value of a key is written by itself.
rules=(
    ''
    '-c 226:* rwm'
    '-c 10:200 rwm'
    '-a'
    '+c 226:* rwm'
    '-a;+c 226:* rwm'
    '-c 226:* rwm;+c 226:* rwm'
    '+c 226:* rwm;-c 226:* rwm'
    '-c 226:128 w'
    '+a'
    '+a;-c 226:129 rwm'
    '+c 226:128 r;+c 226:128 w'
    '-c 226:* rwm;-'
    '-c 226:128 m'
    '+a;-c 226:128 rw'
    '+c 226:128 rw'
    '+/dev/dri/renderD128 rw'
    '+a *:* rwm'
    'privileged'
)
# What the cgroup above has: written line by line. systemd's have no denials but "all but these": device_allow has the
# same for it, as far as the nodes at hand go.
above=(
    ''
    '-c 226:* rwm'
    '-a;+c 1:* rwm;+c 5:* rwm;+c 136:* rwm'
    '-a;+c 1:* rwm;+c 5:* rwm;+c 136:* rwm;+c 226:128 rwm'
    '-a;+c 1:* rwm;+c 5:* rwm;+c 136:* rwm;+c *:* m'
    '-c 226:* m'
    '-c 10:* rwm'
    '-c 226:128 rwm'
)
# DeviceAllow= beside DevicePolicy=closed
device_allow=('' 'char-drm m' 'char-pts rw' 'char-drm rwm' 'char-* m' 'char-drm rw' 'char-drm rwm' 'char-pts rw')
troubles=('' '' '' --no-probe '--group media' '--select driver=xe')
# The first is the usual one.
names=(c1 'arch linux' 'a;b' --help "gpu's")
roots=(directory overlay)

table() {
    local rule order up map kind trouble
    for ((rule = 0; rule < ${#rules[@]}; rule++)); do
        for order in before after; do
            for ((up = 0; up < ${#above[@]}; up++)); do
                for map in idmap privileged; do
                    for kind in root relative user front; do
                        for ((trouble = 0; trouble < ${#troubles[@]}; trouble++)); do
                            [ "$kind" != user ] || [ "$map" = idmap ] || continue
                            # half of them have no cgroup above, and most a plain name and root
                            echo "$rule $order $((up > 3 && trouble < 2 ? 0 : up)) $map $kind $trouble" \
                                "$(((rule + up + trouble) % 4 ? 0 : (rule + up) % ${#names[@]}))" \
                                "$(((rule + trouble) % 5 || ${#kind} == 4 && up % 2 ? 0 : 1))"
                        done
                    done
                done
            done
        done
    done | sort -u | shuf --random-source=<(yes "${FAULTS_SEED:-7}")
}

# What the issue of its day named one by one; first what a sample of six should have: a rule, an order, each kind of start,
# and cgroups above.
named=(
    '0 after 2 idmap relative 0' '1 after 0 idmap root 0' '18 before 0 privileged root 0' '0 after 2 idmap user 0'
    '0 after 1 idmap root 3' '0 after 0 idmap root 3'
    '2 after 0 idmap root 0' '3 after 0 idmap root 0' '18 after 0 privileged root 0' '7 after 0 privileged root 0'
    '0 after 4 idmap relative 0' '0 after 0 privileged root 0' '0 after 0 idmap user 5'
    '0 after 7 idmap root 0' '0 before 0 idmap root 4'
    '0 after 0 idmap root 0 1' '0 after 0 idmap root 3 2' '1 after 0 idmap front 0 3' '0 after 0 idmap root 3 4'
    '0 after 0 idmap root 3 0 1' '18 after 0 privileged front 0 0 1'
)

rule_lines() {
    local part key
    [ "$1" != privileged ] || { echo "lxc.include = /usr/share/lxc/config/gpu-privileged.conf"; return; }
    while IFS= read -r -d ';' part; do
        [ -n "$part" ] || continue
        key=allow
        [ "${part:0:1}" = + ] || key=deny
        echo "lxc.cgroup${version/1/}.devices.$key = ${part:1}"
    done <<<"$1;"
}

# overlay_root: the root of a snapshot, whose upper directory has the container's group
overlay_root() {
    local folder=$lxcpath/$name
    mkdir -p "$folder/delta0/etc" "$folder/olwork"
    sed 's/^render:.*/render:x:500:/' "$work/rootfs/etc/group" >"$folder/delta0/etc/group"
    # as lxc-copy leaves them: the config stays root's
    [ "$1" = privileged ] || { chown -R 100000:100000 "$folder"/{delta0,olwork} && chown 100000 "$folder"; }
    sed -i "s,^lxc.rootfs.path.*,lxc.rootfs.path = overlay:$work/rootfs:$folder/delta0," "$folder/config"
}

# make_row RULE ORDER ABOVE MAP KIND TROUBLE [NAME [ROOT]]: makes the config, and the cgroup above
make_row() {
    local folder lines hooks part
    reset_host
    node renderD128 226 128 107
    lines=$(rule_lines "${rules[$1]}")
    hooks=$(printf 'lxc.hook.%s\n' "mount = $hook ${troubles[$6]}" "start-host = $hook ${troubles[$6]}")
    [ "${rules[$1]}" != privileged ] || hooks=
    {
        [ "$2" = after ] || echo "$lines"
        if [ "$5" = user ]; then
            idmap
            printf 'lxc.idmap = %s\n' "u 0 300000 65536" "g 0 300000 2992" "g 2992 107 1" "g 2993 302993 62543"
        elif [ "$4" = idmap ]; then
            idmap "0 100000 65536"
        fi
        [ "$2" = before ] || echo "$lines"
        echo "$hooks"
        case $5 in
            root | front) echo "lxc.cgroup.dir = $top/a" ;;
            relative) echo "lxc.cgroup.relative = 1" ;;
        esac
    } >"$work/lines"
    # container() puts common.conf first: what is to come before stands there
    if [ "$5" = user ]; then
        user_container "$name" <"$work/lines"
    else
        rm -rf "${lxcpath:?}/$name"
        container "$name" <"$work/lines"
        [ "${roots[${8:-0}]}" != overlay ] || overlay_root "$4"
    fi
    if [ "$2" = before ]; then
        local config=$lxcpath/$name/config
        [ "$5" != user ] || config=$userpath/$name/config
        { echo "$lines"; cat "$config"; } >"$work/config"
        cat "$work/config" >"$config"
    fi
    cgroups_remove
    if [ "$version" = 2 ]; then
        above_v2 "$3"
        return
    fi
    folder=$cgroups/$top
    [ "$5" != user ] || folder=$cgroups/lxc-gpu-hook-tests
    mkdir -p "$folder"
    while IFS= read -r -d ';' part; do
        [ -n "$part" ] || continue
        if [ "${part:0:1}" = + ]; then echo "${part:1}" >"$folder/devices.allow"; else echo "${part:1}" >"$folder/devices.deny"; fi
    done <<<"${above[$3]};"
    # which a start would make, and leave: then it is one more that has its own copy of the rules
    [ "$5" = user ] || mkdir "$folder/a"
}

# above_v2 ABOVE: a slice of systemd's
above_v2() {
    systemctl start "$top"
    if [ -n "${above[$1]}" ]; then
        systemctl set-property --runtime "$top" DevicePolicy=closed "DeviceAllow=${device_allow[$1]}"
    fi
    mkdir -p "$cgroups/$top/a"
}

# in_place_user COMMAND...: what as_user does in it, it does below the slice
in_place_user() {
    local user_cgroup=
    [ "$version" = 1 ] || user_cgroup=$top
    "$@"
}

# in_place_v2 KIND COMMAND...
in_place_v2() {
    local kind=$1
    shift
    case $kind in
        root | front) "$@" ;;
        relative) systemd-run --scope --quiet --slice="$top" -p Delegate=yes -- "$@" ;;
        user) in_place_user as_user "$@" ;;
    esac
}

# in_place KIND COMMAND...: where a start of that kind begins
in_place() {
    local kind=$1
    if [ "$version" = 2 ]; then
        in_place_v2 "$@"
        return
    fi
    shift
    case $kind in
        root | front) "$@" ;;
        relative) (echo "$BASHPID" >"$cgroups/$top/cgroup.procs" && "$@") ;;
        user) as_user "$@" ;;
    esac
}

run_check() {
    if [ "$1" = user ]; then
        in_place user "$hook" check -P "$userpath" -- "$name"
    else
        in_place "$1" "$hook" check -P "$lxcpath" -- "$name"
    fi
}

run_start() {
    case $1 in
        user) in_place_user user_start "$name" ;;
        front) front_start ;;
        *) rm -f "$work/$name.log"; in_place "$1" lxc-start -P "$lxcpath" -n "$name" -l DEBUG -o "$work/$name.log" 2>"$work/$name.err" ;;
    esac
}

# In the foreground, as a unit of systemd does it; LXC ends then where the container does.
front_start() {
    local pid
    rm -f "$work/$name.log"
    lxc-start -F -P "$lxcpath" -n "$name" -l DEBUG -o "$work/$name.log" >"$work/$name.err" 2>&1 </dev/null 3>&- &
    pid=$!
    while kill -0 "$pid" 2>/dev/null; do
        [ "$(lxc-info -P "$lxcpath" -n "$name" -sH)" != RUNNING ] || return 0
        sleep 0.1
    done
    return 1
}

# The cause, without what it is for and without what LXC adds.
cause_of() { sed -n "s/^\(lxc-gpu-hook: \)\{0,1\}\(check\|add GPU to\) container $name: //p" | head -n 1; }

# compare ROW...: prints "CHECK START"; says what differs on stream 3
compare() {
    local predicted=0 started said
    name=${names[${7:-0}]}
    make_row "$@"
    run_check "$5" >"$work/checked" 2>&1 || predicted=$?
    if run_start "$5"; then started=0; else started=$(hook_status "$name"); fi
    grep -q 'exited with status' "$work/$name.log" || [ "$started" = 0 ] && [ -s "$work/$name.log" ] || started=lxc
    if [ "$5" = user ]; then user_stop "$name"; else stop "$name"; fi
    said=$(tr '\n' ' ' <"$work/checked" | sed 's/fix: .*//' | tr -s ' ')
    echo "$predicted $started"
    if [ "$predicted" = "$started" ] && { [ "$predicted" = 0 ] || same_words "$said"; }; then
        return 0
    fi
    {
        echo "row $*: check $predicted, start $started"
        cat "$work/lines" "$work/checked"
        hook_said "$name"
        grep ERROR "$work/$name.log" | head -n 5
    } >>"$work/differences"
}

same_words() {
    local cause
    # a shell that cannot read the name gives up before the hook
    [[ $name != *\'* ]] || return 0
    cause=$(hook_said "$name" | cause_of)
    [ -n "$cause" ] && [[ "$1" == *"$cause"* ]]
}

# What check printed as fix, done as printed: then the denial is gone.
fix_helps() {
    local before=$1 kind=$2 status=0
    grep '^fix: ' "$work/checked" | sed 's/^fix: //' >"$work/fixes"
    [ -s "$work/fixes" ] || { echo "no fix: $(cat "$work/checked")" >>"$work/differences"; return; }
    if grep -q '^lxc\..*devices\.allow = .' "$work/fixes" && grep -q '^lxc\.idmap' "$work/lines"; then
        echo "an allow line for an id map: $(cat "$work/checked")" >>"$work/differences"
    fi
    mend_config=$lxcpath/c1/config
    [ "$kind" != user ] || mend_config=$userpath/c1/config
    mend host <"$work/fixes"
    run_check "$kind" >"$work/checked.after" 2>&1 || status=$?
    if [ "$status" = "$before" ] && [ "$(cause_of <"$work/checked")" = "$(cause_of <"$work/checked.after")" ]; then
        { echo "the fix did not help:"; cat "$work/lines" "$work/checked" "$work/checked.after"; } >>"$work/differences"
    fi
    # behind the fix of a cgroup above, the config's own rules are the next matter
    if ! grep -q '^for rule\|^systemctl' "$work/fixes" && grep -q '/dev/null' "$work/checked.after"; then
        { echo "the fix leaves no /dev/null:"; cat "$work/lines" "$work/checked" "$work/checked.after"; } >>"$work/differences"
    fi
}

@test "the table: check ends as the start does, and a denial's fix helps" {
    local count=${FAULTS:-40} done_rows=0 statuses
    [ "$count" != all ] || count=160
    : >"$work/differences"
    : >"$work/statuses"
    while read -r line; do
        # shellcheck disable=SC2086  # a row is words
        set -- $line
        compare "$@" >"$work/status"
        read -r statuses <"$work/status"
        echo "$statuses" >>"$work/statuses"
        echo "# $done_rows: $* gives $statuses" >&3
        # a path that is no plain word of a shell is named, and not pasted
        [ "${statuses%% *} $name" != "5 c1" ] || fix_helps 5 "$5"
        done_rows=$((done_rows + 1))
        [ "$done_rows" -lt "$count" ] || break
    done < <(printf '%s\n' "${named[@]}"; table)
    sort "$work/statuses" | uniq -c
    cat "$work/differences"
    [ ! -s "$work/differences" ]
    [ "$done_rows" = "$count" ]
    # enough of each to be a table; a few rows are none
    for status in 0 2 3 4 5 9; do
        [ "$count" -lt 40 ] || [ "$(grep -c "^$status $status$" "$work/statuses")" -ge "$((count >= 120 ? 5 : 1))" ]
    done
    [ "$(grep -c "not known" "$work/differences")" = 0 ]
}

@test "check --cgroup: a start from another cgroup, a unit that does not run" {
    make_row 0 after 1 idmap relative 0
    run "$hook" check c1 -P "$lxcpath"
    [ "$status" = 9 ]
    run "$hook" check c1 -P "$lxcpath" --cgroup "/$top"
    echo "$output"
    [ "$status" = 5 ]
    [[ "$(tr '\n' ' ' <<<"$output" | tr -s ' ')" == *"the device cgroup /$top"*"denies it"* ]]
    rm -f "$work/c1.log"
    in_place relative lxc-start -P "$lxcpath" -n c1 -l DEBUG -o "$work/c1.log" 2>"$work/c1.err" || true
    [ "$(hook_status c1)" = 5 ]
    # what is not known denies nothing
    make_row 0 after 1 idmap relative 0
    run "$hook" check c1 -P "$lxcpath" --cgroup no-such.service
    [ "$status" = 9 ]
    # LXC puts this one where it is not asked from
    make_row 0 after 0 idmap root 3
    "$hook" check c1 -P "$lxcpath" --cgroup "/$top"
    run "$hook" list --cgroup /
    [ "$status" = 2 ]
}
