# Shared by the tests of hostile containers. A box is a container without LXC (see box.c): hundreds of
# them are made in the time of ten starts.
# shellcheck shell=bash

box=$TEST_BUILD/tests/lxc/box
bait=$work/bait

# A folder of the host that a hostile container points at; whoever was led there could write to it.
make_bait() {
    rm -rf "$bait"
    mkdir -p "$bait/dri/by-path" "$bait/etc"
    printf 'render:x:31337:\n' | tee "$bait/group" >"$bait/etc/group"
    echo untouched >"$bait/dri/renderD128"
    chown -R 100000:100000 "$bait"
    chmod -R a+rwX "$bait"
}

# What must be the same afterwards: the bait, /dev, /etc, and what is mounted where.
host_fingerprint() {
    {
        find "$bait" /dev -xdev -printf '%p %y %m %u:%g %s %T@ %l\n' | sort
        find /etc -xdev -printf '%p %y %m %u:%g %s %T@ %l\n' | sort
        find "$bait" -type f -exec sha256sum {} +
        cut -d ' ' -f 4- /proc/self/mountinfo | sort
    }
}

# In front of a command: the environment that LXC gives a start-host hook, LXC_PID aside.
as_hook=(env LXC_HOOK_TYPE=start-host LXC_NAME=box)

# A status that says why: as documented, never a crash, never a hang.
status_is_documented() {
    [ "$1" -ge 0 ] && [ "$1" -le 9 ]
}

# Processes of ours that are still there.
hooks_left() {
    pgrep -x lxc-gpu-hook || true
}
