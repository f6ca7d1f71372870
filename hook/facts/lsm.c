/* SPDX-License-Identifier: MIT */
#include "facts/lsm.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

/* USER:ROLE:TYPE, and where there are levels :LEVEL, which may hold more colons. */
static bool is_selinux_context(const char *text)
{
    size_t fields = 0;

    for (;; text++) {
        size_t length = strcspn(text, ":");
        if (length == 0 || strcspn(text, " /<&") < length)
            return false;
        fields++;
        text += length;
        if (!*text)
            return fields >= 3;
    }
}

struct lsm lsm_parse(const char *text)
{
    struct lsm lsm = {.kind = LSM_NONE};
    char line[LSM_LABEL_MAX];
    size_t length = strcspn(text, "\n");

    if (length >= sizeof(line))
        length = sizeof(line) - 1;
    memcpy(line, text, length);
    line[length] = '\0';
    /* AppArmor writes "PROFILE (enforce)", and no mode where it does not confine. */
    if (strstr(line, " (enforce)"))
        lsm.kind = LSM_APPARMOR;
    else if (is_selinux_context(line))
        lsm.kind = LSM_SELINUX;
    if (lsm.kind != LSM_NONE)
        text_printable(lsm.label, sizeof(lsm.label), line);
    return lsm;
}

void lsm_leave_apparmor(struct lsm *ret)
{
    static const char leave[] = "changeprofile unconfined";
    CLEANUP_FD int fd = open("/proc/self/attr/current", O_RDWR | O_CLOEXEC);
    char text[LSM_LABEL_MAX];
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

    text[length > 0 ? length : 0] = '\0';
    *ret = lsm_parse(text);
    /* At offset 0: after the read the file stands elsewhere, and attr files refuse any other. */
    if (ret->kind == LSM_APPARMOR &&
        pwrite(fd, leave, sizeof(leave) - 1, 0) == (ssize_t)sizeof(leave) - 1)
        *ret = (struct lsm){.kind = LSM_NONE};
}
