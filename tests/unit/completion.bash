# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Shared by the completion tests: asks a completion as readline would.

failures=0

# completes WANTED WORD...: what is offered for the last word, sorted, as one line. Every word is one that
# readline would see, so "=" is a word of its own.
completes() {
    local wanted=$1 got function

    shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    function=$(complete -p "${1##*/}" | sed 's/.*-F \([^ ]*\).*/\1/')
    # compopt fails outside of readline: what counts is COMPREPLY
    "$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" || true
    got=$(printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd ' ')
    [[ $got == "$wanted" ]] && return
    printf 'for: %s\nwanted: %s\ngot:    %s\n' "${*:2}" "$wanted" "$got"
    failures=$((failures + 1))
}

# offers_the_help PROGRAM: every option that the whole help shows, and no other
offers_the_help() {
    completes "$("$1" --help all | grep -oE -- '--[a-z][a-z-]+' | sort -u | paste -sd ' ')" "$1" --
    for option in $("$1" --help all | grep -oE -- '^ +-[A-Za-z]\b'); do completes "$option" "$1" "$option"; done
}

finish() {
    ((failures == 0)) || exit 1
    echo 'ok - completion'
}
