/* SPDX-License-Identifier: MIT */
/* What is installed and offered, from the texts of dpkg and APT. */
#include "cmocka_all.h"
#include "facts/packages.h"
#include "system/packages.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Each is before the next; deb-version(7). */
static void versions_are_in_order(void **state)
{
    static const char *const rows[] = {
        "1~~",      "1~~a",        "1~",      "1-0~bpo12+1", "1",        "1-1",
        "1-1+b1",   "1-1+deb12u1", "1-1.1",   "1-2",         "1-10",     "1+dfsg1-1",
        "1.0a-1",   "1.0+ds-1",    "1.2-1",   "1.10-1",      "1.10.0-1", "2",
        "22.3.6-1", "23.1.1-1",    "1:0.1-1", "2:0.1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(debian_version_compare(rows[i], rows[i]), 0);
        for (size_t k = i + 1; k < sizeof(rows) / sizeof(rows[0]); k++) {
            if (debian_version_compare(rows[i], rows[k]) >= 0 ||
                debian_version_compare(rows[k], rows[i]) <= 0)
                fail_msg("%s is not before %s", rows[i], rows[k]);
        }
    }
    assert_int_equal(debian_version_compare("1-0", "1"), 0);
    assert_int_equal(debian_version_compare("0:1", "1"), 0);
    assert_int_equal(debian_version_compare("1.01", "1.1"), 0);
}

static const char STATUS[] =
    "Package: intel-media-va-driver-non-free\n"
    "Status: install ok installed\n"
    "Architecture: amd64\n"
    "Conflicts: intel-media-va-driver\n"
    "Version: 23.1.1+ds1-1\n"
    "\n"
    "Package: i965-va-driver\n"
    "Status: deinstall ok config-files\n"
    "Version: 2.4.1+dfsg1-1\n"
    "\n"
    "Package: mesa-va-drivers\n"
    "Status: hold ok installed\n"
    "Version: 22.3.6-1;rm\n"
    "\n"
    "Package: x-intel-media-va-driver\n"
    "Status: install ok installed\n"
    "Version: 9\n";

static void what_is_installed_is_known(void **state)
{
    struct package_facts packages = {0};

    (void)state;
    debian_status_parse(STATUS, &packages);
    assert_true(packages.is_known);
    assert_false(packages.is_offer_known);
    assert_string_equal(packages.debian[DEBIAN_IHD_FULL].installed, "23.1.1+ds1-1");
    assert_string_equal(packages.debian[DEBIAN_IHD].installed, "");
    assert_string_equal(packages.debian[DEBIAN_I965].installed, "");
    /* No version goes into a line that could be a command. */
    assert_string_equal(packages.debian[DEBIAN_MESA].installed, "");
}

/* Whatever the size of the buffer, down to that of the longest stanza of ours. */
static void files_are_read_in_pieces(void **state)
{
    struct package_facts whole = {0};

    (void)state;
    debian_status_parse(STATUS, &whole);
    for (size_t size = 160; size < sizeof(STATUS) + 10; size++) {
        struct package_facts pieces = {0};
        char buffer[sizeof(STATUS) + 10];
        int fd = memfd_create("status", 0);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, STATUS, strlen(STATUS)), strlen(STATUS));
        assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
        stanzas_read(fd, buffer, size, debian_status_parse, &pieces);
        assert_int_equal(close(fd), 0);
        assert_memory_equal(&pieces, &whole, sizeof(whole));
    }
}

static void the_newest_offer_counts(void **state)
{
    struct package_facts packages = {0};

    (void)state;
    debian_status_parse(STATUS, &packages);
    assert_false(debian_is_outdated(&packages, DEBIAN_IHD_FULL));
    debian_list_parse("Package: intel-media-va-driver-non-free\nVersion: 23.1.1+ds1-1\n\n",
                      &packages);
    assert_true(packages.is_offer_known);
    assert_false(debian_is_outdated(&packages, DEBIAN_IHD_FULL));
    debian_list_parse(
        "Package: a\nVersion: 9\n\nPackage: intel-media-va-driver-non-free\n"
        "Version: 23.1.10+ds1-1\n\n",
        &packages);
    debian_list_parse("Package: intel-media-va-driver-non-free\nVersion: 23.1.2+ds1-1\n",
                      &packages);
    assert_string_equal(packages.debian[DEBIAN_IHD_FULL].offered, "23.1.10+ds1-1");
    assert_true(debian_is_outdated(&packages, DEBIAN_IHD_FULL));
    assert_false(debian_is_outdated(&packages, DEBIAN_IHD));
}

