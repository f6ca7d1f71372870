/* SPDX-License-Identifier: MIT */
/*
 * The text of Proxmox's /etc/pve/lxc/CTID.conf, as enable and disable change it. Pure. The
 * container's own settings end at the first line in brackets: snapshots and what is pending follow,
 * and stay. A remark would become the container's notes, and Proxmox moves lines when it writes the
 * file: so the include of this hook is known by the file that it names.
 */
#ifndef HOOK_CONFIG_PVE_H
#define HOOK_CONFIG_PVE_H

#include "facts/place.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Makes `file` the include of this hook: in place of the one there is, else as the first line.
 * NULL: takes it out. 0 or -ENOMEM; the caller frees *ret.
 */
int pve_include_set(const char *text, const char *file, char **ret);

/* The include file with options for one container, below /etc/pve, so that it follows in a cluster.
 */
void pve_own_file(const char *ctid, char ret[PROXMOX_FILE_MAX]);

#endif
