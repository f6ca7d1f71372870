#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Configs and processes that another user of the host brings: root obeys, follows and believes none of them.

setup() {
    load lib.bash
    reset_host
    node renderD128 226 128 107
    cp "$TEST_BUILD/tests/lxc/squat" "$work/squat"
}

teardown() {
    squat_end
    stop c1
    stop c2
    [ ! -e "$userpath/u1" ] || user_stop u1
    rm -rf "${userpath:?}"/* "${lxcpath:?}"/* "$work"/{evil,there,anon,made,open,link}
}

foreign() {
    { echo "lxc.log.file = ${1:-$work/evil}"; echo "lxc.log.level = TRACE"; idmap "0 300000 65536"; } | user_container u1
}

# The fix, run as it is printed.
as_printed() {
    local fix
    fix=$(echo "$output" | sed -n 's/^fix: //p')
    (cd / && sh -c "$fix") && was_done run "$fix"
}

@test "root's commands obey no config of another user: 7, nothing is written, and the owner's command is named" {
    echo kept >"$work/there"
    for log in "$work/evil" "$work/there"; do
        foreign "$log"
        for words in "check u1" "idmap u1" "idmap u1 --write" "attach u1" "check nope"; do
            # shellcheck disable=SC2086  # words
            run "$hook" $words -P "$userpath"
            echo "$words: $output"
            [ "$status" = 7 ]
            [ ! -e "$work/evil" ]
            [ "$(cat "$work/there")" = kept ]
            [[ "$output" == *"fix: "*"lxc-gpu-hook"* ]]
        done
    done
}

@test "the owner's command works as it is printed: with sudo, without it, and for a user without a name" {
    idmap "0 300000 65536" | user_container u1
    mv /usr/bin/sudo "$work/sudo" 2>/dev/null || true
    run "$hook" idmap u1 -P "$userpath"
    echo "$output"
    [ "$status" = 7 ]
    [[ "$output" == *"fix: runuser -u tester -- env -u XDG_RUNTIME_DIR HOME=$work/home lxc-gpu-hook -P $userpath idmap u1" ]]
    run as_printed
    echo "$output"
    [ "$status" = 0 ]
    [[ "$output" == *"lxc.idmap = g 2992 107 1"* ]]
    # where there is none, one that does what sudo(8) says of these words
    mv "$work/sudo" /usr/bin/sudo 2>/dev/null || cat >/usr/bin/sudo <<'END'
#!/bin/sh
[ "$1" = -u ] && [ "$2" = '#7001' ] && [ "$3" = -H ] || exit 99
shift 3
exec setpriv --reuid 7001 --regid 7001 --clear-groups env -i PATH=/usr/bin:/bin "HOME=$(getent passwd 7001 | cut -d : -f 6)" "$@"
END
    chmod +x /usr/bin/sudo
    run "$hook" idmap u1 -P "$userpath"
    echo "$output"
    [[ "$output" == *"fix: sudo -u '#7001' -H lxc-gpu-hook -P $userpath idmap u1" ]]
    run as_printed
    echo "$output"
    [ "$status" = 0 ]
    [[ "$output" == *"lxc.idmap = g 2992 107 1"* ]]
    rm /usr/bin/sudo
    mkdir "$work/anon"
    cp -r "$userpath/u1" "$work/anon/u1"
    chown -R 7003:7003 "$work/anon"
    run "$hook" idmap u1 -P "$work/anon"
    echo "$output"
    [ "$status" = 7 ]
    [[ "$output" == *"fix: setpriv --reuid 7003 --regid 7003 --clear-groups env -u XDG_RUNTIME_DIR HOME=$work/anon lxc-gpu-hook -P $work/anon idmap u1" ]]
    run as_printed
    echo "$output"
    [[ "$output" != *"root obeys"* && "$output" != *"not found"* ]]
    [ "$status" = 0 ]
}

@test "attach to a user's container as it is printed; a user's lxc-info that lies leads nowhere: 2" {
    idmap "0 300000 65536" | user_container u1
    user_start u1
    run "$hook" attach u1 -P "$userpath" --no-probe
    echo "$output"
    [ "$status" = 7 ]
    [[ "$output" == *"fix: lxc-gpu-hook attach --no-probe --owner 7001 --pid \"\$("*" lxc-info -P $userpath -n u1 -pH)\"" ]]
    line=$(echo "$output" | sed -n 's/^fix: //p')
    run as_printed
    echo "$output"
    [ "$status" = 0 ]
    [ "$(in_user_container u1 grep -c ' /dev/dri ' /proc/self/mountinfo)" = 1 ]
    user_stop u1
    # it stands where the user's own lxc-info would be found
    idmap "0 100000 65536" | container c1
    start c1
    unshare --mount --pid --fork sleep 60 3>&- &
    service=$!
    until [ -n "$(pgrep -P "$service")" ]; do sleep 0.02; done
    for pid in "$(init_pid c1)" "$service" "$(pgrep -P "$service")" $$; do
        printf '#!/bin/sh\necho %s\n' "$pid" >"$work/lxc-info"
        chmod +x "$work/lxc-info"
        run sh -c "cd /; PATH=$work:\$PATH; $line"
        echo "$pid: $output"
        [ "$status" = 2 ] || break
        [ "$pid" = $$ ] || [ "$(grep -c ' /dev/dri ' "/proc/$pid/mountinfo")" = 0 ]
    done
    kill "$(pgrep -P "$service")"
    rm "$work/lxc-info"
    [ "$status" = 2 ]
}

@test "a container's directory that belongs to its own root is obeyed, as lxc-create makes it" {
    idmap "0 100000 65536" | container c1
    chown 100000:100000 "$lxcpath/c1"
    chmod 0770 "$lxcpath/c1"
    run "$hook" idmap c1 -P "$lxcpath"
    echo "$output"
    [ "$status" = 0 ]
    chown 7001 "$lxcpath/c1"
    run "$hook" idmap c1 -P "$lxcpath"
    [ "$status" = 7 ]
    rm -rf "$lxcpath/c1"
}

@test "whoever else answers LXC's socket in place of a stopped container is not believed: 2" {
    idmap "0 100000 65536" | container c1
    as_user socat "ABSTRACT-LISTEN:$lxcpath/c1/command,fork" SYSTEM:true 3>&- &
    until grep -q "@$lxcpath/c1/command" /proc/net/unix; do sleep 0.02; done
    squatter=$(pgrep -u 7001 -f "ABSTRACT-LISTEN:$lxcpath/c1/command")
    for words in "attach c1" "check c1"; do
        # shellcheck disable=SC2086  # words
        run "$hook" $words -P "$lxcpath"
        echo "$output"
        [ "$status" = 2 ] || { kill "$squatter"; return 1; }
        [[ "$output" == *"uid 7001"* ]] || { kill "$squatter"; return 1; }
    done
    kill "$squatter"
    wait
    rm -rf "$lxcpath/c1"
}

@test "attach --pid takes no host service, in a pid namespace or without, and --owner no namespace of another's" {
    unshare --mount --pid --fork sleep 60 3>&- &
    service=$!
    until [ -n "$(pgrep -P "$service")" ]; do sleep 0.02; done
    for pid in "$service" "$(pgrep -P "$service")"; do
        run "$hook" attach --no-probe --pid "$pid"
        echo "$output"
        [ "$status" = 2 ] || { kill "$service"; return 1; }
        [ "$(grep -c ' /dev/dri ' "/proc/$pid/mountinfo")" = 0 ]
    done
    kill "$(pgrep -P "$service")"
    wait "$service" || true
    idmap "0 100000 65536" | container c1
    start c1
    run "$hook" attach --no-probe --owner 7001 --pid "$(init_pid c1)"
    echo "$output"
    [ "$status" = 2 ]
    [[ "$output" == *"uid 0 has made its user namespace, not 7001"* || "${output//$'\n'    / }" == *"uid 0 has made its user namespace, not 7001"* ]]
    "$hook" attach --no-probe --owner 0 --pid "$(init_pid c1)"
    stop c1
    rm -rf "$lxcpath/c1"
}

@test "a FIFO and a file that includes itself forty times are refused at once, before LXC reads them: 2" {
    mkfifo "$work/fifo"
    { idmap "0 100000 65536"; echo "lxc.include = $work/fifo"; } | container c1
    run timeout 5 "$hook" check c1 -P "$lxcpath"
    echo "$output"
    [ "$status" = 2 ]
    for _ in $(seq 40); do echo "lxc.include = $work/itself.conf"; done >"$work/itself.conf"
    { idmap "0 100000 65536"; echo "lxc.include = $work/itself.conf"; } | container c1
    run timeout 5 "$hook" check c1 -P "$lxcpath"
    echo "$output"
    [ "$status" = 2 ]
    rm -rf "$lxcpath/c1" "$work/fifo"
}

@test "a config behind a link of another user's, an include of another user's, and a NUL byte" {
    idmap "0 100000 65536" | container other
    before=$(sha256sum <"$lxcpath/other/config")
    mkdir -p "$userpath/u1"
    ln -s "$lxcpath/other/config" "$userpath/u1/config"
    run "$hook" idmap u1 --write -P "$userpath"
    [ "$status" = 7 ]
    [ "$(sha256sum <"$lxcpath/other/config")" = "$before" ]
    echo "lxc.log.file = $work/evil" >"$work/home/gpu.conf"
    { idmap "0 100000 65536"; echo "lxc.include = $work/home/gpu.conf"; } | container other
    run "$hook" check other -P "$lxcpath"
    echo "$output"
    [ "$status" = 7 ]
    [ ! -e "$work/evil" ]
    { idmap "0 100000 65536"; printf 'lxc.idmap = g 44 107 1\n# a\0b\nlxc.environment = A=b\n'; } | container other
    before=$(sha256sum <"$lxcpath/other/config")
    run "$hook" idmap other --write -P "$lxcpath"
    echo "$output"
    [ "$status" = 2 ]
    [ "$(sha256sum <"$lxcpath/other/config")" = "$before" ]
    rm -rf "$lxcpath/other"
}

@test "forty attaches at once end with one mount" {
    idmap "0 100000 65536" | container c1
    start c1
    for _ in $(seq 40); do "$hook" attach c1 -P "$lxcpath" --no-probe & done 2>/dev/null 3>&-
    wait
    [ "$(in_container c1 grep -c ' /dev/dri ' /proc/self/mountinfo)" = 1 ]
}

# ---- links ----

@test "no link of another user's is followed, at any place of the path: 7; root's own links are" {
    idmap "0 100000 65536" | container c1
    mkdir -m 1777 "$work/open"
    mkdir "$work/made"
    ln -s "$lxcpath" "$work/link"
    run "$hook" idmap c1 -P "$work/link"
    echo "$output"
    [ "$status" = 0 ]
    ln -s "${lxcpath%/*}" "$work/open/up"
    run "$hook" idmap c1 -P "$work/open/up/lxc"
    [ "$status" = 0 ]
    before=$(find "$lxcpath/c1" -printf '%p %i %U:%G %m %s %T@\n')
    as_user ln -s "$lxcpath" "$work/open/lxc"
    as_user ln -s "${lxcpath%/*}" "$work/open/above"
    as_user mkdir "$work/open/folder"
    as_user ln -s "$lxcpath/c1" "$work/open/folder/c1"
    as_user mkdir "$work/open/folder/c2"
    as_user ln -s "$lxcpath/c1/config" "$work/open/folder/c2/config"
    ln -s "$work/open/lxc" "$work/made/twice"
    as_user ln -s "$lxcpath/c1" "$work/open/c1"
    for words in "c1 -P $work/open/lxc" "c1 -P $work/open/above/lxc" "c1 -P $work/open/folder" "c2 -P $work/open/folder" \
        "c1 -P $work/open/folder/../lxc" "c1 -P $work/made/twice" "c1 -P $work/open"; do
        for write in "" --write; do
            # shellcheck disable=SC2086  # words
            run "$hook" idmap $words $write
            echo "$words: $status $output"
            # a container's directory that is a link is none of lxc-create's: there LXC itself has to be told the place
            [ "$status" = 7 ] || [[ "$words" == "c1 -P $work/open" && "$status" = 2 ]]
        done
    done
    [ "$(find "$lxcpath/c1" -printf '%p %i %U:%G %m %s %T@\n')" = "$before" ]
}

@test "a hard link is not edited in a directory of the container's root, nor is a link: 7" {
    idmap "0 100000 65536" | container c1
    idmap "0 100000 65536" | container c2
    chown 100000:100000 "$lxcpath/c1"
    for make in "ln -f" "ln -sf"; do
        $make "$lxcpath/c2/config" "$lxcpath/c1/config"
        before=$(sha256sum <"$lxcpath/c2/config")
        for words in "idmap c1" "idmap c1 --write" "check c1" "attach c1"; do
            # shellcheck disable=SC2086  # words
            run "$hook" $words -P "$lxcpath"
            echo "$words: $output"
            [ "$status" = 7 ]
        done
        [ "$(sha256sum <"$lxcpath/c2/config")" = "$before" ]
    done
}

@test "a config that the container's root swaps for links all the while, 500 rounds: nothing of root's is changed" {
    # lines that clash are what root's idmap writes anew
    { idmap "0 100000 65536"; echo "lxc.idmap = g 44 107 1"; } | container c1
    idmap "0 100000 65536" | container c2
    echo "lxc.log.file = $work/evil" >"$work/evil.conf"
    chown 100000:100000 "$lxcpath/c1"
    before=$(sha256sum <"$lxcpath/c2/config")
    # every name that the hook may use there
    # shellcheck disable=SC2016  # perl's own
    setpriv --reuid 100000 --regid 100000 --clear-groups perl -e '
        chdir $ARGV[0] or die;
        while (getppid() > 1) {
            # the backup has the clash still
            rename "config.lxc-gpu-hook.bak", "config" if lstat "config.lxc-gpu-hook.bak" and -f _;
            for my $target ($ARGV[1], $ARGV[2]) {
                rename "config", "mine"; symlink $target, "config"; symlink $target, "config.lxc-gpu-hook.bak";
                select undef, undef, undef, rand 0.004;
                unlink "config"; rename "mine", "config" or rename "config.lxc-gpu-hook.bak", "config";
                select undef, undef, undef, rand 0.004;
            }
        }' "$lxcpath/c1" "$lxcpath/c2/config" "$work/evil.conf" 3>&- &
    swapper=$!
    for round in $(seq 500); do
        "$hook" idmap c1 --write --group $((round % 2 ? 2992 : 44)) -P "$lxcpath" >"$work/said" 2>&1 || status=$?
        echo "${status:-0}" >>"$work/statuses"
        status=0
    done
    kill "$swapper"
    sort "$work/statuses" | uniq -c
    [ "$(sha256sum <"$lxcpath/c2/config")" = "$before" ]
    [ "$(stat -c '%u:%g %h' "$lxcpath/c2/config")" = "0:0 1" ]
    [ ! -e "$lxcpath/c2/config.lxc-gpu-hook.bak" ]
    [ ! -e "$work/evil" ]
    [ "$(cat "$work/evil.conf")" = "lxc.log.file = $work/evil" ]
    # it met the config as root's file as well as a link
    grep -qx 0 "$work/statuses"
    grep -qx 7 "$work/statuses"
}

# ---- whoever answers ----

# squat OWNER CONTAINER WORD...: in place of the container's monitor; see squat.c. Its answer is the first line of
# $work/squat.said.
squat() {
    local as=() name=$2
    [ "$1" = root ] || as=(as_user)
    shift 2
    "${as[@]}" "$work/squat" "$lxcpath/$name/command" "$@" >"$work/squat.said" 3>&- &
    for _ in $(seq 200); do
        ! grep -q ^ready "$work/squat.said" || break
        sleep 0.02
    done
    grep ^ready "$work/squat.said"
}

squat_end() {
    local pid
    for pid in $(pgrep -f "^$work/squat "); do kill "$pid"; done
    while pgrep -f "^$work/squat " >/dev/null; do sleep 0.02; done
}

# refused PID CAUSE: attach does not give that process the nodes
refused() {
    run "$hook" attach c1 --no-probe -P "$lxcpath"
    echo "$output"
    [ "$status" = 2 ]
    [[ "${output//$'\n'    / }" =~ $2 ]]
    [ "$(grep -c ' /dev/dri ' "/proc/$1/mountinfo")" = 0 ]
    squat_end
}

@test "in place of a stopped container somebody answers with a namespace of his own, a host service, another container: 2" {
    idmap "0 100000 65536" | container c1
    idmap "0 100000 65536" | container c2
    start c2
    other=$(init_pid c2)
    unshare --mount sleep 60 3>&- &
    service=$!
    as_user unshare --user --map-root-user --mount --pid --fork sleep 61 3>&- &
    until own=$(pgrep -u 7001 -f '^sleep 61$'); do sleep 0.02; done
    for pid in "$own" "$service" "$other"; do
        squat user c1 "$pid" >/dev/null
        refused "$pid" "uid 7001 answers in place of LXC"
    done
    # and even where root itself answered so
    squat root c1 "$own" >/dev/null
    refused "$own" "uid 7001 has made its user namespace, not 0"
    squat root c1 "$service" >/dev/null
    refused "$service" "it has no user namespace of its own"
    squat root c1 "$other" >/dev/null
    refused "$other" "it is in no cgroup that LXC has made for it"
    # a container without a map
    echo "" | container c1
    squat root c1 "$service" >/dev/null
    refused "$service" "it shares this host's own namespaces|it is in no cgroup that LXC has made for it"
    squat root c1 "$other" >/dev/null
    refused "$other" "it has a user namespace, and the config no lxc.idmap"
    kill "$own" "$service"
}

@test "a process id that is used again between LXC's answer and the look at it: 2, and nothing is mounted there" {
    idmap "0 100000 65536" | container c1
    for cgroup in /sys/fs/cgroup/unified /sys/fs/cgroup /sys/fs/cgroup/pids; do [ ! -e "$cgroup/cgroup.procs" ] || break; done
    cgroup=$cgroup/lxc.payload.c1
    mkdir -p "$cgroup"
    for round in $(seq 10); do
        squat root c1 --reused "$cgroup"
        read -r _ pid <"$work/squat.said"
        refused "$pid" "no user namespace of its own|does not exist|No such process|No such file|in no container"
        grep -qx "reused $pid" "$work/squat.said"
    done
    rmdir "$cgroup"
}

# ---- nothing is refused that is normal ----

@test "containers that lxc-create makes, with a map and without, by root and by a user: checked, edited, attached" {
    mkdir "$work/made"
    printf 'lxc.net.0.type = empty\nlxc.apparmor.profile = unconfined\nlxc.include = /usr/share/lxc/config/gpu.conf\n' >"$work/plain.conf"
    { cat "$work/plain.conf"; idmap "0 100000 65536"; } >"$work/map.conf"
    { cat "$work/plain.conf"; idmap "0 300000 65536"; } >"$work/user.conf"
    for name in plain map; do
        lxc-create -P "$work/made" -n "$name" -t busybox -f "$work/$name.conf"
        [ "$name" = map ] || echo "lxc.include = /usr/share/lxc/config/gpu-privileged.conf" >>"$work/made/$name/config"
        run "$hook" check "$name" -P "$work/made"
        echo "$output"
        [ "$status" = 9 ] # nothing else is in the way but the driver
    done
    [ "$(stat -c %u "$work/made/map")" = 100000 ]
    echo "lxc.idmap = g 44 107 1" >>"$work/made/map/config" # clashes
    run "$hook" idmap map --write -P "$work/made"
    echo "$output"
    [ "$status" = 0 ]
    grep -qx 'lxc.idmap = g 45 100045 65491' "$work/made/map/config"
    for name in plain map; do
        sed -i '/gpu.*\.conf/d' "$work/made/$name/config"
        lxc-start -P "$work/made" -n "$name"
        run "$hook" attach "$name" --no-probe -P "$work/made"
        echo "$output"
        grep -c ' /dev/dri ' "/proc/$(lxc-info -P "$work/made" -n "$name" -pH)/mountinfo" >"$work/count"
        lxc-stop -P "$work/made" -n "$name" -k
        [ "$status" = 0 ]
        [ "$(cat "$work/count")" = 1 ]
    done
    as_user lxc-create -P "$userpath" -n u1 -t busybox -f "$work/user.conf"
    [ "$(stat -c %u "$userpath/u1")" = 300000 ]
    run as_user "$hook" check u1 -P "$userpath"
    echo "$output"
    [ "$status" = 4 ] # the group is not mapped
    run as_user "$hook" idmap u1 --group 44 --write -P "$userpath"
    echo "$output"
    [ "$status" = 0 ]
    grep -qx 'lxc.idmap = g 44 107 1' "$userpath/u1/config"
    [ "$(stat -c '%u %a' "$userpath/u1/config")" = "7001 640" ]
    [ -e "$userpath/u1/config.lxc-gpu-hook.bak" ]
    # of a link in there the user's other files would be edited
    as_user mv "$userpath/u1/config" "$work/home/moved"
    as_user ln -s "$work/home/moved" "$userpath/u1/config"
    before=$(sha256sum <"$work/home/moved")
    run as_user "$hook" idmap u1 --group 45 --write -P "$userpath"
    echo "$output"
    [ "$status" = 7 ]
    [ "$(sha256sum <"$work/home/moved")" = "$before" ]
    rm "$work/home/moved"
}

@test "an lxcpath so long that LXC hashes the socket's name: attached; and a squatter there is not believed" {
    short=$lxcpath
    lxcpath=$work/$(printf 'l%.0s' $(seq 90))/lxc
    idmap "0 100000 65536" | container c1
    start c1
    run "$hook" attach c1 --no-probe -P "$lxcpath"
    echo "$output"
    names=$(grep -o '@lxc/[0-9a-f]*/command' /proc/net/unix | sort -u)
    stop c1
    [ "$status" = 0 ]
    for name in $names; do
        ! grep -q "$name" /proc/net/unix || continue # another container's
        as_user "$work/squat" "${name#@}" 1 >"$work/squat.said" 3>&- &
        until grep -q ^ready "$work/squat.said"; do sleep 0.02; done
        run "$hook" attach c1 --no-probe -P "$lxcpath"
        echo "$output"
        squat_end
        [ "$status" = 2 ]
        [[ "$output" == *"uid 7001"* ]]
        met=1
    done
    [ "$met" = 1 ]
    rm -rf "${lxcpath%/lxc}"
    lxcpath=$short
}

