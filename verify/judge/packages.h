/* SPDX-License-Identifier: MIT */
/* What is known by name: packages of the distributions, and GPUs that are none. */
#ifndef VERIFY_PACKAGES_H
#define VERIFY_PACKAGES_H

#include "facts/facts.h"

#include "base/text.h"

enum package_use {
    PACKAGE_DRIVER,   /* the VA driver for this GPU, or a newer one */
    PACKAGE_ANEW,     /* the same, once more where it is installed */
    PACKAGE_OTHER,    /* another VA driver that serves the same GPU */
    PACKAGE_ENCODERS, /* a build with encoders, where the usual one has none */
};

/*
 * Adds "apt-get install mesa-va-drivers", or nothing where we know of no line, or of none that
 * would change anything: on Debian of what is installed and current; on Alpine and Arch what is
 * installed is installed again. A line takes away at most the
 * smaller build of the driver that it installs.
 */
void package_line(enum package_use use, const struct facts *facts, struct text *out);

/* The line that installs libva itself. */
void package_libva_line(const struct facts *facts, struct text *out);

/* Adds "22.3.6-1+deb12u1", the driver's version, when Debian's sources offer no newer one. */
void package_newest(const struct facts *facts, struct text *out);

/* Whether there is a package for this GPU that we know by name. */
bool package_has_name(const struct facts *facts);

/* There is a build with more encoders than the usual one, and it is not installed. */
bool package_is_small_build(const struct facts *facts);

/* A driver's file is there and does not load: what brought it can be installed again. */
bool package_has_broken_file(const struct facts *facts);

/* What that line installs is in Debian's component non-free. */
bool package_is_non_free(enum package_use use, const struct facts *facts);

/* VA driver i965 is Debian's free build, whose encoders fail on this GPU. */
bool package_lacks_shaders(const struct facts *facts);

/* "iHD (intel-media-driver)": the VA driver itself, whatever the distribution; NULL likewise. */
const char *package_driver(const struct facts *facts);

/* "a virtual GPU" when the kernel driver has no video engine of its own, else NULL. */
const char *gpu_without_video(const char *kernel_driver);

#endif
