#!/usr/bin/env bats
# Configs and processes that another user of the host brings: root obeys, follows and believes none of them.

setup() {
    load lib.bash
    reset_host
    node renderD128 226 128 107
}

teardown() {
    stop c1
    rm -rf "${userpath:?}/u1" "$work/evil"
}

foreign() {
    { echo "lxc.log.file = $work/evil"; echo "lxc.log.level = TRACE"; idmap "0 300000 65536"; } | user_container u1
}

@test "root's commands obey no config of another user: 7, nothing is written, and the owner's command works" {
    foreign
    for words in "check u1" "idmap u1" "idmap u1 --write" "attach u1" "check nope"; do
        # shellcheck disable=SC2086  # words
        run "$hook" $words -P "$userpath"
        echo "$words: $output"
        [ "$status" = 7 ]
        [ ! -e "$work/evil" ]
        [[ "$output" == *"fix: "*"lxc-gpu-hook"* ]]
    done
    # the fix as printed, from a config that LXC can read as that user
    idmap "0 300000 65536" | user_container u1
    run "$hook" idmap u1 -P "$userpath"
    [ "$status" = 7 ]
    run sh -c "cd /; $(echo "$output" | sed -n 's/^fix: //p')"
    echo "$output"
    [[ "$output" != *"root obeys"* ]]
    [[ "$output" == *"lxc.idmap = g 2992 107 1"* ]]
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
    { idmap "0 100000 65536"; printf '# a\0b\nlxc.environment = A=b\n'; } | container other
    before=$(sha256sum <"$lxcpath/other/config")
    run "$hook" idmap other --write -P "$lxcpath"
    echo "$output"
    [ "$status" = 2 ]
    [ "$(sha256sum <"$lxcpath/other/config")" = "$before" ]
    rm -rf "$lxcpath/other"
}

@test "twenty attaches at once end with one mount" {
    idmap "0 100000 65536" | container c1
    start c1
    for _ in $(seq 20); do "$hook" attach c1 -P "$lxcpath" --no-probe & done 2>/dev/null 3>&-
    wait
    [ "$(in_container c1 grep -c ' /dev/dri ' /proc/self/mountinfo)" = 1 ]
    stop c1
    rm -rf "$lxcpath/c1"
}
