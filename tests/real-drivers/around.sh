#!/bin/bash
# SPDX-License-Identifier: MIT
# Rows of the diagnosis about what is around the driver: the service's own sandbox, the groups of a login, memory,
# which packages are there. Processes, namespaces, cgroups and users are real; dpkg's database, the file
# memory.events and the names of units are fixtures, for no systemd runs here.
# shellcheck source-path=SCRIPTDIR
export rows='g31 g32 g38 g39 g42 g46 g47'
. "${0%/*}/common.sh"
# shellcheck source=../diagnosis/mend.sh
. "${0%/*}/../diagnosis/mend.sh"
for driver in iHD i965 virtio_gpu; do driver_needed "$driver"; done
failures_known
: "${TEST_DRIVERS:?the folder of the test driver}"

# row_is ID STATUS WORDS FIX-PATTERN: of the last verify; an empty pattern: no fix
row_is() {
    expect "$2" "$3" "$1"
    if [ -n "$4" ]; then
        grep -qE "^fix: $4" "$scratch/log" || fail "$1: no line like: fix: $4"
    else
        ! grep -q '^fix: ' "$scratch/log" || fail "$1: a fix"
    fi
    (($2 == 0)) || stranger "$(cat "$scratch/log")" || fail "$1: not for a stranger"
    row "$1" "$2" "${5:-text}"
}
test_driver() {
    TESTDRV=$1 LIBVA_DRIVER_NAME=test LIBVA_DRIVERS_PATH=$TEST_DRIVERS verify kbl "${@:2}"
}

# Newer than the newest driver of this release.
LIBVA_DRIVER_NAME=iHD verify lnl
row_is g39 21 'iHD_drv_video.so is too old here for the kernel driver xe' '# a newer one: from a newer release of the distribution, or its backports'
! grep -q '^fix: apt' "$scratch/log" || fail 'g39: the package that is current'

# A driver without vaSyncBuffer to speak of, under a libva that has it: VA_STATUS_ERROR_INVALID_CONTEXT.
test_driver fail@vaSyncBuffer=5
row_is g42 0 'gpu-verify: PASS' '' none

[ "$(id -u)" = 0 ] || { rows='g31 g32 g38 g46 g47' && skip 'root is needed for files and namespaces of its own'; }

