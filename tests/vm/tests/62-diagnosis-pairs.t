# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Two things wrong at once: one after the other is found, in the order in which they stand in the way, as each fix is
# done as printed; no fix breaks another. And nothing false: healthy set-ups pass without a word of warning.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh disable=SC1091,SC2034,SC2154
. /payload/lib.sh
. /payload/diagnosis/mend.sh
. /payload/verdicts.sh

host_gid=$(stat -c %g /dev/dri/renderD128)
order=(g2 g28 g5 g6 g10 g13 g17 g21) # as they stand in the way
declare -A words=(
    [g2]='but there is /dev/dri' [g28]='denies /dev/null too' [g5]='host ids that are not mapped'
    [g6]='is not in group render' [g10]='device cgroup of this container denies' [g13]='/sys is hidden'
    [g17]='set: it looked for' [g21]='vaEndPicture failed')

# What each one takes: lines of the config, or something of the person's.
way=
spoil() {
    case $1 in
        g2) arguments=(--device /dev/dri/renderD131) ;;
        g28) lines+=$'lxc.cgroup2.devices.allow = c 226:* rwm\n' ;;
        g5) way='lxc.mount.entry = /dev/dri/renderD128 dev/dri/renderD128 none bind,create=file' ;;
        g6) user=outsider ;;
        g10)
            [[ $way != "$gpu_conf" ]] || way='lxc.hook.start-host = /usr/bin/lxc-gpu-hook --no-probe'
            lines+=$'lxc.cgroup2.devices.deny = a\n'
            lines+=$(printf 'lxc.cgroup2.devices.allow = c %s rwm\n' '1:*' '5:*' '136:*')$'\n'
            ;;
        g13) lines+=$'lxc.mount.auto =\nlxc.mount.auto = proc:mixed\n' ;;
        g17) environment+=(LIBVA_DRIVER_NAME=nonesuch) ;;
        g21) environment+=(TESTDRV=fail@vaEndPicture=24) ;;
    esac
}

recognise() {
    local id

    for id in "${order[@]}"; do
        [[ $cause != *"${words[$id]}"* ]] || echo "$id"
    done
}

# A start that the hook refuses has found the next cause by itself; check prints what mends it.
start_or_mend() {
    ct_start "$ct" >/run/start.said 2>&1 && return
    grep -o 'exited with status [0-9]*' "/run/$ct.log" | grep -q ' 5$' || { cat /run/start.said; return 1; }
    found_list+=(g10)
    mend host < <(lxc-gpu-hook check "$ct" 2>&1 | sed -n 's/^fix: //p')
    ct_start "$ct"
}
box_start() { start_or_mend; }

# A container at hand that is as the pair wants it is used again.
have=
container_for() {
    local wanted="$way $lines"

    if [[ $wanted != "$have" ]]; then
        [[ -z $have ]] || box_end
        have=$wanted
        set -- "$user" "${#environment[@]}" "${environment[@]}" "${arguments[@]}"
        box pairs < <(printf '%s\n' "$way" "$lines")
        cp "$mend_config" /run/as-made.conf
        user=$1 environment=("${@:3:$2}") arguments=("${@:3+$2}")
        ct_start "$ct"
    fi
    sed -i '/^render:/s/,outsider$//' "/var/lib/lxc/$ct/rootfs/etc/group"
    session=new newgrp=''
}

# one_pair A B: found in this order, then PASS
one_pair() {
    local id tries

    way=$gpu_conf lines='' found_list=() user=viewer environment=() arguments=()
    for id; do spoil "$id"; done
    container_for || return
    for tries in 1 2 3 4; do
        verify
        [[ $status != 0 ]] || break
        id=$(recognise)
        echo "try $tries: status $status, $failures cause, $id: $cause"
        [[ $failures == 1 && -n $id ]] || { echo "$output"; return 1; }
        found_list+=("$id")
        if [[ $id == g21 ]]; then # another driver: the person's to install
            mapfile -t environment < <(printf '%s\n' "${environment[@]}" | grep -v TESTDRV)
            continue
        fi
        mend_it || return
    done
    cmp -s /run/as-made.conf "$mend_config" || have=changed
    echo "found: ${found_list[*]}; verdict $verdict"
    [[ "${found_list[*]}" == "$*" && $verdict == pass ]]
}

pairs=()
for ((i = 0; i < ${#order[@]}; i++)); do
    for ((j = i + 1; j < ${#order[@]}; j++)); do
        [[ "${order[i]} ${order[j]}" == 'g28 g10' ]] || pairs+=("${order[i]} ${order[j]}")
    done
done
# The ones that need no config of their own first: they share a container.
mapfile -t pairs < <(printf '%s\n' "${pairs[@]}" | awk '{ print ($0 ~ /g28|g5|g10|g13/) " " $0 }' | sort -s -k1,1n | cut -d ' ' -f 2-)

healthy=("viewer|" "root|" "viewer||--device /dev/dri/renderD129" "viewer|lp-only" "viewer|no-lp" "viewer|no-packed"
    "viewer|packed-seq-only" "viewer|no-derive" "viewer|derive-i420" "viewer|i420" "viewer|no-syncbuffer"
    "viewer|rate-control" "viewer|segments" "viewer|no-vld" "viewer|chatty" "viewer||--entrypoint lp")
plan $((${#pairs[@]} + ${#healthy[@]}))

for pair in "${pairs[@]}"; do
    # shellcheck disable=SC2086  # two words
    if one_pair $pair >/run/said 2>&1; then pass "$pair, one after the other"; else fail "$pair" "$(cat /run/said)"; have=failed; fi
done
box_end

box healthy <<<"$gpu_conf"
ct_start healthy
for one in "${healthy[@]}"; do
    IFS='|' read -r user switches words <<<"$one"
    read -r -a arguments <<<"$words"
    environment=("TESTDRV=$switches")
    check "healthy: $user ${switches:-a driver without faults} $words" passes
done
box_end
fixes_done
