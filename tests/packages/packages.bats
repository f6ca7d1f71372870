#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Two packages that lintian has nothing to say about, the same bytes wherever they are built, and gone
# without a trace when purged.

setup() {
    load lib.bash
}

@test "there are the two packages, and no other" {
    run find "$work/one/build/" -maxdepth 1 -name '*.deb'
    [ "${#lines[@]}" = 2 ]
    [ -s "$(package_file lxc-gpu)" ]
    [ -s "$(package_file gpu-verify)" ]
}

@test "fields and files are those of the golden lists" {
    for package in lxc-gpu gpu-verify; do
        package_shown "$package" | diff "$golden/$package.txt" -
    done
}

# dated_source DIRECTORY: a clone of one file with a commit of the year 2030
dated_source() {
    git init -q "$1"
    echo one >"$1/file"
    commit "$1" 2030-01-02T03:04:05Z
}

commit() {
    git -C "$1" add -A
    GIT_COMMITTER_DATE=$2 git -C "$1" -c user.name=A -c user.email=a@example.org commit -q -m "$2"
}

version_of() { "$TEST_PROJECT/.ci/package/version" "$1" 0.1.0; }

@test "the version of a package is that of its source, also in the changelog and in the file's name" {
    version=$(grep -m 1 -oP '^ *VERSION \K[0-9.]+' "$TEST_PROJECT/CMakeLists.txt")
    wanted=$("$TEST_PROJECT/.ci/package/version" "$work/one" "$version")
    [[ $wanted == "$version"* ]]
    for package in lxc-gpu gpu-verify; do
        file=$(package_file "$package")
        [ "$(dpkg-deb -f "$file" Version)" = "$wanted-0.1" ]
        [[ $file == */"${package}_$wanted-0.1_"* ]]
        dpkg-deb --fsys-tarfile "$file" | tar -xO "./usr/share/doc/$package/changelog.Debian.gz" | zcat |
            grep -F "$package ($wanted-0.1)"
    done
}

@test "a package that is built later is an upgrade: a change, another, a commit, a shallow clone" {
    dated_source "$work/dated"
    versions=("$(version_of "$work/dated")")
    [[ ${versions[0]} == 0.1.0+git20300102030405.* ]]
    echo two >"$work/dated/file"
    touch -d @2000000000 "$work/dated/file"
    versions+=("$(version_of "$work/dated")")
    echo new >"$work/dated/untracked"
    touch -d @2000000001 "$work/dated/untracked"
    versions+=("$(version_of "$work/dated")")
    commit "$work/dated" 2030-01-02T03:04:06Z
    git clone -q --depth 1 "file://$work/dated" "$work/shallow"
    versions+=("$(version_of "$work/shallow")")
    [ "${versions[3]}" = "$(version_of "$work/dated")" ]
    printf '%s\n' "${versions[@]}"
    for i in 1 2 3; do
        dpkg --compare-versions "${versions[i]}-0.1" gt "${versions[i - 1]}-0.1"
    done
}

@test "a tagged commit and a source without git have the plain version" {
    dated_source "$work/tagged"
    git -C "$work/tagged" tag v0.1.0
    [ "$(version_of "$work/tagged")" = 0.1.0 ]
    echo two >"$work/tagged/file"
    [[ "$(version_of "$work/tagged")" == 0.1.0+git* ]]
    rm -rf "$work/tagged/.git"
    [ "$(version_of "$work/tagged")" = 0.1.0 ]
}

@test "the two packages share no file" {
    run comm -12 <(package_shown lxc-gpu | awk '/^-/ { print $3 }' | sort) \
        <(package_shown gpu-verify | awk '/^-/ { print $3 }' | sort)
    [ -z "$output" ]
}

@test "two builds in unlike places give the same bytes" {
    for package in lxc-gpu gpu-verify; do
        cmp "$(package_file "$package" one)" "$(package_file "$package" two)"
    done
}

@test "lintian has neither an error nor a warning" {
    run lintian --allow-root --fail-on error,warning "$(package_file lxc-gpu)" "$(package_file gpu-verify)"
    [ "$status" = 0 ] || echo "$output"
    [ "$status" = 0 ]
    [[ "$output" != *E:* && "$output" != *W:* ]]
}

