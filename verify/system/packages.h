/* SPDX-License-Identifier: MIT */
/* Reading the databases of dpkg, APT, apk and pacman; see facts/packages.h. */
#ifndef VERIFY_SYSTEM_PACKAGES_H
#define VERIFY_SYSTEM_PACKAGES_H

#include "facts/packages.h"

/* Of the system below the directory `root`, no more than `depth`. What cannot be read stays
 * unknown. Lists of backports count as no offer: APT keeps away from them. */
void packages_collect(const char *root, enum package_depth depth, struct package_facts *ret);

/*
 * Reads fd to its end through a buffer of `size` bytes, and hands it on in texts that end with an
 * empty line, or with the file. What is longer than the buffer is handed on in pieces.
 */
void stanzas_read(int fd, char *buffer, size_t size,
                  void (*parse)(const char *text, struct package_facts *ret),
                  struct package_facts *ret);

#endif
