/* SPDX-License-Identifier: MIT */
/*
 * Who has a right to nodes: by the config of a container alone, and that from root alone. No
 * program of LXC is run for it.
 */
#ifndef HOOK_RIGHT_H
#define HOOK_RIGHT_H

#include "base/err.h"
#include "heal/running.h"

enum right {
    RIGHT_NONE,
    RIGHT_BY_CONFIG, /* it has a start-host line for this hook */
    RIGHT_FOREIGN,   /* none, because others than root can change the config; `err` says which */
};

/* 0, also for a container whose config is not LXC's own; or the failure to read it. */
int right_find(const struct running *running, enum right *ret, struct err *err);

#endif
