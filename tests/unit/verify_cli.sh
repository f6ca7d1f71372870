#!/bin/bash
# The real gpu-verify where no GPU is needed: what it says and how it ends for nodes that are
# missing, wrong, forbidden or without a driver. Arguments: the program, and the golden folder.
set -eu

verify=$1
golden=$2

# shellcheck source-path=SCRIPTDIR source=../lib/outcome.sh
. "${0%/*}/../lib/outcome.sh"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"; kill $(jobs -p) 2>/dev/null || true' EXIT
chmod 755 "$scratch"
# Others run it too, and may not go everywhere that it was built.
install -m 0755 "$verify" "$scratch/gpu-verify"
verify=$scratch/gpu-verify
unset LIBVA_DRIVER_NAME LIBVA_DRIVERS_PATH

# ends STATUS WORDS COMMAND...: the exit status, and a word of what it says on either output.
ends() {
    local status=0 wanted=$1 words=$2
    shift 2
    "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
    cat "$scratch/out" "$scratch/err" >"$scratch/log"
    [ "$status" = "$wanted" ] || {
        cat "$scratch/log"
        fail "$*: exit status $status, not $wanted"
    }
    # Long lines are wrapped.
    tr '\n' ' ' <"$scratch/log" | tr -s ' ' | grep -qF -- "$words" || {
        cat "$scratch/log"
        fail "$*: does not say '$words'"
    }
    echo "ok: $wanted, $words"
}

schema=$(cd "${0%/*}/../.." && pwd)/verify/gpu-verify.schema.json
is_json() {
    local status=0
    "${schema%/*/*}/tests/lib/schema.py" "$schema" "$1" >"$scratch/schema" || status=$?
    [ "$status" = 0 ] || [ "$status" = 77 ] || fail "$(cat "$scratch/schema")"
}

# ---- the command line ----
ends 0 "Usage: gpu-verify" "$verify" --help
ends 0 "gpu-verify " "$verify" --version
ends 2 "unknown option --nonsense" "$verify" --nonsense
ends 2 "Try: gpu-verify --help" "$verify" word
[ "$(wc -l <"$scratch/err")" = 2 ] || fail "more than one line about a mistake, and one that helps"
[ ! -s "$scratch/out" ] || fail "a mistake is told on stdout"
for words in "--json --nonsense" "--frames 0 --json" "--nonsense --js" "--json word" "--json --all --device /dev/null" \
    "--json --output /dev/null"; do
    # shellcheck disable=SC2086  # words
    ends 2 '"exit_status": 2' "$verify" $words
    is_json "$scratch/out"
    [ "$(wc -l <"$scratch/out")" = 1 ] || fail "$words: not one object"
done
grep -qF '"cause": "write the stream to /dev/null: not a regular file' "$scratch/out" || fail "no cause in the JSON"
ends 2 "unknown option --nonsense" "$verify" --nonsense -- --json
[ ! -s "$scratch/out" ] || fail "a word behind -- is taken for an option"
ends 1 "write the report" bash -c "'$verify' --help >/dev/full"

# ---- --output ----
ends 2 "not a regular file" "$verify" --output /dev/null
ends 2 "not a regular file" "$verify" --output "$scratch"
ends 2 "No such file or directory" "$verify" --output "$scratch/none/a.h264"
echo old >"$scratch/a.h264"
ends 10 "no $scratch/none" "$verify" --device "$scratch/none" --output "$scratch/a.h264"
[ "$(cat "$scratch/a.h264")" = old ] || fail "a failed run changed the old file"
[ -z "$(find "$scratch" -name '*part*')" ] || fail "a failed run left something behind"

