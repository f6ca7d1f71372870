/* SPDX-License-Identifier: MIT */
#include "facts/packages.h"

#include <stdio.h>
#include <string.h>

const char *debian_package_name(enum debian_package package)
{
    static const char *const names[DEBIAN_PACKAGES] = {
        [DEBIAN_IHD] = "intel-media-va-driver",
        [DEBIAN_IHD_FULL] = "intel-media-va-driver-non-free",
        [DEBIAN_I965] = "i965-va-driver",
        [DEBIAN_I965_FULL] = "i965-va-driver-shaders",
        [DEBIAN_MESA] = "mesa-va-drivers",
        [DEBIAN_LIBVA] = "libva2",
        [DEBIAN_LIBVA_DRM] = "libva-drm2",
    };

    return names[package];
}

bool debian_is_outdated(const struct package_facts *packages, enum debian_package package)
{
    const char *installed = packages->debian[package].installed;

    return installed[0] && debian_version_compare(packages->debian[package].offered, installed) > 0;
}

/* ---- versions -------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A tilde is before the end, the end before letters, letters before all else. */
static int letter_order(char c)
{
    bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

    if (c == '~')
        return -1;
    if (c == '\0' || is_digit(c))
        return 0;
    return is_letter ? (unsigned char)c : (unsigned char)c + 256;
}

static int letters_compare(const char **a, const char **b)
{
    while ((**a && !is_digit(**a)) || (**b && !is_digit(**b))) {
        int difference = letter_order(**a) - letter_order(**b);
        if (difference)
            return difference;
        ++*a;
        ++*b;
    }
    return 0;
}

/* Of any length: by the number of digits first. */
static int digits_compare(const char **a, const char **b)
{
    size_t length_a;
    size_t length_b;
    int difference;

    *a += strspn(*a, "0");
    *b += strspn(*b, "0");
    length_a = strspn(*a, "0123456789");
    length_b = strspn(*b, "0123456789");
    difference = length_a != length_b ? (length_a > length_b ? 1 : -1) : strncmp(*a, *b, length_a);
    *a += length_a;
    *b += length_b;
    return difference;
}

/* An upstream version or a revision, `a` ending at `a_end`. */
static int part_compare(const char *a, size_t a_length, const char *b, size_t b_length)
{
    char part_a[PACKAGE_VERSION_MAX];
    char part_b[PACKAGE_VERSION_MAX];
    const char *rest_a = part_a;
    const char *rest_b = part_b;

    (void)snprintf(part_a, sizeof(part_a), "%.*s", (int)a_length, a);
    (void)snprintf(part_b, sizeof(part_b), "%.*s", (int)b_length, b);
    while (*rest_a || *rest_b) {
        int difference = letters_compare(&rest_a, &rest_b);
        if (difference == 0)
            difference = digits_compare(&rest_a, &rest_b);
        if (difference)
            return difference;
    }
    return 0;
}

struct version {
    const char *epoch, *upstream, *revision;
    size_t epoch_length, upstream_length;
};

static struct version version_split(const char *text)
{
    const char *colon = strchr(text, ':');
    const char *dash = strrchr(text, '-');
    struct version version = {.epoch = "0", .epoch_length = 1, .upstream = text};

    if (colon) {
        version.epoch = text;
        version.epoch_length = (size_t)(colon - text);
        version.upstream = colon + 1;
    }
    version.upstream_length = dash && dash > version.upstream ? (size_t)(dash - version.upstream)
                                                              : strlen(version.upstream);
    version.revision = dash && dash > version.upstream ? dash + 1 : "";
    return version;
}

int debian_version_compare(const char *a, const char *b)
{
    struct version va = version_split(a);
    struct version vb = version_split(b);
    int difference = part_compare(va.epoch, va.epoch_length, vb.epoch, vb.epoch_length);

    if (difference == 0)
        difference = part_compare(va.upstream, va.upstream_length, vb.upstream, vb.upstream_length);
    if (difference == 0)
        difference =
            part_compare(va.revision, strlen(va.revision), vb.revision, strlen(vb.revision));
    return difference;
}

/* ---- deb822 ---------------------------------------------------------------------------------- */

static const char KEY[] = "Package: ";

/* The next stanza of one of our packages, at or behind `text`, and whose it is; NULL without one.
 * One way through the text, for it may be long. */
