# shellcheck shell=bash
# What is handed in at each boot: the installed project, the test driver, the tests.

# payload_make BUILD DIR TEST...: makes DIR.tar
payload_make() {
    local build=$1 dir=$2 component test

    shift 2
    mkdir -p "$dir/tests" "$dir/driver"
    for component in host guest; do
        mkdir -p "$dir/$component"
        DESTDIR=$dir/$component cmake --install "$build" --prefix /usr --component "$component" >/dev/null
    done
    cp "$build"/tests/driver/va/*_drv_video.so "$dir/driver/"
    cp "${vm_dir:?}"/payload/* "$vm_dir/../lib/demo-scene" "$dir/"
    for test; do
        [[ -e $vm_dir/tests/$test ]] || die "no test $test in tests/vm/tests"
        cp "$vm_dir/tests/$test" "$dir/tests/"
        printf '%s\n' "$test" >>"$dir/order"
    done
    tar -C "$dir" --owner=0 --group=0 -cf "$dir.tar" .
}