# ---- files that are no render node ----
ends 10 "FAIL (10)" "$verify" --device "$scratch/none"
# a machine with a GPU has a better fix: its node
compgen -G '/dev/dri/renderD*' >/dev/null || ends 10 "fix: # Kubernetes" env KUBERNETES_SERVICE_HOST=10.0.0.1 "$verify" --device "$scratch/none"
ends 10 "FAIL (10)" "$verify" -q --device "$scratch/none"
[ "$(wc -l <"$scratch/log")" = 1 ] || fail "-q prints more than a line"
ends 10 '"exit_status": 10' "$verify" --json --device "$scratch/none"
is_json "$scratch/out"
python3 - "$scratch/out" <<'END' || fail "the first failure, the host or the time is missing at the top"
import datetime, json, os, sys
report = json.load(open(sys.argv[1]))
failed = [c for c in report["checks"] if c["status"] == "fail"][0]
assert report["cause"] == failed["cause"] and report["fix"] == failed["fix"] and report["cause"], report
assert report["host"], report
began = datetime.datetime.strptime(report["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
assert abs((datetime.datetime.now(datetime.timezone.utc) - began).total_seconds()) < 60, report
assert 0 <= report["seconds"] < 30, report
END
grep -q '"sysfs": null' "$scratch/out" || fail "/sys was not looked at, and is hidden"
ends 10 "child: " "$verify" -v --device "$scratch/none"
! grep -q 'mount:' "$scratch/out" || fail "a mount without a node"
ends 10 '"exit_status": 10' "$verify" --json --device "$scratch/"$'n\xff\n"\x5c'
is_json "$scratch/out"
: >"$scratch/renderD128"
chmod 0 "$scratch/renderD128"
ends 11 "regular file mode 0000" "$verify" --device "$scratch/renderD128"
! grep '^fix: rm' "$scratch/log" || fail "a file that is none of a GPU's is to be removed"
ln -s renderD128 "$scratch/link"
ends 11 "link -> $scratch/renderD128" "$verify" --device "$scratch/link"
ends 11 "is a directory" "$verify" --device "$scratch"
# Below /dev it is in the way of the node.
if unshare -m true 2>/dev/null; then
    ends 11 "fix: rm /dev/renderD128" unshare -m bash -c \
        "mount -t tmpfs none /dev && touch /dev/renderD128 && exec '$verify' --device /dev/renderD128"
fi
mkfifo "$scratch/pipe"
ends 11 "is a pipe" "$verify" --device "$scratch/pipe"
ends 11 "is device 1:3" "$verify" --device /dev/null
grep -q '^fix: [^#]' "$scratch/log" || fail "no way out of /dev/null"

for file in "$golden"/*.json; do is_json "$file"; done
echo "ok: the golden JSON keeps to the schema"

# ---- nodes that have no driver behind them ----
nodes=$scratch/nodes
mkdir "$nodes"
mknod "$nodes/renderD255" c 226 255 2>/dev/null || skip "no right to make device nodes here"
[ ! -e /dev/dri/renderD255 ] || skip "there is a real renderD255"
mknod "$nodes/renderD254" c 226 255
mknod "$nodes/card0" c 226 0
ends 11 "which must be" "$verify" --device "$nodes/renderD254"
ends 11 "is device 226:0" "$verify" --device "$nodes/card0"
ends 15 "no driver answers behind $nodes/renderD255" "$verify" --device "$nodes/renderD255"
grep -q '^access  *FAIL No such device' "$scratch/out" || fail "no evidence for ENXIO"

# ---- and that may not be opened ----
chown 0:4242 "$nodes/renderD255"
chmod 660 "$nodes/renderD255"
as_nobody() {
    setpriv --reuid 65534 --regid 65534 "$@"
}
ends 13 "is not in group 4242" as_nobody --clear-groups "$verify" --device "$nodes/renderD255"
ends 15 "FAIL (15)" as_nobody --groups 4242 "$verify" --device "$nodes/renderD255"
chmod 600 "$nodes/renderD255"
ends 13 "mode 0600" as_nobody --groups 4242 "$verify" --device "$nodes/renderD255"
chmod 666 "$nodes/renderD255"
ends 15 "FAIL (15)" as_nobody --clear-groups "$verify" --device "$nodes/renderD255"

# A terminal cuts the evidence to its columns; what goes to a pipe or the journal is whole.
long=$nodes/a-name-of-a-file-that-is-longer-than-what-sixty-columns-have-room-for
touch "$long"
on_columns() {
    python3 -c '
import fcntl, os, pty, struct, sys, termios
def child():
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
pid, terminal = pty.fork()
if pid == 0:
    child()
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    os.write(1, data)
' "$1" "$verify" --device "$long" | tr -d '\r' | sed -n '/^node /p'
}
on_columns 60 | grep -q '^node .*\.\.\.$' || fail "60 columns do not cut the evidence"
on_columns 200 | grep -q "$long" || fail "200 columns cut the evidence"
"$verify" --device "$long" | grep '^node ' | grep -q "$long" || fail "a pipe cuts the evidence"

# ---- in a user namespace, as in a container ----
unshare -U --map-root-user true 2>/dev/null || skip "no right to make user namespaces here"
chown 1234:1234 "$nodes/renderD255"
chmod 660 "$nodes/renderD255"
ends 12 "not mapped here" unshare -U --map-root-user "$verify" --device "$nodes/renderD255"
grep -q 'uid_map 0 0 1' "$scratch/out" || fail "the map is not shown"
# in_namespace GID_MAP STATUS WORDS GROUPS: as user 1000 of a namespace with this map.
in_namespace() {
    local holder
    unshare -U sleep 600 &
    holder=$!
    until [ "$(readlink "/proc/$holder/ns/user")" != "$(readlink /proc/self/ns/user)" ]; do
        kill -0 "$holder" || fail "no user namespace"
        sleep 0.01
    done
    echo "0 100000 65536" >"/proc/$holder/uid_map"
    # One write is all the kernel takes; the shell's own printf makes one of each line.
    env printf '%b' "$1" >"/proc/$holder/gid_map"
    ends "$2" "$3" nsenter -t "$holder" -U setpriv --reuid 1000 --regid 1000 "$4" \
        "$verify" --device "$nodes/renderD255"
    kill "$holder"
    wait "$holder" 2>/dev/null || true
}
in_namespace '0 100000 65536\n' 12 "not mapped into" --clear-groups
in_namespace '0 100000 109\n109 1234 1\n110 100110 65426\n' 13 "is not in group" --clear-groups
in_namespace '0 100000 109\n109 1234 1\n110 100110 65426\n' 15 "no driver answers" --groups=109

# ---- a mount that forbids devices ----
chown 0:0 "$nodes/renderD255"
unshare -m true 2>/dev/null || skip "no right to make mount namespaces here"
ends 11 "is mounted nodev" unshare -m bash -c \
    "mount -t tmpfs -o nodev none '$nodes' && mknod '$nodes/renderD255' c 226 255 &&
     exec '$verify' --device '$nodes/renderD255'"

echo "all ok"
