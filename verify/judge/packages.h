/* What is known by name: packages of the distributions, and GPUs that are none. */
#ifndef VERIFY_PACKAGES_H
#define VERIFY_PACKAGES_H

#include "facts/facts.h"

enum package_use {
    PACKAGE_DRIVER,   /* the VA driver for this GPU */
    PACKAGE_OTHER,    /* another VA driver that serves the same GPU */
    PACKAGE_ENCODERS, /* a build with encoders, where the usual one has none */
};

/* "apt-get install mesa-va-drivers"; NULL when we know of none. */
const char *package_command(enum package_use use, const struct facts *facts);

/* "iHD (intel-media-driver)": the VA driver itself, whatever the distribution; NULL likewise. */
const char *package_driver(const struct facts *facts);

/* "a virtual GPU" when the kernel driver has no video engine of its own, else NULL. */
const char *gpu_without_video(const char *kernel_driver);

#endif
