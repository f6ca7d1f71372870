/* SPDX-License-Identifier: MIT */
#include "base/prometheus.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>

#define METRICS_MODE 0644

void prometheus_head(FILE *out, const char *name, const char *help)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

void prometheus_label(FILE *out, const char *separator, const char *name, const char *value)
{
    fprintf(out, "%s%s=\"", separator, name);
    for (const char *c = value; *c; c++)
        if (*c == '\n')
            fputs("\\n", out);
        else
            fprintf(out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
    fputc('"', out);
}

int prometheus_write(const char *path, void (*print)(const void *memory, FILE *out),
                     const void *memory)
{
    CLEANUP_FREE char *text = NULL;
    size_t size = 0;
    FILE *out;

    if (text_is_equal(path, "-")) {
        print(memory, stdout);
        return 0;
    }
    out = open_memstream(&text, &size);
    if (!out)
        return -errno;
    print(memory, out);
    if (fclose(out) != 0)
        return -ENOMEM;
    return file_put(path, text, size, METRICS_MODE);
}
