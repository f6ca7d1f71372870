/* SPDX-License-Identifier: MIT */
/* What is asked for, on the config's hook line or by a person; cli/options.h reads it. */
#ifndef HOOK_FACTS_OPTIONS_H
#define HOOK_FACTS_OPTIONS_H

#include "facts/select.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define WAIT_SECONDS_MAX 600
#define MEMBERS_MAX      8
#define OPTIONS_MODE     0660 /* unless --mode says otherwise */

struct options {
    struct selection selection;
    const char *group; /* --group NAME; NULL: render, then video, then the guest's root group */
    bool has_gid;      /* --group GID */
    uint32_t gid;      /* guest's */
    uint32_t user;     /* guest's uid that owns the nodes */
    mode_t mode;
    uint32_t wait_seconds;
    bool optional, no_probe, verbose, quiet, json;
    const char *lxcpath; /* NULL: LXC's default */
    uint32_t pid;        /* 0: not given */
    bool write;
    const char *as; /* verify --as: a user of the container; NULL: its root */
    size_t member_count;
    const char *members[MEMBERS_MAX]; /* users of the guest */
    const char *config_file; /* that the options stand in; NULL: on a command line, or not known */
    bool show_version, show_help;
    const char *kind;     /* cdi --kind; NULL: CDI_KIND */
    unsigned cdi_version; /* cdi --cdi-version; 0: the oldest that is enough */
    const char *output;   /* cdi --output; NULL: standard output */
    const char *check;    /* cdi --check */
    bool all;             /* attach */
    bool watch;           /* status */
    const char *metrics;  /* status --metrics; NULL: not asked for */
    const char *cgroup; /* check --cgroup: a unit of systemd, or a path; NULL: this process's own */
    bool has_owner;
    uint32_t owner; /* host's uid */
    int word_count; /* all that was given, the program's name first */
    char *const *words;
    int rest_count; /* arguments behind the options */
    char *const *rest;
};

#endif