# ---- the rest ----

@test "raw bytes of a config, a name or an option never reach the terminal, nor a fix" {
    esc=$'\033[2J\007'
    : >"$work/said"
    { idmap "0 100000 65536"; echo "lxc.include = /nonexistent$esc"; } | container c1
    mkdir -p "$lxcpath/c2$esc" && cp "$lxcpath/c1/config" "$lxcpath/c2$esc/config"
    "$hook" check c1 -P "$lxcpath" >>"$work/said" 2>&1 || true
    "$hook" check "c2$esc" -P "$lxcpath" >>"$work/said" 2>&1 || true
    "$hook" check "no$esc" -P "$lxcpath" >>"$work/said" 2>&1 || true
    "$hook" check c1 -P "/no$esc" >>"$work/said" 2>&1 || true
    { idmap "0 100000 65536"; echo "lxc.rootfs.path = dir:/no$esc\$(id>$work/evil)"; } | container c1
    for words in "check c1" "idmap c1" "idmap c1 --write" "attach c1" "list"; do
        # shellcheck disable=SC2086  # words
        "$hook" $words -P "$lxcpath" >>"$work/said" 2>&1 || true
        for option in --group --select --mode --user --wait --pid; do
            for value in "a$esc" "driver=$(printf 'a%.0s' $(seq 70))$esc" "pci=00"$'\n'":02.0" "vendor=$esc" "\$(id)"; do
                # shellcheck disable=SC2086  # words
                "$hook" $words "$option" "$value" >>"$work/said" 2>&1 || true
            done
        done
    done
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --group $esc"; } | container c1
    "$hook" check c1 -P "$lxcpath" >>"$work/said" 2>&1 || true
    for variable in LXC_NAME LXC_PID LXC_HOOK_TYPE LXC_CONFIG_FILE LXC_ROOTFS_PATH; do
        for type in start-host mount autodev; do
            env LXC_HOOK_TYPE=$type LXC_NAME=x LXC_PID=$$ "LXC_CONFIG_FILE=$lxcpath/c1/config" "$variable=/x$esc/config" \
                "$hook" >>"$work/said" 2>&1 || true
        done
    done
    if LC_ALL=C grep -n '[^ -~]' "$work/said" | cat -v | grep .; then return 1; fi
    [ "$(grep -c '' "$work/said")" -gt 200 ]
    # shellcheck disable=SC2016  # the text
    ! grep '^fix: [^#]*\$(id' "$work/said"
}

