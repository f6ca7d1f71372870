#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, int status, int error, const char *fmt, ...)
{
    va_list ap;

    *err = (struct err){.status = status};
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof(err->text), fmt, ap);
    va_end(ap);
    if (error) {
        size_t used = strlen(err->text);
        snprintf(err->text + used, sizeof(err->text) - used, ": %s", strerror(error));
    }
    return error ? -error : -EINVAL;
}

void err_wrap(struct err *err, const char *fmt, ...)
{
    char text[ERR_TEXT_MAX];
    va_list ap;
    int used;

    va_start(ap, fmt);
    used = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (used < 0 || (size_t)used >= sizeof(text))
        return;
    snprintf(text + used, sizeof(text) - (size_t)used, ": %s", err->text);
    memcpy(err->text, text, sizeof(text));
}

void err_fix(struct err *err, const char *fmt, ...)
{
    size_t used = strlen(err->fix);
    va_list ap;

    if (used && used + 1 < sizeof(err->fix)) {
        err->fix[used++] = '\n';
        err->fix[used] = '\0';
    }
    va_start(ap, fmt);
    vsnprintf(err->fix + used, sizeof(err->fix) - used, fmt, ap);
    va_end(ap);
}
