#!/bin/bash
# SPDX-License-Identifier: MIT
# What bash offers behind gpu-verify. usage: completion_verify.sh PROGRAM COMPLETION
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "${0%/*}/completion.bash"
# shellcheck source=verify/gpu-verify.bash
. "$2"
verify=$1
complete -F _gpu_verify "${verify##*/}"

offers_the_help "$verify"
completes 'auto lp slice' "$verify" --entrypoint ''
completes 'slice' "$verify" --entrypoint s
completes 'auto constrained-baseline high main' "$verify" --profile ''
completes '' "$verify" --frames ''
completes '' "$verify" --size 6
completes "$0" "$verify" --output "${0%.sh}"
completes "${0%/*}" "$verify" --libva "${0%/*}"
completes "$(compgen -G '/dev/dri/renderD*' | sort | paste -sd ' ')" "$verify" --device /dev/dri/
finish
