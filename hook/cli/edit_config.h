/* SPDX-License-Identifier: MIT */
/* What enable and disable have in common. */
#ifndef HOOK_CLI_EDIT_CONFIG_H
#define HOOK_CLI_EDIT_CONFIG_H

#include "base/err.h"
#include "cli/options.h"
#include "config/enabled.h"
#include "config/obeyed.h"
#include "facts/place.h"

/* What came of it. */
struct edited {
    bool can_look; /* LXC has a config of it */
    bool is_running, is_privileged;
};

/* One edit, from reading to writing. -EAGAIN when somebody else has written meanwhile. */
typedef int (*edit_once)(const struct options *options, struct edited *ret, struct err *err);

/* The lines for this hook, with the options that are given; each with its line break. */
#define LINES_SIZE 2048
int edit_lines_make(const struct options *options, bool is_privileged, char ret[LINES_SIZE],
                    struct err *err);
bool edit_has_hook_options(const struct options *options);

/* What --member asks for; by the container's programs when it runs. */
int edit_members_add(const struct options *options, const struct edited *edited, struct err *err);

/* The nodes, to a container that runs. */
int edit_give_now(const struct options *options, const struct edited *edited, struct err *err);

/*
 * The same for a container of Proxmox, whose number is *ret: by its number, or by the name that the
 * GUI shows. False when it is none.
 */
bool proxmox_find(const struct options *options, char ret[PROXMOX_FILE_MAX]);
int proxmox_enable(const struct options *options, const char *ctid, struct err *err);
int proxmox_disable(const struct options *options, const char *ctid, struct err *err);

/* Until nobody else has written meanwhile; a few times. */
int edit_again(edit_once once, const struct options *options, struct edited *ret, struct err *err);

/* STATUS_PRIVILEGE, with the command as the owner, when an ordinary user names another's config. */
int edit_check_owner(const struct options *options, const struct obeyed *obeyed, struct err *err);

/* enabled_take_out, with a word about a map that stays. The caller closes it. */
int edit_rest_take(const char *text, bool with_map, struct enabled_rest *ret, struct err *err);
void edit_rest_close(struct enabled_rest *rest);

/* Writes the text, and says so; nothing when it is the same. */
int edit_write(const char *file, const struct obeyed *obeyed, const char *text, struct err *err);

#endif
