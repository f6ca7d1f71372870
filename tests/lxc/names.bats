#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Names that a shell or a reader of options takes apart: LXC hands them over behind the hook line, through /bin/sh. A
# start has its GPU, or fails; `check` ends as it does.

setup() {
    load lib.bash
    reset_host
    node renderD128 226 128 107
}

teardown() {
    local name
    for name in "${names[@]}"; do
        stop "$name"
        rm -rf "${lxcpath:?}/$name"
    done
}

# ends NAME STATUS [CONFIG_LINE]: check and the start both end so
ends() {
    local predicted started=0
    names+=("$1")
    { idmap "0 100000 65536"; echo "lxc.include = $work/gpu.conf"; echo "${3:-}"; } | container "$1"
    sed -i '/^lxc.uts.name/d' "$lxcpath/$1/config" # the kernel takes any, LXC's template would not
    run "$hook" check -P "$lxcpath" -- "$1"
    predicted=$status
    echo "$output"
    start "$1" || started=$(hook_status "$1")
    echo "$1: check $predicted, start $started, due $2"
    hook_said "$1"
    [ "$predicted" = "$2" ]
    [ "$started" = "$2" ]
    [ "$2" != 0 ] || [ "$(in_container "$1" stat -c %g /dev/dri/renderD128)" = 2992 ]
    stop "$1"
}

@test "names of any kind have their GPU, or their start fails, as check says" {
    names=()
    printf 'lxc.hook.%s\n' "mount = $hook --no-probe" "start-host = $hook --no-probe" >"$work/gpu.conf"
    ends "arch linux" 0
    ends "a;b" 0
    ends --help 0
    ends "-v;x" 0
    ends "two  'blanks in quotes'" 0
    ends "gpu's" 2
    grep -qF "fix: lxc.hook.version = 1" <<<"$output"
    fix=$(sed -n 's/^fix: \(lxc.*\)/\1/p' <<<"$output")
    ends "gpu's" 0 "$fix"
    was_done config "$fix"
    odd=c\$HOME
    ends "$odd" 2
    hook_said "$odd" | grep -q "which takes this name apart"
}

@test "a hook line that asks for --help gives no GPU, and no start" {
    names=()
    for line in --help --version; do
        printf 'lxc.hook.start-host = %s\n' "$hook $line" >"$work/gpu.conf"
        ends c1 2
        tr "\n" " " <<<"$output" | tr -s " " | grep -q "which gives no container a GPU"
    done
}
