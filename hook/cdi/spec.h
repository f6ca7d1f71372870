/* SPDX-License-Identifier: MIT */
/*
 * The Container Device Interface: a JSON file that names devices for Podman, Docker, containerd and
 * Kubernetes alike. https://github.com/cncf-tags/container-device-interface, SPEC.md.
 */
#ifndef HOOK_CDI_SPEC_H
#define HOOK_CDI_SPEC_H

#include "facts/gpu.h"
#include "facts/options.h"

#include <stdio.h>

#define CDI_KIND "lxc-gpu/render"

/* VENDOR/CLASS as every version takes it. */
bool cdi_is_kind(const char *text);

/* 0 and an options.cdi_version; or -EINVAL and in *ret_why what is wrong with that version. */
int cdi_version_find(const char *text, unsigned *ret, const char **ret_why);

/*
 * The specification of the nodes that the options pick, of which there has to be one. `gid`: the
 * host's group that they get; NULL: the one that each has. Group 0 is never added to a process.
 */
void cdi_spec_write(const struct options *options, const struct gpu_list *gpus, const gid_t *gid,
                    FILE *out);

#endif
