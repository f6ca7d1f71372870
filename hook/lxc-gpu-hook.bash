# SPDX-License-Identifier: MIT
# bash completion for lxc-gpu-hook. Commands and options come from its own help text.
# shellcheck shell=bash

# What may follow "driver=" and the like: a column of the host's nodes.
_lxc_gpu_hook_nodes() {
    "$1" list 2>/dev/null | awk -v column="$2" 'NR > 1 && $1 != "-" && $column != "unknown" { print $column }' | sort -u
}

# Where this user's containers are, when no option says so: lxc.conf(5), read as text.
_lxc_gpu_hook_lxcpath() {
    local file=/etc/lxc/lxc.conf path=/var/lib/lxc key value

    ((EUID == 0)) || file=$HOME/.config/lxc/lxc.conf path=$HOME/.local/share/lxc
    [[ ! -r $file ]] || while IFS=$' \t=' read -r key value; do
        [[ $key != lxc.lxcpath ]] || path=$value
    done <"$file"
    printf '%s\n' "${path%/}"
}

# _lxc_gpu_hook_containers COMMAND [LXCPATH]: these four want a running one, whose monitor has a socket. By the names of
# directories: no program of LXC runs, because it would obey the config of whoever made them. A name that is not plain
# is left out, as the shell that it is offered to would take it apart.
_lxc_gpu_hook_containers() {
    local path=${2:-$(_lxc_gpu_hook_lxcpath)} folder name

    path=${path/#~\//"$HOME/"} path=${path%/}
    for folder in "$path"/*/; do
        folder=${folder%/} name=${folder##*/}
        [[ $name =~ ^[A-Za-z0-9_][A-Za-z0-9_.:@+-]*$ && -e $folder/config ]] || continue
        # a longer name is hashed, and not looked for
        [[ ! $1 =~ ^(attach|detach|verify|status)$ || ${#path}+${#name} -gt 97 ]] || grep -qF " @$path/$name/command" /proc/net/unix || continue
        printf '%s\n' "$name"
    done
}

# _lxc_gpu_hook_values PROGRAM OPTION: the words that fit behind it; no success where it takes no value
_lxc_gpu_hook_values() {
    case $2 in
        --select) printf '%s\n' all pci= driver= vendor= "$(_lxc_gpu_hook_nodes "$1" 1)" ;;
        pci) _lxc_gpu_hook_nodes "$1" 2 ;;
        driver) _lxc_gpu_hook_nodes "$1" 3 ;;
        vendor) printf '%s\n' amd intel nvidia ;;
        --group) printf '%s\n' render video ;;
        --cdi-version) printf '%s\n' 0.5.0 0.6.0 0.7.0 0.8.0 1.0.0 ;;
        *) "$1" --help all 2>/dev/null | grep -qE -- "^ +(-[A-Za-z], )?$2 [A-Z]|^ +$2, --[a-z-]+ [A-Z]" ;;
    esac
}

_lxc_gpu_hook() {
    local program=$1 current=$2 previous=$3 command='' lxcpath='' words='' word i

    COMPREPLY=()
    # readline takes "=" for a word of its own
    if [[ $current == = ]]; then
        current=
    elif [[ $previous == = ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            -P | --lxcpath) lxcpath=${COMP_WORDS[i + 1]} ;;
            list | check | idmap | attach | detach | enable | disable | cdi | verify | status) command=${command:-${COMP_WORDS[i]}} ;;
        esac
    done
    if [[ $previous =~ ^--(output|check|metrics)$ ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        compopt -o filenames 2>/dev/null
        return
    elif [[ $previous == -P || $previous == --lxcpath ]]; then
        mapfile -t COMPREPLY < <(compgen -d -- "$current")
        compopt -o filenames 2>/dev/null
        return
    elif words=$(_lxc_gpu_hook_values "$program" "$previous"); then
        [[ $words != *=* ]] || compopt -o nospace 2>/dev/null
    elif [[ $current == -* ]]; then
        words=$("$program" --help all 2>/dev/null | grep -oE -- '^ +(-[A-Za-z], +)?--[a-z-]+' | tr -d ',')
    elif [[ -z $command ]]; then
        words='attach cdi check detach disable enable idmap list status verify'
    elif [[ $command != list && $command != cdi ]]; then
        words=$(_lxc_gpu_hook_containers "$command" "$lxcpath")
    fi
    # not by compgen -W, which expands what it is given
    while read -r word; do
        [[ -z $word || $word != "$current"* ]] || COMPREPLY+=("$word")
    done < <(printf '%s\n' "$words" | tr ' ' '\n')
}

complete -F _lxc_gpu_hook lxc-gpu-hook
