/* SPDX-License-Identifier: MIT */
#include "base/wrap.h"

#include <string.h>

void wrap_print(const char *text, FILE *out)
{
    static const char indent[] = "    ";
    size_t room = WRAP_COLUMNS;

    for (;;) {
        size_t take = strlen(text);
        if (take > room) {
            take = room;
            while (take > 0 && text[take] != ' ')
                take--;
            if (take == 0)
                take = room;
        }
        (void)fprintf(out, "%.*s\n", (int)take, text);
        text += take;
        text += strspn(text, " ");
        if (!*text)
            return;
        (void)fputs(indent, out);
        room = WRAP_COLUMNS - strlen(indent);
    }
}
