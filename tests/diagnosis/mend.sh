# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Does what a fix says, line by line as it is printed, as the person would who reads it. For the tests of
# the diagnosis, on this kernel and in the virtual machine, which say how a command is run:
#   mend_host COMMAND    on the host, as root
#   mend_user COMMAND    on the host, as the user who starts the container
#   mend_guest COMMAND   in the container, as its root
# and where the container's config is, and who starts it: mend_config, mend_starter=root|user. What a person does by hand comes back in variables:
#   mend_restart=1       the container has to be restarted
#   mend_login=1         the user has to log in again
#   mend_newgrp=GROUP    ... or to type this
#   mend_arguments       for gpu-verify, when the fix is to call it otherwise
#   mend_unset           variables to unset
#   mend_read            remarks and commands that only show something, which mend nothing
# shellcheck disable=SC2034,SC2154

# record HOW LINE: for tests/diagnosis/ledger, what was done with a fix line of lxc-gpu-hook: run, config (written there),
# shown (it changes nothing), read (a remark), elsewhere (for another starter than this one). In MEND_LOG, or where the rows go.
record() { printf '# fixed %s %s\n' "$@" >>"${MEND_LOG:-${DIAGNOSIS_ROWS:-/dev/null}}"; }

# A line of a config takes the place of others where the remark above it says so.
mend_remark() {
    local remark=$1

    place=guest once=
    # Where the program cannot know who starts the container, the person does.
    if [[ $remark == '# container started by '* && $remark != *"started by root"* && $mend_starter == root ]] ||
        [[ $remark == '# container started by root'* && $mend_starter == user ]]; then
        place=elsewhere
        return
    fi
    case $remark in
        *"in place of the config's lxc.idmap = u lines"*) sed -i '/^lxc\.idmap = u/d' "$mend_config" ;;
        *"in place of the config's lxc.idmap = g lines"*) sed -i '/^lxc\.idmap = g/d' "$mend_config" ;;
        *"in place of the config's lines for this hook"*) sed -i '/^lxc\.hook\..*lxc-gpu-hook\|^lxc\.include.*\/gpu[a-z-]*\.conf/d' "$mend_config" ;;
        *'in place of its lxc.mount.entry'*) sed -i '/^lxc\.mount\.entry.*dev\/dri/d' "$mend_config" ;;
    esac
    case $remark in
        '# one of these'*) once=' ' ;;
        *'on the host, as that user'*) place=user ;;
        *'on the host'*) place=host ;;
        *'log in again'*) mend_login=1 ;;
    esac
    mend_read+="$remark"$'\n'
}

mend_config_line() {
    local line=$1 key=${1%% *}

    if [[ $place == elsewhere ]]; then
        how=elsewhere
        return
    fi
    # Of several that are offered, the first of each key.
    if [[ -n $once && $once == *" $key "* ]]; then
        how=elsewhere
        return
    fi
    [[ -z $once ]] || once+="$key "
    printf '%s\n' "$line" >>"$mend_config"
    how=config
    mend_restart=1
}

mend_command() {
    local line=$1 word=${1%% *}

    [[ $line != *'# in the container'* ]] || place=guest
    case $place/$word in
        elsewhere/*)
            how=elsewhere
            return
            ;;
        */dmesg | */journalctl | */lspci)
            mend_read+="$line"$'\n'
            how=shown
            ;;
        guest/gpu-verify) read -r -a mend_arguments <<<"${line#gpu-verify }" ;;
        guest/unset) read -r -a mend_unset <<<"${line#unset }" ;;
        guest/newgrp) mend_newgrp=${line#newgrp } ;;
        *) mend_"$place" "$line" ;;
    esac
    [[ $line != *'then restart it'* && $word != sed ]] || mend_restart=1
}

# mend host|guest: the lines on standard input, of a program that runs there.
mend() {
    local home=$1 place=$1 once='' line how

    mend_restart='' mend_login='' mend_newgrp='' mend_read='' mend_arguments=() mend_unset=()
    while IFS= read -r line <&7; do
        how=run
        case $line in
            '#'*)
                how="read"
                mend_remark "$line"
                [[ $place != guest ]] || place=$home
                ;;
            lxc.*) mend_config_line "$line" ;;
            *) mend_command "$line" || return ;;
        esac
        [[ $home != host ]] || record "$how" "$line"
    done 7<&0
}

# stranger TEXT: what a person who has never seen the program can read: 12 lines and 80 columns at most
# (lines to paste are never broken, and the evidence of a check is cut by a terminal alone), nothing that only a terminal shows, no name of a function but libva's.
stranger() {
    local text=$1 line bad='' most=12

    # The last two checks have eight and nine lines before them.
    [[ $text != *$'\n'scale\ *FAIL* ]] || most=14
    [[ $text != *$'\n'codecs\ * ]] || most=15
    (($(wc -l <<<"$text") <= most)) || bad+="more than $most lines; "
    ! grep -q $'[^\t -~]' <<<"$text" || bad+='bytes that are not printable; '
    while IFS= read -r line; do
        [[ $line == 'fix: '* || $line =~ ^[a-z]+\ +(pass|warn|FAIL|skip)\  || ${#line} -le 80 ]] || bad+="longer than 80 columns: $line; "
    done <<<"$text"
    ! grep -v '^fix: ' <<<"$text" | grep -E '(^|[^a-zA-Z0-9_])[a-z]+(_[a-z]+)*\(\)' || bad+='the name of a function; '
    ! grep -v '^fix: #' <<<"$text" | grep -E '<[a-z]+>|(^| )(NAME|GID|PID|VMID|IMAGE)( |$)' || bad+='a placeholder; '
    [[ -z $bad ]] || { printf '%s\nin:\n%s\n' "$bad" "$text"; return 1; }
}

# row ID STATUS FIX: one line of the table that tests/diagnosis/table makes; DIAGNOSIS_ROWS is a file that gets it too.
row() { printf '# row %s made status=%s cause=ok fix=%s\n' "$@" | tee -a "${DIAGNOSIS_ROWS:-/dev/null}"; }