static const char *stanza_find(const char *text, enum debian_package *ret)
{
    for (const char *at = text; (at = strstr(at, KEY)); at++) {
        const char *name = at + strlen(KEY);
        size_t length = strcspn(name, "\n");
        if (at != text && at[-1] != '\n')
            continue;
        for (int package = 0; package < DEBIAN_PACKAGES; package++) {
            const char *ours = debian_package_name((enum debian_package)package);
            if (strlen(ours) == length && strncmp(name, ours, length) == 0) {
                *ret = (enum debian_package)package;
                return at;
            }
        }
    }
    return NULL;
}

/* The value of "KEY: value" in a stanza, on one line. */
static bool field_find(const char *stanza, const char *key, char *ret, size_t size)
{
    const char *end = strstr(stanza, "\n\n");
    const char *at = strstr(stanza, key);
    size_t length;

    if (!at || (end && at > end))
        return false;
    at += strlen(key);
    length = strcspn(at, "\n");
    if (length >= size)
        return false;
    memcpy(ret, at, length);
    ret[length] = '\0';
    return true;
}

/* It goes into a line that is pasted: nothing but what deb-version(7) allows. */
static bool version_find(const char *stanza, char ret[PACKAGE_VERSION_MAX])
{
    char version[PACKAGE_VERSION_MAX];

    if (!field_find(stanza, "\nVersion: ", version, sizeof(version)) || !is_digit(version[0]))
        return false;
    for (const char *c = version; *c; c++)
        if (!is_digit(*c) && letter_order(*c) > 255 && !strchr(".+-~:", *c))
            return false;
    memcpy(ret, version, strlen(version) + 1);
    return true;
}

void debian_status_parse(const char *text, struct package_facts *ret)
{
    enum debian_package package;
    char status[64];

    ret->is_known = true;
    /* One for each architecture. */
    for (const char *at = text; (at = stanza_find(at, &package)); at += strlen(KEY))
        if (field_find(at, "\nStatus: ", status, sizeof(status)) && strstr(status, " ok installed"))
            (void)version_find(at, ret->debian[package].installed);
}

void debian_list_parse(const char *text, struct package_facts *ret)
{
    enum debian_package package;
    char version[PACKAGE_VERSION_MAX];

    ret->is_offer_known = true;
    for (const char *at = text; (at = stanza_find(at, &package)); at += strlen(KEY)) {
        char *newest = ret->debian[package].offered;
        if (version_find(at, version) &&
            (!newest[0] || debian_version_compare(version, newest) > 0))
            memcpy(newest, version, sizeof(version));
    }
}

/* ---- apk, pacman ----------------------------------------------------------------------------- */

static const char *const OTHER_NAMES[OTHER_PACKAGES] = {
    [OTHER_IHD] = "intel-media-driver",
    [OTHER_I965] = "libva-intel-driver",
    [OTHER_MESA_VA] = "mesa-va-gallium",
    [OTHER_MESA] = "mesa",
    [OTHER_LIBVA] = "libva",
};

/* The package of this name, of `length` bytes; OTHER_PACKAGES where it is none of ours. */
static enum other_package other_find(const char *name, size_t length)
{
    for (int package = 0; package < OTHER_PACKAGES; package++) {
        const char *ours = OTHER_NAMES[package];
        if (strlen(ours) == length && strncmp(name, ours, length) == 0)
            return (enum other_package)package;
    }
    return OTHER_PACKAGES;
}

static void other_add(const char *name, size_t length, struct package_facts *ret)
{
    enum other_package package = other_find(name, length);

    if (package != OTHER_PACKAGES)
        ret->is_other_installed[package] = true;
}

bool other_is_installed(const struct package_facts *packages, const char *name)
{
    enum other_package package = other_find(name, strlen(name));

    return package != OTHER_PACKAGES && packages->is_other_installed[package];
}

void alpine_installed_parse(const char *text, struct package_facts *ret)
{
    static const char key[] = "P:";

    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
        if (strncmp(line, key, strlen(key)) == 0)
            other_add(line + strlen(key), strcspn(line, "\n") - strlen(key), ret);
}

/* Version and release have no dash in them; a package's name may. */
void arch_installed_parse(const char *name, struct package_facts *ret)
{
    size_t length = strlen(name);

    for (int part = 0; part < 2; part++) {
        while (length > 0 && name[length - 1] != '-')
            length--;
        if (length == 0)
            return;
        length--;
    }
    other_add(name, length, ret);
}
