# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Our service that waits for the GPU, as it stands: it waits while there is no node, ends when there is one, and what
# starts containers at boot comes after it.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh
. /payload/lib.sh
plan 6

service=lxc-gpu-wait
state() { systemctl show -P ActiveState $service; }

cp /payload/config-snippets/$service.service /etc/systemd/system/
# These machines start no container at boot (guest/masked-units).
systemctl unmask lxc.service 2>/dev/null
check 'systemd enables it' systemctl enable $service
systemctl daemon-reload
like 'lxc.service pulls it in' "$(systemctl show -P Wants lxc.service)" "\\b$service\\.service\\b"
like '... and comes after it' "$(systemctl show -P After lxc.service)" "\\b$service\\.service\\b"
like 'a container of its own unit comes after lxc.service' "$(systemctl show -P After lxc@web.service)" '\blxc\.service\b'

for node in /dev/dri/renderD*; do mv "$node" "/dev/dri/away-${node##*/}"; done
systemctl start --no-block $service
sleep 3
is 'without a node it waits' "$(state)" activating
for node in /dev/dri/away-*; do mv "$node" "/dev/dri/${node##*/away-}"; done
for _ in $(seq 30); do
    [[ $(state) == active ]] && break
    sleep 1
done
is 'with one it has ended well' "$(state)" active
systemctl disable --now $service
systemctl mask lxc.service
rm /etc/systemd/system/$service.service