/* ---- trees of files, as the distributions lay them out ---- */

static void tree_write(const char *root, const char *path, const char *text)
{
    char whole[512];

    (void)snprintf(whole, sizeof(whole), "%s/%s", root, path);
    for (char *slash = whole + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        assert_true(mkdir(whole, 0755) == 0 || errno == EEXIST);
        *slash = '/';
    }
    FILE *file = fopen(whole, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int entry_remove(const char *path, const struct stat *st, int kind, struct FTW *place)
{
    (void)st;
    (void)kind;
    (void)place;
    return remove(path);
}

/* What is collected at this depth below a directory with this one file in it. */
static struct package_facts tree_collected(const char *path, const char *text,
                                           enum package_depth depth)
{
    char root[] = "/tmp/verify-packages-XXXXXX";
    struct package_facts packages;

    assert_non_null(mkdtemp(root));
    tree_write(root, path, text);
    packages_collect(root, depth, &packages);
    assert_int_equal(nftw(root, entry_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
    return packages;
}

static void alpine_is_read(void **state)
{
    static const char database[] =
        "C:Q1abc=\nP:intel-media-driver\nV:24.1.5-r0\nF:usr\nR:P:libva\n\n"
        "C:Q1def=\nP:mesa-va-gallium-extra\nV:1\np:mesa-va-gallium=1\n\n"
        "C:Q1ghi=\nP:libva-intel-driver\nV:2\n";
    static const char *const paths[] = {"lib/apk/db/installed", "usr/lib/apk/db/installed"};

    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct package_facts packages = tree_collected(paths[i], database, PACKAGES_INSTALLED);
        assert_true(other_is_installed(&packages, "intel-media-driver"));
        assert_true(other_is_installed(&packages, "libva-intel-driver"));
        assert_false(other_is_installed(&packages, "mesa-va-gallium"));
        assert_false(other_is_installed(&packages, "libva"));
        assert_false(packages.is_known);
        packages = tree_collected(paths[i], database, PACKAGES_NOTHING);
        assert_false(other_is_installed(&packages, "intel-media-driver"));
    }
}

static void arch_is_read(void **state)
{
    static const struct {
        const char *directory, *name;
        bool is_installed;
    } rows[] = {
        {"mesa-1:24.2.7-1", "mesa", true},
        {"mesa-vdpau-1:24.2.7-1", "mesa", false},
        {"lib32-mesa-1:24.2.7-1", "mesa", false},
        {"intel-media-driver-24.4.4-1", "intel-media-driver", true},
        {"libva-2.22.0-1", "libva", true},
        {"libva-intel-driver-2.4.1-4", "libva-intel-driver", true},
        {"libva-intel-driver-2.4.1-4", "libva", false},
        {"libva-2.22.0", "libva", false}, /* no release: none of pacman's */
        {"libva", "libva", false},
        {"-1-1", "libva", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char path[128];
        (void)snprintf(path, sizeof(path), "var/lib/pacman/local/%s/desc", rows[i].directory);
        struct package_facts packages = tree_collected(path, "%NAME%\n", PACKAGES_INSTALLED);
        if (other_is_installed(&packages, rows[i].name) != rows[i].is_installed)
            fail_msg("%s: %s", rows[i].directory, rows[i].name);
    }
}

static void debian_is_read(void **state)
{
    (void)state;
    struct package_facts packages =
        tree_collected("var/lib/dpkg/status", STATUS, PACKAGES_INSTALLED);
    assert_true(packages.is_known);
    assert_string_equal(packages.debian[DEBIAN_IHD_FULL].installed, "23.1.1+ds1-1");
    packages = tree_collected("etc/nothing", "", PACKAGES_OFFERED);
    assert_false(packages.is_known || packages.is_offer_known);
    packages_collect("/no/such/root", PACKAGES_OFFERED, &packages);
    assert_false(packages.is_known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alpine_is_read),
        cmocka_unit_test(arch_is_read),
        cmocka_unit_test(debian_is_read),
        cmocka_unit_test(versions_are_in_order),
        cmocka_unit_test(what_is_installed_is_known),
        cmocka_unit_test(files_are_read_in_pieces),
        cmocka_unit_test(the_newest_offer_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
