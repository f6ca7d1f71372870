#!/bin/bash
# SPDX-License-Identifier: MIT
# What bash offers behind lxc-gpu-hook. usage: completion_hook.sh PROGRAM COMPLETION
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/completion.bash"
# shellcheck source=hook/lxc-gpu-hook.bash
. "$2"

# Containers and nodes that are always the same: directories and a list of our own.
scratch=$(mktemp -d)
trap 'kill "${monitor:-}" 2>/dev/null || true; rm -rf "$scratch"' EXIT
mkdir "$scratch/bin" "$scratch/containers"
HOME=$scratch/home
there=$HOME/.local/share/lxc
((EUID != 0)) || there=$scratch/lxc # root's own place is the machine's
# shellcheck disable=SC2016  # names as they are
for name in mail video vault '-x' '.hidden' 'a b' '$(id >pwned)' '`id`' $'new\nline' 'a;b'; do
    mkdir -p "$there/$name"
    touch "$there/$name/config"
done
for name in mail vault video; do
    mkdir -p "$scratch/srv/else-$name"
    touch "$scratch/srv/else-$name/config"
done
mkdir "$there/no-container"
# A program of LXC would obey what is in those configs: none is to run.
for program in lxc-ls lxc-info lxc-config; do
    # shellcheck disable=SC2016  # a program
    printf '#!/bin/sh\necho "$0" >>%s/ran\necho lied\n' "$scratch" >"$scratch/bin/$program"
done
cat >"$scratch/bin/lxc-gpu-hook" <<FAKE
#!/bin/sh
[ "\$1" = list ] || exec $1 "\$@"
echo 'NODE         PCI           DRIVER       VENDOR   GROUP        MODE'
echo 'renderD128   0000:00:02.0  i915         intel    render       0660'
echo 'renderD129   unknown       vgem         unknown  render       0660'
FAKE
chmod +x "$scratch/bin/"*
PATH=$scratch/bin:$PATH
hook=lxc-gpu-hook

offers_the_help $hook
completes 'attach cdi check detach disable enable idmap list status verify' $hook ''
completes 'list' $hook l
in=(-P "$there")
((EUID == 0)) || in=()
completes 'mail vault video' $hook "${in[@]}" check ''
completes 'vault video' $hook "${in[@]}" idmap v
completes 'mail vault video' $hook "${in[@]}" enable ''
completes 'mail vault video' $hook "${in[@]}" disable ''
completes '' $hook "${in[@]}" attach ''
# what a monitor listens at
perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0) && bind(S, pack_sockaddr_un("\0$ARGV[0]")) && listen(S, 1) or
    die; sleep 60' "$there/video/command" &
monitor=$!
until grep -q "@$there/video/command" /proc/net/unix; do
    kill -0 "$monitor"
    sleep 0.02
done
completes 'video' $hook "${in[@]}" attach ''
completes 'video' $hook "${in[@]}" detach ''
completes 'video' $hook "${in[@]}" verify ''
completes 'else-mail else-vault else-video' $hook check -P "$scratch/srv" ''
completes 'else-vault else-video' $hook --lxcpath "$scratch/srv/" idmap else-v
completes '' $hook --lxcpath "$scratch/srv" attach ''
mkdir -p "$scratch/home/srv/at-home" && touch "$scratch/home/srv/at-home/config"
# shellcheck disable=SC2088  # as it is typed
completes 'at-home' $hook check -P '~/srv' ''
[[ ! -e $scratch/ran ]] || { echo "run for a completion: $(cat "$scratch/ran")"; exit 1; }
[[ ! -e pwned ]]
completes '' $hook list ''
completes '' $hook cdi ''
completes "$scratch/containers" $hook cdi --check "$scratch/c"
completes "$scratch/containers" $hook status --metrics "$scratch/c"
completes '0.5.0 0.6.0 0.7.0 0.8.0 1.0.0' $hook cdi --cdi-version ''
completes 'all driver= pci= renderD128 renderD129 vendor=' $hook --select ''
completes 'renderD128 renderD129' $hook --select r
completes '0000:00:02.0' $hook --select pci = ''
completes 'i915 vgem' $hook --select driver =
completes 'i915' $hook --select driver = i
completes 'amd intel nvidia' $hook --select vendor = ''
completes 'render video' $hook --group ''
completes '' $hook --mode ''
completes '--wait --watch --with-card --write' $hook idmap --w
completes "$scratch/containers" $hook -P "$scratch/c"
# where there are no containers there are no names, and no complaint
completes '' $hook check -P "$scratch/none" ''
finish
