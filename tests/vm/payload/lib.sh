# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# For the tests in the virtual machine: TAP, and containers.
#   plan N · check NAME COMMAND... · is NAME GOT WANTED · like NAME GOT PATTERN · skip NAME REASON
#   ct_make NAME busybox|debian|bullseye|bookworm|trixie <extra-config · ct_start NAME · ct_run NAME COMMAND... · ct_stop NAME · ct_remove NAME
# shellcheck disable=SC2034  # what tests may use
first_id=100000 # the host id that is root in the containers

# rootfs_gid ROOTFS: of its group render
rootfs_gid() { awk -F: '$1 == "render" { print $3 }' "/srv/rootfs/$1/etc/group"; }

# The machine's own release, which is also that of the containers called debian.
if [[ -e /srv/rootfs/debian ]]; then
    # shellcheck source=/dev/null disable=SC2034
    release=$(. /etc/os-release && echo "$VERSION_CODENAME")
    # shellcheck disable=SC2034
    render_gid=$(rootfs_gid debian)
fi

plan() { printf '1..%d\n' "$1"; }

pass() { printf 'ok - %s\n' "$1"; }

# fail NAME TEXT: the text explains and becomes comment lines.
fail() {
    printf 'not ok - %s\n' "$1"
    printf '%s\n' "${2:-}" | sed 's/^/#     /'
    return 1
}

skip() { printf 'ok - %s # SKIP %s\n' "$1" "$2"; }

# check NAME COMMAND...: the command succeeds.
check() {
    local name=$1 output status=0

    shift
    output=$("$@" 2>&1) || status=$?
    if ((status == 0)); then pass "$name"; else fail "$name" "$* gave status $status: $output"; fi
}

is() {
    if [[ $2 == "$3" ]]; then pass "$1"; else fail "$1" "$(printf 'got:    %s\nwanted: %s' "$2" "$3")"; fi
}

# like NAME GOT PATTERN: an extended regular expression, matched line by line.
like() {
    if grep -qE -- "$3" <<<"$2"; then pass "$1"; else fail "$1" "$(printf 'got:\n%s\nwanted a line like: %s' "$2" "$3")"; fi
}

# An unprivileged container with a writable copy of one of the root file systems; what is in the tree
# stays as it is. Standard input is added to its config.
ct_make() {
    local name=$1 rootfs=$2 dir=/var/lib/lxc/$1 upper=/run/upper/$1

    mkdir -p "$dir/rootfs" "$upper/data" "$upper/work"
    chown "$first_id:$first_id" "$upper/data"
    mount -t overlay -o "lowerdir=/srv/rootfs/$rootfs,upperdir=$upper/data,workdir=$upper/work" none "$dir/rootfs"
    cat >"$dir/config" - <(cat) <<END
lxc.include = /usr/share/lxc/config/common.conf
lxc.include = /usr/share/lxc/config/userns.conf
lxc.idmap = u 0 $first_id 65536
lxc.idmap = g 0 $first_id 65536
lxc.rootfs.path = dir:$dir/rootfs
lxc.uts.name = $name
lxc.net.0.type = empty
lxc.apparmor.profile = generated
lxc.apparmor.allow_nesting = 1
END
}

# Starts and waits until its init serves us; the log is kept for a failure's sake.
ct_start() {
    local name=$1

    lxc-start -n "$name" -l DEBUG -o "/run/$name.log" || { tail -n 20 "/run/$name.log"; return 1; }
    lxc-wait -n "$name" -s RUNNING -t 30
}

ct_run() {
    local name=$1

    shift
    lxc-attach -n "$name" --clear-env --set-var PATH=/usr/sbin:/usr/bin:/sbin:/bin -- "$@"
}

ct_stop() { lxc-stop -n "$1" --kill; }

ct_remove() {
    lxc-info -n "$1" -sH 2>/dev/null | grep -q STOPPED || lxc-stop -n "$1" --kill
    umount "/var/lib/lxc/$1/rootfs"
    rm -rf "/var/lib/lxc/${1:?}" "/run/upper/$1"
}

# ct_user NAME USER COMMAND...: as an ordinary user with that user's groups and nothing else.
ct_user() {
    local name=$1 user=$2

    shift 2
    ct_become ct_run "$name" "$user" "$@"
}

# ct_become RUN NAME USER COMMAND...: by RUN NAME COMMAND...; busybox has no setpriv that changes users.
ct_become() {
    local run=$1 name=$2 user=$3 tree=/var/lib/lxc/$2/rootfs

    shift 3
    set -- env HOME=/tmp USER="$user" "$(driver_variable "$tree")" "$@"
    if [[ -n $(rootfs_release "$tree") ]]; then
        "$run" "$name" setpriv --reuid "$user" --regid "$user" --init-groups --inh-caps=-all "$@"
    else
        "$run" "$name" su "$user" -c "$*"
    fi
}

# Before 2.16 libva finds no driver by the kernel driver's name alone. busybox has this machine's libva.
driver_variable() {
    local libva_of

    libva_of=$(rootfs_release "$1")
    if [[ ${libva_of:-$release} == bullseye ]]; then echo LIBVA_DRIVER_NAME=test; else echo A=b; fi
}

# rootfs_release TREE: its Debian release; nothing for busybox
rootfs_release() (
    # shellcheck source=/dev/null
    [[ ! -e $1/etc/os-release ]] || { . "$1/etc/os-release" && echo "$VERSION_CODENAME"; }
)

# The verifier of the container's own release and the drivers that encode on the CPU, into a container that does
# not run yet. A busybox gets this machine's, with the libraries they need.
ct_install_verify() {
    local rootfs=/var/lib/lxc/$1/rootfs dri=/usr/lib/x86_64-linux-gnu/dri from
    local libva=${dri%/*}/libva-drm.so.2 # loaded while it runs, with libva.so.2

    from=$(rootfs_release "$rootfs")
    if [[ -z $from ]]; then
        from=$release
        { echo "$libva" && ldd "/payload/$from/guest/usr/bin/gpu-verify" "/payload/$from"/driver/test_drv_video.so "$libva"; } |
            grep -oE '/[^ ]+\.so[.0-9]*' | grep -v ^/payload | sort -u | xargs cp -L --parents -t "$rootfs"
    fi
    tar -C "/payload/$from/guest" -cf - . | tar -C "$rootfs" -xf - --no-overwrite-dir
    mkdir -p "$rootfs$dri"
    cp "/payload/$from"/driver/*_drv_video.so "$rootfs$dri/"
}

# Config lines for an init that does nothing: a start takes a tenth of systemd's time.
ct_plain_init() { echo 'lxc.init.cmd = /bin/sleep 100000'; }
