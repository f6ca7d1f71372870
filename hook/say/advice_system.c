/* SPDX-License-Identifier: MIT */
#include "say/advice_system.h"

#include "base/command.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>

void advice_install(const char *package, bool again, struct err *err)
{
    if (command_is_installed("apt") && again)
        err_fix(err, "apt install --reinstall %s", package);
    else if (command_is_installed("apt"))
        err_fix(err, "apt install %s", package);
    else if (again)
        err_fix(err, "# install the package %s anew", package);
    else
        err_fix(err, "# install the package %s", package);
}

void advice_old_kernel(int error, struct err *err)
{
    if (error != ENOSYS) {
        err_fix(err,
                "grep Seccomp: /proc/*/status    # 2 means that a seccomp filter is on: look at "
                "LXC's monitor");
        return;
    }
    err_fix(err, "apt full-upgrade    # Linux 5.2 or later is needed; see: uname -r");
    err_fix(err, "# until then without this hook: lxc-gpu-hook idmap, and in the config");
    err_fix(err, "# lxc.mount.entry = /dev/dri dev/dri none bind,create=dir");
}

static void apparmor_advice(const char *label, const char *rule, struct err *err)
{
    int length = (int)strcspn(label, " ");
    char lines[512];
    struct text text = TEXT_ON(lines);

    /* A profile below another is called a//&b. */
    if (!memchr(label, '\'', (size_t)length))
        text_add(&text, "journalctl -k | grep -F 'profile=\"%.*s\"'    # shows what it denied\n",
                 length, label);
    text_add(&text,
             "# add this rule to the AppArmor profile %.*s, and load it with apparmor_parser -r\n"
             "#     %s",
             length, label, rule);
    err_fix_lines(err, lines);
}

void advice_lsm(const struct lsm *lsm, const char *apparmor_rule, struct err *err)
{
    switch (lsm->kind) {
    case LSM_APPARMOR:
        apparmor_advice(lsm->label, apparmor_rule, err);
        break;
    case LSM_SELINUX:
        err_fix(err, "ausearch -m avc -ts recent    # shows what it denied");
        err_fix(err,
                "# lxc.selinux.context in the container's config, or a policy module made "
                "from that by audit2allow");
        break;
    case LSM_NONE:
        break;
    }
}

void advice_remove(const struct guest *guest, const char *path, struct err *err)
{
    if (guest->rootfs[0] == '/' && text_is_shell_word(guest->rootfs))
        err_fix(err, "rm %s/%s", guest->rootfs, path);
    else
        err_fix(err, "# remove /%s from the container's root file system, while it is stopped",
                path);
}
