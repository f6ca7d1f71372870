#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The files of config-snippets/, as they are installed and as they stand: each in the program that it is
# for, where that is in Debian 12. Podman's Quadlet is not (4.3; it came with 4.4), nor is Incus, nor
# Proxmox: those are read, not run.

setup() {
    load lib.bash
    reset_host
    examples=$work/stage/usr/share/doc/lxc-gpu/examples
    device 128 0000:03:00.0 amdgpu 0x1002 0x73ff
    device 129 0000:00:02.0 i915 0x8086 0x4680
    node renderD128 226 128
    node renderD129 226 129
    cp "$work/subgid" "$work/subgid.before"
}

teardown() {
    stop c1
    user_stop c1
    cat "$work/subgid.before" >"$work/subgid"
}

# reached NAME NODE...: the hook got as far as the driver, which a node made by mknod does not have
reached() {
    local name=$1 node
    shift
    status_is "$name" 9
    for node; do hook_said "$name" | grep -q "/dev/dri/$node does not answer"; done
}

@test "every file says when to use it and why" {
    for file in "$examples"/* "$work"/stage/usr/share/lxc/config/gpu{,-amd,-intel}.conf; do
        head -n 20 "$file" | grep -qE '^(# )?When: ' || { echo "$file: no when"; return 1; }
    done
    [ "$(find "$examples" -type f | wc -l)" = 13 ]
    grep -q '^# Why' "$examples"/*.conf
}

@test "lxc-several-gpus.conf: the GPU in that slot, whatever its number, and no other" {
    { idmap "0 100000 65536"; cat "$examples/lxc-several-gpus.conf"; } | container c1
    start_fails c1
    reached c1 renderD129
    run hook_said c1
    [[ "$output" != *renderD128* ]]
}

@test "lxc-user-started.conf: fails with the lines, idmap --write writes them, then it reaches the driver" {
    {
        echo "lxc.include = /usr/share/lxc/config/userns.conf"
        echo "lxc.idmap = u 0 300000 65536"
        echo "lxc.idmap = g 0 300000 65536"
        cat "$examples/lxc-user-started.conf"
    } | user_container c1
    user_start_fails c1
    status_is c1 4
    grep -q 'lxc-gpu-hook idmap NAME --write' "$examples/lxc-user-started.conf"
    as_user "$hook" idmap c1 --write -P "$userpath" >"$work/fix"
    bash -c "$(sed -n 's/^sudo //p' "$work/fix")"
    grep -qx tester:107:1 "$work/subgid"
    user_start_fails c1
    status_is c1 9
}

# The map is that of a shared folder of user and group 1000, whose lines stay.
@test "proxmox-lxc.conf: with what Proxmox writes around it, and any id map" {
    for map in "0 100000 65536" "0 100000 1000|1000 1000 1|1001 101001 64535"; do
        IFS='|' read -ra extents <<<"$map"
        { idmap "${extents[@]}"; cat "$examples/proxmox-lxc.conf"; } | container c1
        start_fails c1
        reached c1 renderD128
    done
    # Proxmox takes "key: value" and "key = value" and passes on what begins with lxc.
    run grep -vE '^(#|lxc\.include = /|$)' "$examples/proxmox-lxc.conf"
    [ -z "$output" ]
}

@test "gpu-privileged.conf: no id map, device rules that deny" {
    echo "lxc.include = /usr/share/lxc/config/gpu-privileged.conf" | container c1
    start_fails c1
    reached c1 renderD128
}

@test "gpu-intel.conf and gpu-amd.conf: the GPU of that vendor, and no other" {
    for row in "intel renderD129 renderD128" "amd renderD128 renderD129"; do
        read -r vendor taken left <<<"$row"
        { idmap "0 100000 65536"; echo "lxc.include = /usr/share/lxc/config/gpu-$vendor.conf"; } | container c1
        start_fails c1
        reached c1 "$taken"
        ! hook_said c1 | grep -q "$left" || false
    done
}

@test "incus-profile.yaml: a profile, and raw.lxc is what LXC takes" {
    python3 - "$examples/incus-profile.yaml" >"$work/raw" <<'PY'
import sys, yaml
profile = yaml.safe_load(open(sys.argv[1]))
# the writable fields of a profile: incus profile edit refuses others
assert set(profile) <= {"name", "description", "config", "devices", "project", "used_by"}, profile
assert list(profile["config"]) == ["raw.lxc"] and profile["devices"] == {}
print(profile["config"]["raw.lxc"])
PY
    { idmap "0 100000 65536"; cat "$work/raw"; } | container c1
    run lxc-info -P "$lxcpath" -n c1 -c lxc.hook.start-host
    [[ "$output" == *"lxc-gpu-hook"* ]]
    start_fails c1
    reached c1 renderD128
}

@test "docker-compose.yml: devices and the group's number, nothing privileged, and it asks for what it needs" {
    python3 - "$examples/docker-compose.yml" <<'PY'
import sys, yaml
compose = yaml.safe_load(open(sys.argv[1]))
assert list(compose) == ["services"], compose
(service,) = compose["services"].values()
assert set(service) == {"image", "user", "devices", "group_add"}, service
assert service["devices"] == ["/dev/dri/renderD128:/dev/dri/renderD128"]
(group,) = service["group_add"]
assert group.startswith("${RENDER_GID:?"), group
assert service["image"].startswith("${IMAGE:?")
assert not service["user"].startswith("0")
PY
}

@test "podman.container: the sections and keys of a Quadlet unit" {
    python3 - "$examples/podman.container" <<'PY'
import configparser, sys
unit = configparser.ConfigParser(interpolation=None)
unit.optionxform = str
unit.read(sys.argv[1])
assert unit.sections() == ["Unit", "Container", "Install"]
assert set(unit["Container"]) == {"Image", "AddDevice", "PodmanArgs"}
assert unit["Container"]["AddDevice"] == "/dev/dri/renderD128"
PY
}

@test "by CDI: the name that lxc-gpu-hook cdi writes, and nothing privileged" {
    "$hook" cdi --output "$work/spec.json"
    python3 - "$examples" "$work/spec.json" <<'PY'
import configparser, json, sys, yaml
examples, spec = sys.argv[1], json.load(open(sys.argv[2]))
names = [f'{spec["kind"]}={d["name"]}' for d in spec["devices"]]
(service,) = yaml.safe_load(open(f"{examples}/docker-compose-cdi.yml"))["services"].values()
assert set(service) == {"image", "user", "group_add", "deploy"}, service
(request,) = service["deploy"]["resources"]["reservations"]["devices"]
assert request["driver"] == "cdi" and request["device_ids"] == ["lxc-gpu/render=all"]
assert request["device_ids"][0] in names, names
unit = configparser.ConfigParser(interpolation=None)
unit.optionxform = str
unit.read(f"{examples}/podman-cdi.container")
assert set(unit["Container"]) == {"Image", "AddDevice", "PodmanArgs"}
assert unit["Container"]["AddDevice"] in names, names
toml = [l.strip() for l in open(f"{examples}/containerd-cdi.toml") if l.strip() and l[0] != "#"]
assert toml[:3] == ["version = 2", '[plugins."io.containerd.grpc.v1.cri"]', "enable_cdi = true"], toml
pod = yaml.safe_load(open(f"{examples}/kubernetes-pod.yaml"))
assert pod["kind"] == "Pod" and pod["spec"]["securityContext"]["runAsNonRoot"]
(container,) = pod["spec"]["containers"]
assert "securityContext" not in container and "volumes" not in pod["spec"]
PY
}

@test "lxc-gpu-cdi.service: systemd takes it, and what it runs writes the file, and does not fail without a GPU" {
    systemd-analyze verify --man=no "$examples/lxc-gpu-cdi.service"
    command=$(sed -n 's/^ExecStart=-//p' "$examples/lxc-gpu-cdi.service")
    grep -qx 'RuntimeDirectory=cdi' "$examples/lxc-gpu-cdi.service"
    [[ "$command" == *" --output /run/cdi/"* ]]
    run eval "${command/\/run\/cdi/$work}"
    [ "$status" = 0 ]
    "$hook" cdi | cmp - "$work/lxc-gpu.json"
}

@test "lxc-gpu-wait.service: systemd takes it, it waits for the node, and ends when that is there, or after a minute" {
    systemd-analyze verify --man=no "$examples/lxc-gpu-wait.service"
    # With the dash the unit has not failed, whatever the command's status.
    command=$(sed -n 's/^ExecStart=-//p' "$examples/lxc-gpu-wait.service")
    [ -n "$command" ]
    # nothing there that systemd would expand and a shell would not
    [[ "$command" != *[%\$]* ]]
    rm /dev/dri/renderD*
    [[ "$command" == *"timeout 60 "* ]]
    run eval "${command/timeout 60/timeout 1}"
    [ "$status" = 124 ]
    eval "$command" &
    waiting=$!
    sleep 1
    kill -0 "$waiting"
    # Any number will do; what udev has not got to yet will not.
    mknod -m 0660 /dev/dri/new c 226 129
    mv /dev/dri/new /dev/dri/renderD129
    sleep 0.5
    kill -0 "$waiting"
    chmod 0600 /dev/dri/renderD129
    chgrp 107 /dev/dri/renderD129
    sleep 0.5
    kill -0 "$waiting"
    chmod 0660 /dev/dri/renderD129
    wait "$waiting"
}

@test "proxmox-vm-passthrough.md: the lines for modprobe are what modprobe takes" {
    mkdir -p "$work/modprobe.d"
    sed -nE 's/^    ((options|softdep) .*)/\1/p' "$examples/proxmox-vm-passthrough.md" >"$work/modprobe.d/vfio.conf"
    [ "$(grep -c . "$work/modprobe.d/vfio.conf")" = 3 ]
    if command -v modprobe >/dev/null; then
        modprobe -C "$work/modprobe.d" -c | grep -x 'softdep i915 pre: vfio-pci'
    fi
    # and every word of the second report's command line has its reason there
    for word in intel_iommu iommu=pt pcie_acs_override sysfb_init efifb:off disable_vga allow_unsafe_interrupts \
        ignore_msrs modprobe.blacklist vfio_virqfd vfio_iommu_type1 pcie=1; do
        grep -q "$word" "$examples/proxmox-vm-passthrough.md" || { echo "$word"; return 1; }
    done
}
