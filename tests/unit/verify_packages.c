/* SPDX-License-Identifier: MIT */
/* What is installed and offered, from the texts of dpkg and APT. */
#include "cmocka_all.h"
#include "facts/packages.h"
#include "system/packages.h"

#include <string.h>
#include <sys/mman.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_are_in_order),
        cmocka_unit_test(what_is_installed_is_known),
        cmocka_unit_test(files_are_read_in_pieces),
        cmocka_unit_test(the_newest_offer_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
