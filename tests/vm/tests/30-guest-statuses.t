# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What an ordinary user in a real container is told by gpu-verify: exit status, cause, and, where the fix
# can be applied here, that it mends. Faults of a driver come from the switches of the test driver.
# shellcheck source-path=SCRIPTDIR source=../payload/lib.sh
. /payload/lib.sh
plan 37

verify() {
    output=$(ct_user "$ct" viewer env "${environment[@]}" gpu-verify --frames 6 --size 320x240 "$@" 2>&1)
    status=$?
}

# verdict NAME STATUS PATTERN: of the last verify
verdict() {
    is "$1: status" "$status" "$2"
    like "$1: cause" "$(tr '\n' ' ' <<<"$output" | tr -s ' ')" "$3"
}

environment=(A=b)

# ---- a container with the hook, and every fault behind the node ----
ct=good
ct_make good debian <<<'lxc.include = /usr/share/lxc/config/gpu.conf'
ct_install_verify good
check 'a container with the hook starts' ct_start good

verify
verdict 'healthy' 0 'gpu-verify: PASS'

verify --device /dev/dri/renderD131
verdict 'no such node' 10 'renderD128'

while read -r name wanted pattern; do
    environment=("TESTDRV=$name")
    verify --timeout 5
    verdict "driver fault $name" "$wanted" "$pattern"
done <<'END'
init-fail 21 FAIL \(21\)
no-encode 22 FAIL \(22\): .*(encod|no video engine)
fail@vaEndPicture=1 30 FAIL \(30\): .*vaEndPicture
hang@vaEndPicture 31 FAIL \(31\): no answer within 5 s from vaEndPicture
crash@vaEndPicture 32 FAIL \(32\): .*vaEndPicture
no-headers 33 FAIL \(33\):
bad-nal 33 FAIL \(33\):
empty-buffer 33 FAIL \(33\):
green 34 FAIL \(34\):
shifted 34 FAIL \(34\):
END
environment=(A=b)

output=$(ct_user good outsider gpu-verify 2>&1)
is 'not in the group: status' $? 13
fix=$(grep -oE 'usermod -aG render outsider' <<<"$output")
# shellcheck disable=SC2086  # the words of the fix are a command
check 'not in the group: the fix as printed' ct_run good $fix
output=$(ct_user good outsider gpu-verify --frames 6 2>&1)
is 'not in the group: after the fix' $? 0

rm /var/lib/lxc/good/rootfs/usr/lib/*/dri/*_drv_video.so
verify
verdict 'no VA driver' 20 'FAIL \(20\)'

rmmod vgem
environment=(A=b)
verify --device /dev/dri/renderD129
verdict 'the driver behind the node is gone' 15 'FAIL \(15\)'
modprobe vgem
ct_stop good
ct_remove good

# ---- what people write by hand instead ----
ct=old
ct_make old debian <<'END'
lxc.mount.entry = /dev/dri/renderD128 dev/dri/renderD128 none bind,optional,create=file
lxc.mount.entry = /dev/dri/renderD199 dev/dri/renderD199 none bind,optional,create=file
END
ct_install_verify old
check 'a container with mount entries by hand starts' ct_start old
verify
verdict 'the owner is not mapped' 12 'FAIL \(12\)'
verify --device /dev/dri/renderD199
verdict 'a file that an optional mount entry left' 11 'FAIL \(11\)'
ct_stop old
ct_remove old
