# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# For the tests of the guest's half of the diagnosis: containers that start in a moment, gpu-verify in them,
# and its fixes done as printed (diagnosis/mend.sh). After lib.sh and mend.sh.
# shellcheck disable=SC2034,SC2154,SC2317

ct=                 # the container at hand
user=viewer         # who runs gpu-verify
session=new         # new: a login of now; stale: one from before the user joined any group
environment=()      # of that user
arguments=()        # for gpu-verify
gpu_conf='lxc.include = /usr/share/lxc/config/gpu.conf'

# box NAME <config: without systemd and without an AppArmor profile, which take seconds here
box() {
    ct=$1 user=viewer session=new environment=() arguments=() mend_config=/var/lib/lxc/$1/config mend_starter=root newgrp=
    {
        echo 'lxc.apparmor.profile = unconfined'
        echo 'lxc.init.cmd = /usr/bin/sleep infinity'
        cat
    } >/run/box.conf
    ct_make "$ct" debian </run/box.conf
    ct_install_verify "$ct"
}

# Only the lines a person gives, in place of what ct_make writes.
box_gids() {
    sed -i '/^lxc\.idmap = g/d' "$mend_config"
    printf 'lxc.idmap = g %s\n' "$@" >>"$mend_config"
}

box_end() {
    ct_remove "$ct" 2>/dev/null
    after_start() { :; }
}

after_start() { :; } # what a test spoils in the running container, again at each start

box_start() {
    ct_start "$ct" && after_start
}

mend_host() { bash -c "$1"; }
mend_guest() { ct_run "$ct" sh -c "$1"; }
mend_user() { mend_host "$1"; }

# gpu-verify as that user in such a session; output and status
gpu_verify() {
    local as=(setpriv --reuid "$user" --regid "$user" --init-groups --inh-caps=-all)

    [[ $user != root ]] || as=(setpriv --reuid 0 --regid 0 --init-groups)
    [[ $session != stale ]] || as=(setpriv --reuid "$user" --regid "$user" --clear-groups --inh-caps=-all)
    set -- gpu-verify --frames 3 --size 320x240 "${arguments[@]}" "$@"
    as+=(env HOME=/tmp USER="$user" "$(driver_variable "/var/lib/lxc/$ct/rootfs")" "${environment[@]}")
    status=0
    if [[ -n $newgrp ]]; then
        output=$(printf '%s\n' "newgrp $newgrp" "exec $*" | ct_run "$ct" "${as[@]}" bash 2>&1) || status=$?
    else
        output=$(ct_run "$ct" "${as[@]}" "$@" 2>&1) || status=$?
    fi
}

# What a report in JSON says, one value a line: how many checks failed or warned, the first one's cause, the verdict,
# and then the first one's fix.
json_values() {
    python3 -c '
import json, sys

report = next((json.loads(line) for line in sys.stdin if line.startswith("{")), {})
bad = [check for check in report.get("checks", []) if check["status"] in ("fail", "warn")]
first = bad[0] if bad else {"cause": None, "fix": []}
for value in [len(bad), first["cause"] or "", report.get("verdict", ""), *first["fix"]]:
    print(value)'
}

# verify: sets status, cause, failures (how many checks failed or warned), verdict; the fix lines go to /run/fix
verify() {
    local values

    gpu_verify --json
    json_values <<<"$output" >/run/values
    mapfile -t values </run/values
    failures=${values[0]:-} cause=${values[1]:-} verdict=${values[2]:-}
    tail -n +4 /run/values >/run/fix
}

# The same for a person.
legible() {
    local said

    gpu_verify
    output=$(grep -v '^lxc-attach: ' <<<"$output") # its own complaint where /dev/null is denied
    stranger "$output" || return
    said=$(grep -v '^fix: ' <<<"$output" | tr '\n' ' ' | tr -s ' ')
    [[ $said == *"gpu-verify: FAIL ($status): $cause"* || $said == *"warning: $cause"* ]] ||
        { printf 'the text has another cause than the JSON, %s:\n%s\n' "$cause" "$output"; return 1; }
    diff /run/fix <(sed -n 's/^fix: //p' <<<"$output")
}

# Does what the last verify printed; what is the person's to do is done too.
mend_it() {
    local name

    newgrp=
    mend guest </run/fix || { echo "a line of the fix failed"; return 1; }
    for name in "${mend_unset[@]}"; do
        mapfile -t environment < <(printf '%s\n' "${environment[@]}" | grep -v "^$name=")
    done
    ((${#mend_arguments[@]} == 0)) || arguments=("${mend_arguments[@]}")
    newgrp=$mend_newgrp
    [[ -z $mend_login || -n $newgrp ]] || session=new
    if [[ -n $mend_restart ]]; then
        ct_stop "$ct"
        after_start() { :; }
        box_start
    fi
}
newgrp=

# found STATUS PATTERN: the verdict is this cause and no other
found() {
    verify
    [[ $status == "$1" && $failures == 1 ]] && grep -qE -- "$2" <<<"$cause" && return 0
    printf 'status %s where %s is due, %s causes, "%s" where "%s" is due\n%s\n' \
        "$status" "$1" "$failures" "$cause" "$2" "$output"
    return 1
}

# passes: nothing is wrong any more
passes() {
    verify
    [[ $status == 0 && $failures == 0 && $verdict == pass ]] && return 0
    printf 'no PASS: status %s, %s\n%s\n' "$status" "$cause" "$output"
    return 1
}

# all_of COMMAND... [and COMMAND...]...: a step of a test by its functions: ok when all of them succeed, with what they
# said when not.
all_of() {
    local step

    while (($# > 0)); do
        step=()
        while (($# > 0)) && [[ $1 != and ]]; do
            step+=("$1")
            shift
        done
        "${step[@]}" || { printf 'in: %s\n' "${step[*]}"; return 1; }
        [[ $# == 0 ]] || shift
    done
}

# row_is ID STATUS PATTERN applied|text: one row of the table, in the container at hand
row_is() {
    local id=$1 wanted=$2 pattern=$3 fix=$4 said
    local steps=(found "$wanted" "$pattern")

    # What a driver's fault looks like is held by tests/golden/verify.
    [[ $fix == text ]] || steps+=(and legible and mend_it and passes)
    if all_of "${steps[@]}" >/run/said 2>&1; then
        pass "$id: status $wanted, its cause, its fix $fix"
        row "$id" "$wanted" "$fix"
    else
        fail "$id" "$(cat /run/said)"
    fi
}

# The rows are counted at the end.
: >/run/rows
MEND_LOG=/run/fixed
: >$MEND_LOG
fixes_done() { sort -u $MEND_LOG; } # for tests/diagnosis/ledger
row() { printf '# row %s made status=%s cause=ok fix=%s\n' "$@" | tee -a /run/rows; }
