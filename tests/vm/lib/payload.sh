# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What is handed in at each boot: the project as each release has it, the test driver, the tests.

# payload_project BUILD DIR: one release's packages, and what is in them; the test driver; the programs that
# tests/lxc and 95-cost run.
payload_project() {
    local build=$1 dir=$2 component package

    mkdir -p "$dir"/{driver,packages}
    cp "$build"/*.deb "$dir/packages/"
    for component in host:lxc-gpu guest:gpu-verify; do
        package=$(find "$dir/packages" -name "${component#*:}_*.deb")
        dpkg-deb --extract "$package" "$dir/${component%:*}"
    done
    cp "$build"/tests/driver/va/*_drv_video.so "$dir/driver/"
    (cd "$build" && cp --parents tests/lxc/box tests/lxc/force tests/lxc/visitor tests/unit/test_hook_redirect tests/bench/alternate "$dir/")
}

# payload_make DIR TEST...: makes DIR.tar of what payload_project put into DIR, and of the tests.
payload_make() {
    local dir=$1 test

    shift
    mkdir -p "$dir/tests"
    cp "${vm_dir:?}"/payload/* "$vm_dir/../lib/demo-scene" "$dir/"
    cp -r "$vm_dir/../lxc" "$vm_dir/../diagnosis" "$dir/"
    cp -r "$vm_dir/../../config-snippets" "$dir/config-snippets"
    for test; do
        [[ -e $vm_dir/tests/$test ]] || die "no test $test in tests/vm/tests"
        cp "$vm_dir/tests/$test" "$dir/tests/"
        printf '%s\n' "$test" >>"$dir/order"
    done
    tar -C "$dir" --owner=0 --group=0 -cf "$dir.tar" .
}
