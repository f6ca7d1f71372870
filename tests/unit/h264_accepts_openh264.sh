#!/bin/bash
# SPDX-License-Identifier: MIT
# Our parser takes what openh264 writes.
#     h264_accepts_openh264.sh H264_ACCEPT [OPENH264_ENCODE]
set -eu
accept=$1 encode=${2:-}

if [ -z "$encode" ]; then
    echo "SKIP: built without openh264" >&2
    [ "${TESTS_MUST_RUN:-0}" != 1 ] || exit 1
    exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

for size in 320x240 322x242 1280x720; do
    for slices in 1 4; do
        "$encode" $size 20 $slices "$scratch/o.h264" >"$scratch/log" 2>&1 || {
            cat "$scratch/log" >&2
            echo "FAIL: openh264 does not encode $size, $slices slices" >&2
            exit 1
        }
        got=$("$accept" "$scratch/o.h264" "${size%x*}" "${size#*x}") || {
            echo "FAIL: $size, $slices slices: $got" >&2
            exit 1
        }
        case $got in
        "20 pictures, "*) echo "ok: $size, $slices slices: $got" ;;
        *) echo "FAIL: $size, $slices slices: $got" >&2 && exit 1 ;;
        esac
    done
done
