/* SPDX-License-Identifier: MIT */
/*
 * The packages that hold VA drivers and libva: which are installed; on Debian also in which
 * version, and what the APT sources of this machine offer. Read as text, nothing is run. Fedora's
 * database is no text, and stays unknown.
 */
#ifndef VERIFY_FACTS_PACKAGES_H
#define VERIFY_FACTS_PACKAGES_H

#include <stdbool.h>
#include <stddef.h>

#define PACKAGE_VERSION_MAX 64

enum debian_package {
    DEBIAN_IHD,
    DEBIAN_IHD_FULL, /* with all encoders; conflicts with the one before, and takes its place */
    DEBIAN_I965,
    DEBIAN_I965_FULL, /* with the shaders that the encoders of Gen8 and later want; the same */
    DEBIAN_MESA,
    DEBIAN_LIBVA,
    DEBIAN_LIBVA_DRM,
    DEBIAN_PACKAGES
};

/* By the names of Alpine and Arch. */
enum other_package {
    OTHER_IHD,
    OTHER_I965,
    OTHER_MESA_VA,
    OTHER_MESA,
    OTHER_LIBVA,
    OTHER_PACKAGES
};

struct package_facts {
    bool is_known;       /* dpkg's database could be read */
    bool is_offer_known; /* and APT's lists */
    struct {
        char installed[PACKAGE_VERSION_MAX]; /* its version; "" when it is not installed */
        char offered[PACKAGE_VERSION_MAX];   /* the newest; "" when there is none */
    } debian[DEBIAN_PACKAGES];
    bool is_other_installed[OTHER_PACKAGES]; /* false also where nothing could be read */
};

/* How much of it a report needs: each step takes longer. */
enum package_depth {
    PACKAGES_NOTHING,
    PACKAGES_INSTALLED, /* dpkg's database: a megabyte; apk's or pacman's */
    PACKAGES_OFFERED,   /* and APT's lists: fifty of them */
};

const char *debian_package_name(enum debian_package package);

/* Whether a newer version than the installed one is offered. */
bool debian_is_outdated(const struct package_facts *packages, enum debian_package package);

/* <0, 0, >0: the order of deb-version(7). */
int debian_version_compare(const char *a, const char *b);

/* From whole stanzas of /var/lib/dpkg/status: adds what is installed. */
void debian_status_parse(const char *text, struct package_facts *ret);

/* From whole stanzas of apk's database: adds what is installed. */
void alpine_installed_parse(const char *text, struct package_facts *ret);

/* From the name of a directory in pacman's database, "mesa-1:24.2.7-1": adds that package. */
void arch_installed_parse(const char *name, struct package_facts *ret);

/* Whether Alpine's or Arch's package of this name is installed, as far as that is known. */
bool other_is_installed(const struct package_facts *packages, const char *name);

/* From whole stanzas of a list of APT's: what it offers, when that is newer than what is known. */
void debian_list_parse(const char *text, struct package_facts *ret);

#endif
