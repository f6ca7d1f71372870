#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lxc-gpu-hook cdi: the host's nodes as a file for Podman, Docker and containerd; what is in it word by word is in
# tests/unit/hook_cdi.c, and the engines themselves read it in tests/vm/tests/73-cdi.t.

setup() {
    load lib.bash
    reset_host
    node renderD128 226 128 107
    node renderD129 226 129 44
    device 128 0000:00:02.0 i915 0x8086 0x4680
    device 129 0000:03:00.0 amdgpu 0x1002 0x73bf
    spec=$work/cdi/lxc-gpu.json
    mkdir -p "$work/cdi"
}

teardown() { rm -rf "$work/cdi"; }

# names FILE: of the devices, in their order
names() { python3 -c 'import json, sys; print(*(d["name"] for d in json.load(open(sys.argv[1]))["devices"]))' "$1"; }

# values FILE KEY: of all nodes of the device "all"
values() {
    python3 -c 'import json, sys
all = [d for d in json.load(open(sys.argv[1]))["devices"] if d["name"] == "all"][0]
print(*(n[sys.argv[2]] for n in all["containerEdits"]["deviceNodes"]))' "$1" "$2"
}

@test "by node, by slot and all, to standard output and to a file that everybody may read" {
    (umask 077 && "$hook" cdi --output "$spec")
    [ "$(stat -c '%a %F' "$spec")" = "644 regular file" ]
    [ "$(names "$spec")" = "renderD128 0000:00:02.0 renderD129 0000:03:00.0 all" ]
    "$hook" cdi | cmp - "$spec"
    [ "$(find "$work/cdi" -type f | wc -l)" = 1 ]
}

@test "never 0666 but by --mode, whatever the host's own mode is" {
    chmod 0666 /dev/dri/renderD128
    "$hook" cdi --output "$spec"
    [ "$(values "$spec" fileMode)" = "432 432" ]
    "$hook" cdi --output "$spec" --mode 0666
    [ "$(values "$spec" fileMode)" = "438 438" ]
}

@test "the group is the node's own, or the host's group that --group says, by name and by number" {
    "$hook" cdi --output "$spec"
    [ "$(values "$spec" gid)" = "107 44" ]
    "$hook" cdi --output "$spec" --group video
    [ "$(values "$spec" gid)" = "$(getent group video | cut -d: -f3) $(getent group video | cut -d: -f3)" ]
    "$hook" cdi --output "$spec" --group 4242 --user 1000
    [ "$(values "$spec" gid) $(values "$spec" uid)" = "4242 4242 1000 1000" ]
    cp "$spec" "$work/before"
    run "$hook" cdi --output "$spec" --group no-such
    echo "$output"
    [ "$status" = 4 ]
    [[ "$output" == *"this host has no group 'no-such'"* ]]
    cmp "$spec" "$work/before"
}

@test "a node whose group is root's is warned of, and --group helps" {
    chgrp 0 /dev/dri/renderD129
    run "$hook" cdi --output "$spec"
    echo "$output"
    [ "$status" = 0 ]
    [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"the group of /dev/dri/renderD129 is root's"* ]]
    [[ "$output" != *renderD128* ]]
    run "$hook" cdi --output "$spec" --group video
    [ -z "$output" ]
}

@test "--check: the same is 0; another number, no file, half a file are 10, with the line that fixes it" {
    cd "$work/cdi"
    "$hook" cdi --output lxc-gpu.json
    run "$hook" cdi --check lxc-gpu.json
    [ "$status" = 0 ]
    [ -z "$output" ]
    rm /dev/dri/renderD129
    node renderD130 226 130 44
    device 130 0000:03:00.0 amdgpu 0x1002 0x73bf
    cp lxc-gpu.json before
    run "$hook" cdi --check lxc-gpu.json
    echo "$output"
    [ "$status" = 10 ]
    [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"lxc-gpu.json line 42 says '\"name\": \"renderD129\",', and with these options it is '\"name\": \"renderD130\",'"* ]]
    cmp lxc-gpu.json before
    fix=$(sed -n 's/^fix: //p' <<<"$output")
    [ "$fix" = "lxc-gpu-hook --output lxc-gpu.json cdi" ]
    $fix
    run "$hook" cdi --check=lxc-gpu.json
    [ "$status" = 0 ]
    was_done run "$fix"
    rm lxc-gpu.json
    run "$hook" cdi --check=lxc-gpu.json --select driver=i915
    [ "$status" = 10 ]
    [[ "$output" == *"there is no lxc-gpu.json"*"fix: lxc-gpu-hook --output=lxc-gpu.json --select driver=i915 cdi"* ]]
    head -c 100 before >lxc-gpu.json
    run "$hook" cdi --check lxc-gpu.json
    [ "$status" = 10 ]
    printf '\033]0;x\007' >lxc-gpu.json
    run "$hook" cdi --check lxc-gpu.json
    [ "$status" = 10 ]
    [[ "$output" != *$'\033'* ]]
}

@test "what cannot be written leaves what there was" {
    "$hook" cdi --output "$spec" --mode 0600
    cp "$spec" "$work/before"
    run bash -c "ulimit -f 0; trap '' XFSZ; exec '$hook' cdi --output '$spec'"
    echo "$output"
    [ "$status" = 2 ]
    [[ "$output" == *"write $spec: File too large"* ]]
    cmp "$spec" "$work/before"
    [ "$(find "$work/cdi" -type f | wc -l)" = 1 ]
    run "$hook" cdi --output "$work/none/lxc-gpu.json"
    [ "$status" = 2 ]
    run bash -c "'$hook' cdi >/dev/full"
    [ "$status" = 1 ]
}

@test "no node, no matching one, and what does not go together" {
    run "$hook" cdi --select vendor=nvidia --output "$spec"
    echo "$output"
    [ "$status" = 3 ]
    [[ "$output" == *"fix: lxc-gpu-hook list"* && "$output" != *lxc.hook* ]]
    [ ! -e "$spec" ]
    reset_host
    run "$hook" cdi
    [ "$status" = 3 ]
    [[ "$output" == *"no render node on this host"* ]]
    for wrong in "--cdi-version 0.4.0" "--cdi-version 0.3.0" "--cdi-version 7" "--kind a" "--kind 1/a" "--no-probe" \
        "--write" "--check a --output b" "word" "--output"; do
        # shellcheck disable=SC2086  # words
        run "$hook" cdi $wrong
        echo "$wrong: $output"
        [ "$status" = 2 ]
    done
    run "$hook" list --kind a/b
    [ "$status" = 2 ]
    [[ "$output" == *"--kind is no option of list"* ]]
}
