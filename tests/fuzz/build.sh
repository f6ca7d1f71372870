# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# How the fuzz programs are built: by clang, whatever the rest of the project is built by.

project=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)

# fuzz_sources hook|verify|h264: the target and the parsers it feeds
fuzz_sources() {
    case $1 in
        hook) find "$project/hook" -name '*.c' ! -name main.c ! -name lxc-gpu-bind.c ! -name lxc-gpu-inside.c | sort ;;
        verify)
            find "$project/verify" -name '*.c' ! -name main.c | sort
            printf '%s\n' "$project"/hook/base/*.c ;;
        h264) echo "$project"/verify/h264/{bits,order,params,read,slice}.c ;;
    esac
    echo "$project/tests/fuzz/$1_target.c"
}

# fuzz_seeds WORK hook|verify|h264: WORK/seeds.TARGET, an input a line of the files in seeds/TARGET (see pack)
fuzz_seeds() {
    local out=$1/seeds.$2 file name first line count=0

    rm -rf "$out"
    mkdir -p "$out"
    for file in "$project/tests/fuzz/seeds/$2"/*; do
        name=${file##*/} first=
        # The letter in front says which parser eats it.
        [[ $name != ?-* ]] || first=${name%%-*}
        while IFS= read -r line; do
            count=$((count + 1))
            printf '%s%b' "$first" "$line" >"$out/$name.$count"
        done <"$file"
    done
}

# fuzz_build OUTPUT hook|verify|h264 FLAG...
fuzz_build() {
    local output=$1 target=$2 first=verify
    shift 2
    # both sides have files of one name
    [[ $target != hook ]] || first=hook
    command -v clang >/dev/null || { echo "SKIP: clang is not installed"; exit 77; }
    echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { (void)d; return n > 9; }' |
        clang -x c - -fsanitize=fuzzer -o "$output.probe" 2>/dev/null || { echo "SKIP: clang's runtime is not installed"; exit 77; }
    # shellcheck disable=SC2046  # words
    clang -std=gnu11 -g -O1 -D_GNU_SOURCE -DPROJECT_VERSION='"fuzz"' -DBIND_PROGRAM_FOLDER='"/"' \
        -DCONFIG_FOLDER='"/"' -DPROGRAM_FOLDER='"/"' -I"$project/$first" -I"$project/hook" -I"$project/verify" $(pkg-config --cflags libcap libva libva-drm) "$@" $(fuzz_sources "$target") -o "$output" \
        $(pkg-config --libs libcap libva libva-drm) -lm
}