# covered SOURCE TARGET COMMAND...: with SOURCE in place of TARGET
# shellcheck disable=SC2016  # for the inner shell
covered=(unshare --mount --propagation private sh -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' -)
plain=(--frames 5 --size 320x240 --timeout 5)

# virtio_gpu in a virtual machine, with no driver installed.
mkdir "$scratch/none"
folder=$(pkg-config --variable driverdir libva)
status=0
on_chip virtio "${covered[@]}" "$scratch/none" "$folder" "$GPU_VERIFY" "${plain[@]}" >"$scratch/log" 2>&1 || status=$?
row_is g38 20 'is virtio_gpu, a virtual GPU, and no VA driver is installed for it' 'apt-get install .*mesa-va-drivers$'

# The non-free build is installed, and something crashes: nothing may install the free one, which removes it.
[ -e /var/lib/dpkg/status ] || { rows='g31 g32 g46 g47' && skip 'no dpkg'; }
sed 's/^Package: intel-media-va-driver$/Package: intel-media-va-driver-non-free/' /var/lib/dpkg/status >"$scratch/status"
status=0
on_chip dg1 "${covered[@]}" "$scratch/status" /var/lib/dpkg/status "$GPU_VERIFY" "${plain[@]}" >"$scratch/log" 2>&1 || status=$?
row_is g46 32 'VA driver iHD crashed with SIGSEGV' 'apt-get update && apt-cache policy intel-media-va-driver-non-free$'
! grep -q 'needs the component' "$scratch/log" || fail 'g46: where to get what is installed'
for chip in bdw dg2 kbl; do
    status=0
    on_chip "$chip" "${covered[@]}" "$scratch/status" /var/lib/dpkg/status "$GPU_VERIFY" "${plain[@]}" >"$scratch/log" 2>&1 || status=$?
    ! grep -qE '^fix: .*apt-get .*install (.* )?intel-media-va-driver( |$)' "$scratch/log" || fail "g46: $chip: the free build"
done

# The limit of memory is hit while it runs, and a call fails.
mkdir "$scratch/cgroup"
printf 'max 0\noom 0\noom_kill 0\n' >"$scratch/cgroup/memory.events"
own=$(sed -n 's/^0:://p' /proc/self/cgroup)
if [ "$own" = / ]; then
    {
        sleep 0.7
        printf 'max 9\noom 2\noom_kill 0\n' >"$scratch/cgroup/memory.events"
    } &
    status=0
    TESTDRV=slow=400,fail@vaMapBuffer=2@9+ LIBVA_DRIVER_NAME=test LIBVA_DRIVERS_PATH=$TEST_DRIVERS \
        on_chip kbl "${covered[@]}" "$scratch/cgroup" /sys/fs/cgroup "$GPU_VERIFY" "${plain[@]}" >"$scratch/log" 2>&1 || status=$?
    wait
    row_is g47 30 "memory ran out during the run: the limit of this" 'cat /sys/fs/cgroup/memory.events'
    TESTDRV=fail@vaMapBuffer=2@9+ LIBVA_DRIVER_NAME=test LIBVA_DRIVERS_PATH=$TEST_DRIVERS \
        on_chip kbl "${covered[@]}" "$scratch/cgroup" /sys/fs/cgroup "$GPU_VERIFY" "${plain[@]}" >"$scratch/log" 2>&1 || status=$?
    ! said | grep -q 'memory ran out' || fail 'g47: memory is blamed without a hit'
else
    # A cgroup that is not ours to write: the unit's fixtures have to do.
    [ "${TESTS_MUST_RUN:-0}" != 1 ] || fail 'g47: this is not run in the root of its cgroups'
    echo '# row g47 skipped' | tee -a "${DIAGNOSIS_ROWS:-/dev/null}"
fi

# A place with a first process of its own, which is in the cgroup where systemd's is, and has the node.
cat >"$scratch/place" <<'SH'
set -eu
mount -t tmpfs none "$ROOT"
mkdir "$ROOT/upper" "$ROOT/work" "$ROOT/merged"
mount -t overlay -o "lowerdir=/,upperdir=$ROOT/upper,workdir=$ROOT/work" none "$ROOT/merged"
root=$ROOT/merged
rm -f "$root/.dockerenv" "$root/run/.containerenv"
cp "$PROGRAM" "$root/gpu-verify"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=0755 none "$root/dev"
mkdir "$root/dev/dri" "$root/cgroup"
mount -t tmpfs none "$root/sys"
mkdir -p "$root/sys/fs/cgroup"
mount -t cgroup2 none "$root/sys/fs/cgroup"
mknod -m 0666 "$root/dev/null" c 1 3
mknod -m 0660 "$root/dev/dri/renderD128" c 226 128
chown 1234:104 "$root/dev/dri/renderD128"
printf 'root:x:0:0::/root:/bin/sh\njelly:x:1000:1000::/:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\nrender:x:104:jelly\nfar:x:70000:jelly\njelly:x:1000:\n' >"$root/etc/group"
mount -t cgroup2 none "$root/cgroup"
exec env -u container chroot "$root" bash -euc '
    place=/cgroup/gpu-verify-test-$KEY
    mkdir -p "$place/init.scope" "$place/system.slice/app.service"
    trap "echo \$\$ >/cgroup/cgroup.procs; find $place -depth -type d -exec rmdir {} +" EXIT
    echo $$ >"$place/init.scope/cgroup.procs"
    # service COMMANDS: as a service of it
    service() (
        echo "$BASHPID" >/service.pid
        echo "$BASHPID" >"$place/system.slice/app.service/cgroup.procs"
        INVOCATION_ID=1 exec unshare --mount --propagation private bash -euc "$1"
    )
    '"$1"
SH

# in_place COMMANDS: by the first process of a place
in_place() {
    status=0
    ROOT=$scratch/root PROGRAM=$GPU_VERIFY KEY=$$ unshare --mount --propagation private --pid --fork \
        bash "$scratch/place" "$1" >"$scratch/log" 2>&1 || status=$?
}
mkdir "$scratch/root"

# The sandbox of the unit: a /dev of its own, as PrivateDevices=yes makes it. The first process has the node.
in_place 'service "mount -t tmpfs none /dev && mknod -m 0666 /dev/null c 1 3 && /gpu-verify"'
row_is g31 10 'no /dev/dri/renderD128 for app.service: the unit gets a /dev of its own (PrivateDevices=yes), without GPUs' \
    "printf '\[Service\]"
in_place 'service "mount -t tmpfs none /dev && mknod -m 0666 /dev/null c 1 3 && exec env -u INVOCATION_ID /gpu-verify"'
! said | grep -qF app.service || fail 'g31: a login, and a unit is blamed'

# A service of root without groups, where root does not own the node and has no power over it.
in_place 'service "exec setpriv --bounding-set=-all --inh-caps=-all --clear-groups /gpu-verify"'
row_is g32 13 'app.service runs as root, without group render of /dev/dri/renderD128' "printf '\[Service\]"
in_place 'service "exec setpriv --bounding-set=-all --inh-caps=-all --groups 104 /gpu-verify"'
[ "$status" = 15 ] || fail "g32: with the group, as SupplementaryGroups= gives it: exit status $status, not 15 of a machine without GPU"
echo 'ok: g32: the group, as SupplementaryGroups= gives it, opens the way'

# As a process of this place is: --like, by root of the place, which itself could open the node. The variable, the
# cgroup, the mounts, the user, the groups and the bounding set are the service's own.
# like COMMANDS OPTION...: of a service that runs them and stays; the last of them is what runs "sleep"
like() {
    local commands=$1
    shift
    in_place "service '$commands sleep 60' &
        for n in {1..100}; do
            pid=\$(cat /service.pid 2>/dev/null) && [ \"\$(cat /proc/\$pid/comm)\" = sleep ] && break; sleep 0.1
        done
        status=0; /gpu-verify --like \$pid $* || status=\$?; kill \$pid; wait; exit \$status"
}
like 'mount -t tmpfs none /dev; mknod -m 0666 /dev/null c 1 3; exec'
expect 10 'no /dev/dri/renderD128 for app.service: the unit gets a /dev of its own' 'like a service with a /dev of its own'
like 'exec setpriv --bounding-set=-all --inh-caps=-all --clear-groups'
expect 13 'app.service runs as root, without group render of /dev/dri/renderD128' 'like a service of root without groups'
like 'exec setpriv --bounding-set=-all --inh-caps=-all --groups=104'
expect 15 'mode 0660, owner 1234:104 (render), user 0 (root)' 'like a service of root with the group'
like 'exec setpriv --reuid=1000 --regid=1000 --groups=104' --json
expect 15 'user 1000 (jelly)' 'like a service of a user in the group'
like 'exec setpriv --reuid=1000 --regid=1000 --clear-groups'
expect 13 'user jelly' 'like a service of a user without the group'
like 'mkdir /other; mount --rbind / /other; mount -t tmpfs none /other/dev; exec chroot /other'
expect 10 'no /dev/dri/renderD128' 'like a service with a root directory of its own'
like 'export KUBERNETES_SERVICE_HOST=10.0.0.1; exec' -v
said | grep -qF 'place: oci' || fail 'like: the environment is not its own'
echo 'ok: like a service with an environment of its own'

# What passes as a process is may fail in it all the same where its system calls are filtered: that is said.
cat >"$scratch/filtered" <<'PY'
import ctypes, os, sys
class Filter(ctypes.Structure):
    _fields_ = [('code', ctypes.c_ushort), ('jt', ctypes.c_ubyte), ('jf', ctypes.c_ubyte), ('k', ctypes.c_uint)]
class Program(ctypes.Structure):
    _fields_ = [('len', ctypes.c_ushort), ('filter', ctypes.POINTER(Filter))]
libc = ctypes.CDLL(None)
program = Program(1, ctypes.pointer(Filter(6, 0, 0, 0x7fff0000)))  # return SECCOMP_RET_ALLOW
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, ctypes.byref(program)) == 0
os.execvp(sys.argv[1], sys.argv[1:])
PY
# like_running COMMAND...: of a process with the fake kernel's GPU that runs the command
like_running() {
    local pid='' shell
    rm -f "$scratch/pid"
    # shellcheck disable=SC2016  # for the inner shell
    TESTDRV='' LIBVA_DRIVER_NAME=test LIBVA_DRIVERS_PATH=$TEST_DRIVERS on_chip kbl \
        sh -c 'echo $$ >"$1"; shift; exec "$@"' - "$scratch/pid" "$@" &
    shell=$!
    for _ in {1..100}; do
        pid=$(cat "$scratch/pid" 2>/dev/null) && [ "$(cat "/proc/$pid/comm")" = sleep ] && break
        sleep 0.1
    done
    status=0
    "$GPU_VERIFY" --like "$pid" "${plain[@]}" >"$scratch/log" 2>&1 || status=$?
    kill "$pid"
    wait "$shell" || true
}
like_running python3 "$scratch/filtered" sleep 60
expect 0 'note: without the system call filter of process' 'like a process whose system calls are filtered'
like_running sleep 60
expect 0 'gpu-verify: PASS' 'like a process without a filter'
! grep -q '^note: without' "$scratch/log" || fail 'like: a note of a filter that is not there'

# What cannot be.
in_place 'exec setpriv --reuid=1000 --regid=1000 --clear-groups /gpu-verify --like 1'
expect 2 '--like: only root can be as another process is' 'like, and not root'
in_place 'exec /gpu-verify --like 999999'
expect 2 '--like: process 999999: No such file' 'like nobody'
in_place 'exec /gpu-verify --like no-such-unit'
expect 2 '--like: ' 'like no unit'
