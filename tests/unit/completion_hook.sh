#!/bin/bash
# What bash offers behind lxc-gpu-hook. usage: completion_hook.sh PROGRAM COMPLETION
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/completion.bash"
# shellcheck source=hook/lxc-gpu-hook.bash
. "$2"

# Containers and nodes that are always the same: an lxc-ls and a list of our own.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin" "$scratch/containers"
cat >"$scratch/bin/lxc-ls" <<'FAKE'
#!/bin/sh
case "$*" in
    -1) printf '%s\n' mail video vault ;;
    '-1 --running') echo video ;;
    '-1 -P /srv/lxc') echo elsewhere ;;
    '-1 --running -P /srv/lxc') echo awake ;;
    *) exit 1 ;;
esac
FAKE
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
completes 'attach check idmap list' $hook ''
completes 'list' $hook l
completes 'mail vault video' $hook check ''
completes 'vault video' $hook idmap v
completes 'video' $hook attach ''
completes 'elsewhere' $hook check -P /srv/lxc ''
completes 'awake' $hook --lxcpath /srv/lxc attach ''
completes '' $hook list ''
completes 'all driver= pci= renderD128 renderD129 vendor=' $hook --select ''
completes 'renderD128 renderD129' $hook --select r
completes '0000:00:02.0' $hook --select pci = ''
completes 'i915 vgem' $hook --select driver =
completes 'i915' $hook --select driver = i
completes 'amd intel nvidia' $hook --select vendor = ''
completes 'render video' $hook --group ''
completes '' $hook --mode ''
completes '--wait --with-card --write' $hook idmap --w
completes "$scratch/containers" $hook -P "$scratch/c"
# without LXC there are no names, and no complaint
rm "$scratch/bin/lxc-ls"
PATH=$scratch/bin:/usr/bin:/bin
command -v lxc-ls >/dev/null || completes '' $hook check ''
finish
