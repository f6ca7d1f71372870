/* SPDX-License-Identifier: MIT */
/*
 * The words of a failure, made once and at the end, in the host's namespaces: what causes.def says
 * of its cause, with the facts of the fault and what is known about the container.
 */
#ifndef HOOK_SAY_H
#define HOOK_SAY_H

#include "base/err.h"
#include "facts/fault.h"
#include "facts/options.h"
#include "plan/device_verdict.h"
#include "plan/prove.h"

/* What the words and the fixes are made of; NULL where it is not known. */
struct about {
    const struct options *options;
    const struct gpu_list *gpus;
    const struct guest *guest;
    const struct idmap *uids, *gids; /* that an id is missing in */
    const struct plan *plan;
    const struct proofs *proofs;
    const struct device_case *devices; /* what decides about the nodes */
    const char *config_file;           /* of the container */
};

/* The text and the status alone. Returns -EINVAL, or -errno of what is behind the fault. */
int say_words(const struct fault *fault, const struct about *about, struct err *err);

/* The same with the lines that fix it. */
int say_fault(const struct fault *fault, const struct about *about, struct err *err);

/* The lines of causes.def that are more than text; see there. */
typedef void fix_maker(const struct fault *fault, const struct about *about, struct err *err);
fix_maker fix_gpu_conf, fix_autodev, fix_section, fix_by_hand, fix_no_match, fix_remove,
    fix_read_only, fix_no_answer, fix_unmapped, fix_gid_unmapped, fix_both_lines, fix_kernel,
    fix_mount, fix_bind, fix_device_rules, fix_cgroup, fix_shut, fix_dead_node, fix_reinstall,
    fix_libmount, fix_proxmox;

#endif
