/* SPDX-License-Identifier: MIT */
/*
 * The config that LXC's programs are let obey. As root: one that is root's alone, with all that it
 * includes; the container's own directory may belong to its root, as lxc-create(1) makes it, when
 * the config in it is a file of root's with one name. That one is read once, and LXC's programs are
 * shown what was read. An ordinary user obeys what that user likes, but waits for no FIFO.
 */
#ifndef HOOK_CONFIG_OBEYED_H
#define HOOK_CONFIG_OBEYED_H

#include "base/command.h"
#include "base/err.h"
#include "config/include.h"
#include "config/proxmox.h"
#include "config/trust.h"

#include <limits.h>

struct obeyed {
    char directory[PATH_MAX]; /* LXCPATH/NAME */
    int at;                   /* where the config file really lies; as root only, -1 otherwise */
    char base[NAME_MAX + 1];  /* its name there */
    bool is_shown; /* LXC gets the text: others can put another file in its place, or it is
                      of Proxmox's */
    char *text;
    size_t size;
    struct stat st;
    struct config_include include;
    struct config_root root; /* who the container's root is on the host, by its config */
    struct trust_breach breach;
    char source[PROXMOX_FILE_MAX]; /* the file of Proxmox's that the text is made of; "" */
    struct proxmox_config proxmox; /* but its text */
};

void obeyed_init(struct obeyed *obeyed);
void obeyed_close(struct obeyed *obeyed);

/*
 * Opens LXCPATH/NAME/config. STATUS_PRIVILEGE when others than root can change it: then `breach` is
 * found. STATUS_USAGE when it cannot be read, or what it includes. -ENOENT, with no err, when there
 * is no such file. The caller closes it, also after an error.
 */
int obeyed_open(const char *lxcpath, const char *name, struct obeyed *ret, struct err *err);

/* The same for the config that Proxmox would make now of `source`, a file of root's. */
int obeyed_open_source(const char *lxcpath, const char *name, const char *source,
                       struct obeyed *ret, struct err *err);

/*
 * Pure: whether a directory is that of the container's root, and of nobody else but `group`, as
 * lxc-create(1) makes it.
 */
bool obeyed_is_mapped(const struct stat *directory, const struct config_root *root, gid_t group);

/* The same for the path of a config, as a hook is told it. */
bool obeyed_is_roots(const char *config_file);

/* Before a program of LXC is run on it. Kept as a pointer. */
void obeyed_show(const struct obeyed *obeyed, struct command *command);

#endif
