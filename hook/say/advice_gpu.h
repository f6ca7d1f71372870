/* SPDX-License-Identifier: MIT */
/* What makes a usable node of the host's GPUs, for struct err's `fix`; see advice_config.h. */
#ifndef HOOK_ADVICE_GPU_H
#define HOOK_ADVICE_GPU_H

#include "base/err.h"
#include "facts/gpu.h"
#include "facts/options.h"

/*
 * The host has no node at all: adds to the text what the PCI bus has, each GPU of it and the
 * selected ones first, and what makes a node of it.
 */
void advice_no_gpu(const struct options *options, const struct gpu_list *gpus, struct err *err);

/*
 * No node matches. Where there are some: the pair of lines that selects it, for each node on offer
 * that finds room, behind what makes a node of the GPU that was selected and has none. Where there
 * is none: as advice_no_gpu.
 */
void advice_no_match(const struct options *options, const struct gpu_list *gpus, struct err *err);

/* The node is there and no driver answers behind it. */
void advice_dead_node(const struct gpu_node *node, struct err *err);

#endif
