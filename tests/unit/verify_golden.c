/* SPDX-License-Identifier: MIT */
/* Wanted output; with GOLDEN_UPDATE=1 in the environment it is written anew. */
#include "cmocka_all.h"
#include "verify_cases.h"

#include <stdlib.h>
#include <string.h>

static void golden_update(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

void golden_compare(const char *name, const char *text)
{
    static char expected[GOLDEN_MAX];
    char path[512];

    (void)snprintf(path, sizeof(path), "%s/%s", GOLDEN_FOLDER, name);
    if (getenv("GOLDEN_UPDATE")) {
        golden_update(path, text);
        return;
    }
    FILE *file = fopen(path, "re");
    if (!file)
        fail_msg("%s is missing", path);
    size_t size = fread(expected, 1, sizeof(expected) - 1, file);
    (void)fclose(file);
    expected[size] = '\0';
    if (strcmp(text, expected) != 0)
        fail_msg("%s should be\n%s\nbut is\n%s", path, expected, text);
}