@test "programs are stripped, position independent and bound at start" {
    for package in lxc-gpu gpu-verify; do
        dpkg-deb -x "$(package_file "$package")" "$work/unpacked"
    done
    for program in lxc-gpu-hook gpu-verify; do
        run readelf -hSdW "$work/unpacked/usr/bin/$program"
        [[ "$output" == *"DYN ("* ]]
        [[ "$output" == *BIND_NOW* || "$output" == *"Flags: NOW"* ]]
        [[ "$output" != *.debug_info* && "$output" != *.symtab* ]]
        run grep -c "$work\|$TEST_MEMORY" "$work/unpacked/usr/bin/$program"
        [ "$output" = 0 ]
    done
}

# configure FOLDER OPTION...: the host's part only
configure() {
    cmake -S "$work/one" -B "$@" -G Ninja -DBUILD_TESTING=OFF -DBUILD_VERIFY=OFF >/dev/null
}

@test "without a prefix it goes to /usr, where LXC's own folder is" {
    configure "$work/plain"
    grep -x 'CMAKE_INSTALL_PREFIX:PATH=/usr' "$work/plain/CMakeCache.txt"
}

@test "with another prefix, config, examples, manual and messages name that" {
    configure "$work/elsewhere" -DCMAKE_INSTALL_PREFIX=/opt/gpu
    cmake --build "$work/elsewhere" >/dev/null
    DESTDIR=$work/opt cmake --install "$work/elsewhere" --component host >/dev/null
    [ ! -e "$work/opt/opt/gpu/share/lintian" ]
    config=$work/opt/opt/gpu/share/lxc/config
    for key in lxc.hook.mount lxc.hook.start-host; do
        [ -x "$work/opt$(sed -n "s/^$key = //p" "$config/gpu.conf")" ]
    done
    [ -s "$work/opt$(sed -n 's/^lxc.include = //p' "$config/gpu-privileged.conf")" ]
    gunzip "$work"/opt/opt/gpu/share/man/man8/*.gz
    grep -q '/opt/gpu/bin/lxc' "$work"/opt/opt/gpu/share/man/man8/lxc-gpu-hook.8
    grep -q '/opt/gpu/share/lxc/config/gpu.conf' "$work/opt/opt/gpu/bin/lxc-gpu-hook"
    run grep -rlE '/usr/(bin|libexec)/lxc|/usr/share/(lxc/config/gpu|doc/lxc)' "$work/opt"
    [ -z "$output" ]
    # A package's files are below /usr.
    run cmake --build "$work/elsewhere" --target deb
    [ "$status" != 0 ]
    [[ "$output" == *"need -DCMAKE_INSTALL_PREFIX=/usr"* ]]
}

@test "installed by dpkg, both run, their manual pages are found, and the config line is there" {
    throw_away sh -euc '
        dpkg -i /packages/*.deb
        for package in lxc-gpu:lxc-gpu-hook gpu-verify:gpu-verify; do
            version=$(dpkg-query -W -f "\${Version}" ${package%:*})
            ${package#*:} --version | grep -qw "${version%%[+-]*}"
        done
        test -s /usr/share/lxc/config/gpu.conf
        for page in man8/lxc-gpu-hook.8 man1/gpu-verify.1; do zcat /usr/share/man/$page.gz | grep -q "^.TH"; done
        dpkg --verify lxc-gpu gpu-verify
        dpkg -s lxc-gpu gpu-verify | grep -c "^Status: install ok installed" | grep -x 2'
}

@test "completion is found by bash-completion under the names of the programs" {
    [ -r /usr/share/bash-completion/bash_completion ] || skip "bash-completion is not installed"
    throw_away bash -euc '
        dpkg -i /packages/*.deb >/dev/null
        set +eu
        . /usr/share/bash-completion/bash_completion
        for program in lxc-gpu-hook gpu-verify; do
            _completion_loader "$program"
            complete -p "$program" | grep -q -- "-F _" || exit 1
        done'
}

@test "purged, nothing is left but what dpkg and the manual index write about themselves" {
    throw_away sh -euc 'dpkg -i /packages/*.deb; dpkg --purge lxc-gpu gpu-verify; ! dpkg -s lxc-gpu'
    traces >"$work/traces"
    cat "$work/traces"
    [ ! -s "$work/traces" ]
}

@test "the test for traces sees one" {
    throw_away sh -euc 'dpkg -i /packages/*.deb; dpkg --purge lxc-gpu gpu-verify; touch /usr/share/left; mkdir /usr/share/folder'
    [ "$(traces | sort | xargs)" = './usr/share/folder ./usr/share/left' ]
}
