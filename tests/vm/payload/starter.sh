# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Containers that the ordinary user starter starts: starter COMMAND... · starter_session · starter_adopt NAME (made
# by ct_make) · starter_start NAME · starter_run NAME COMMAND... · starter_user NAME USER COMMAND... · starter_stop NAME
starter_home=/home/starter

starter() {
    runuser -u starter -- env HOME=$starter_home XDG_RUNTIME_DIR=/run/user/1000 \
        DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus PATH=/usr/bin:/bin:/usr/sbin:/sbin "$@"
}

# Waits until the user's systemd serves: it is what gives the user control groups.
starter_session() {
    loginctl enable-linger starter
    for _ in $(seq 120); do
        [[ ! -S /run/user/1000/bus ]] || ! starter systemctl --user --quiet is-active dbus.socket || return 0
        sleep 1
    done
    starter systemctl --user status dbus.socket
}

# The container is root's in all but its place and the ids it starts with.
starter_adopt() {
    local path=$starter_home/.local/share/lxc/$1

    runuser -u starter -- mkdir -p "$path"
    chmod o+x $starter_home
    {
        grep -v lxc.apparmor "/var/lib/lxc/$1/config"
        # A generated profile wants apparmor_parser, which an ordinary user may not run.
        echo 'lxc.apparmor.profile = unconfined'
    } >"$path/config"
    chown -R starter:starter $starter_home/.local
}

# LXC 4.0 has no lxc-unpriv-start: a scope of the user's systemd is what it makes.
starter_lxc() {
    local program=$1

    shift
    if command -v "lxc-unpriv-$program" >/dev/null; then
        starter "lxc-unpriv-$program" "$@"
    else
        starter systemd-run --user --scope --quiet -p Delegate=yes -- "lxc-$program" "$@"
    fi
}

starter_start() {
    local log=$starter_home/$1.log

    rm -f "$log"
    starter_lxc start -n "$1" -l DEBUG -o "$log" || { tail -n 20 "$log"; return 1; }
    starter lxc-wait -n "$1" -s RUNNING -t 60
}

starter_run() {
    local name=$1

    shift
    starter_lxc attach -n "$name" --clear-env --set-var PATH=/usr/sbin:/usr/bin:/sbin:/bin -- "$@"
}

starter_user() {
    local name=$1 user=$2

    shift 2
    ct_become starter_run "$name" "$user" "$@"
}

starter_stop() {
    starter lxc-stop -n "$1" -k
    starter lxc-wait -n "$1" -s STOPPED -t 20
}
