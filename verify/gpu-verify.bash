# SPDX-License-Identifier: MIT
# bash completion for gpu-verify. Options, and the words that some of them take, come from its own help text.
# shellcheck shell=bash

# _gpu_verify_values PROGRAM OPTION: the words that its line of the help offers, as "auto, slice or lp"
_gpu_verify_values() {
    "$1" --help all 2>/dev/null | sed -nE "s/^ +(-., )?$2 [A-Z]+ +([a-z, -]* or [a-z-]+).*/\2/p" | sed 's/, / /g; s/ or / /'
}

_gpu_verify() {
    local program=$1 current=$2 previous=$3 words=''

    COMPREPLY=()
    case $previous in
        --device)
            mapfile -t COMPREPLY < <(compgen -G '/dev/dri/renderD*' | grep -F -- "$current")
            return
            ;;
        --libva)
            mapfile -t COMPREPLY < <(compgen -d -- "$current")
            compopt -o filenames 2>/dev/null
            return
            ;;
        --output | --metrics)
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            compopt -o filenames 2>/dev/null
            return
            ;;
    esac
    if "$program" --help all 2>/dev/null | grep -qE -- "^ +(-., )?$previous [A-Z]"; then
        words=$(_gpu_verify_values "$program" "$previous")
    else
        words=$("$program" --help all 2>/dev/null | grep -oE -- '^ +(-[A-Za-z], +)?--[a-z0-9-]+' | tr -d ',')
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _gpu_verify gpu-verify