@test "too many open files are an internal error, never the fault of who asked" {
    { idmap "0 100000 65536"; echo "lxc.hook.start-host = $hook --no-probe"; } | container c1
    for words in "check c1" "idmap c1" "idmap c1 --write" "attach c1"; do
        seen=
        for most in $(seq 3 20); do
            # lines that clash, for root's idmap to do something
            [[ "$words" != idmap* ]] ||
                { idmap "0 100000 65536"; echo "lxc.idmap = g 44 107 1"; } | container c1
            # shellcheck disable=SC2086  # words
            run prlimit --nofile="$most": "$hook" $words -P "$lxcpath"
            # a sanitized build has libraries to open before it begins
            [[ "$status" != 127 || "$output" != *"error while loading shared libraries"* ]] || continue
            seen="$seen $status"
            # a container that does not run has no other answer to attach
            [ "$status" = 1 ] || [ "$status" = 0 ] || [[ "$words$output" == attach*"is not running"* ]] ||
                { echo "$words with $most: $status $output"; return 1; }
        done
        echo "$words:$seen"
        [[ "$seen" == *" 1"* && "$seen" != *" 1" ]]
    done
}

@test "root runs a hook by hand with a config of another user's: nothing of it is read, and no fix names it" {
    mkdir -p "$userpath/u1"
    printf 'lxc.mount.entry = /dev/dri dev/dri none bind\nlxc.cgroup2.devices.allow = c 10:200 rwm\n' >"$userpath/u1/config"
    chown -R 7001 "$userpath/u1"
    as=(env LXC_HOOK_TYPE=start-host LXC_NAME=u1)
    box=$TEST_BUILD/tests/lxc/box
    run "${as[@]}" "LXC_CONFIG_FILE=$userpath/u1/config" "$box" -- "$hook" --no-probe
    echo "$output"
    [ "$status" = 0 ]
    [[ "$output" != *"$userpath"* && "$output" != *"lxc.mount.entry"* ]]
    run "${as[@]}" "LXC_CONFIG_FILE=$userpath/u1/config" LXC_HOOK_TYPE=autodev "$hook"
    echo "$output"
    [ "$status" = 2 ]
    [[ "$output" != *"sed "* ]]
    # root's own is, also in a directory of the container's root
    idmap "0 100000 65536" | container c1
    cat "$userpath/u1/config" >>"$lxcpath/c1/config"
    for owner in 0 100000; do
        chown "$owner" "$lxcpath/c1"
        run "${as[@]}" "LXC_CONFIG_FILE=$lxcpath/c1/config" "$box" -- "$hook" --no-probe
        echo "$output"
        [[ "$output" == *"fix: sed -i.bak "*" $lxcpath/c1/config"* ]]
    done
}
