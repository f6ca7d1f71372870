# SPDX-License-Identifier: MIT
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
        # what the other tests build beside comes and goes
        cut -d ' ' -f 4- /proc/self/mountinfo | grep -v /lxc-gpu-hook-tests/ | sort
    }
}

# In front of a command: the environment that LXC gives a start-host hook, LXC_PID aside.
as_hook=(env LXC_HOOK_TYPE=start-host LXC_NAME=box)

# The processes of this hook: other tests may run beside.
our_hooks() {
    local pid
    for pid in $(pgrep -x lxc-gpu-hook); do
        [ "$(stat -L -c %d:%i "/proc/$pid/exe" 2>/dev/null)" != "$(stat -L -c %d:%i "$hook")" ] || echo "$pid"
    done
}

# None of them is left; one that was killed gets a moment to go.
no_hooks_left() {
    local i
    for ((i = 0; i < 100; i++)); do
        [ -n "$(our_hooks)" ] || return 0
        sleep 0.05
    done
    echo "processes are left: $(our_hooks)"
    return 1
}
