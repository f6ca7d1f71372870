/* SPDX-License-Identifier: MIT */
#include "judge/subject.h"

#include "judge/subject_values.h"
#include "judge/words.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const struct value_row {
    const char *name;
    void (*write)(const struct facts *facts, struct text *out);
    enum trust trust;
} VALUES[] = {
#define VALUE_ROW(name, trust) {#name, value_##name, trust},
    SUBJECT_VALUES(VALUE_ROW)
#undef VALUE_ROW
};

static const struct value_row *row_find(const char *name)
{
    for (size_t i = 0; i < sizeof(VALUES) / sizeof(*VALUES); i++) {
        if (text_is_equal(VALUES[i].name, name))
            return &VALUES[i];
    }
    return NULL;
}

bool subject_exists(const char *name)
{
    return row_find(name) != NULL;
}

bool subject_value(const char *name, const struct facts *facts, bool is_pasted, char *ret,
                   size_t size)
{
    const struct value_row *row = row_find(name);
    char raw[SUBJECT_VALUE_MAX] = "";
    struct text text = TEXT_ON(raw);

    *ret = '\0';
    if (!row)
        return false;
    row->write(facts, &text);
    if (is_pasted && row->trust == NAMED && !text_is_shell_word(raw))
        snprintf(raw, sizeof(raw), "NAME");
    if (is_pasted && row->trust == THEIRS && !text_is_shell_word(raw))
        return false;
    text_printable(ret, size, raw);
    return *ret || row->trust == MAYBE;
}
