/* SPDX-License-Identifier: MIT */
/* Media servers that do not use the distribution's libva. */
#include "library/library.h"

#include <stdio.h>
#include <unistd.h>

static bool has_file(const char *directory, const char *name)
{
    char path[NODE_PATH_MAX + 32];

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    return access(path, F_OK) == 0;
}

void library_find_bundles(struct library_facts *ret)
{
    for (int i = 0; i < BUNDLE_COUNT; i++) {
        const char *directory = library_bundle((enum library_bundle)i)->directory;
        ret->has_bundle[i] = has_file(directory, "dri") || has_file(directory, "libva.so.2");
    }
}
