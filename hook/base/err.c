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

void err_add(struct err *err, const char *fmt, ...)
{
    size_t used = strlen(err->text);
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(err->text + used, sizeof(err->text) - used, fmt, ap);
    va_end(ap);
}

void err_fix(struct err *err, const char *fmt, ...)
{
    size_t used = strlen(err->fix);
    size_t start = used ? used + 1 : 0;
    size_t room = start < sizeof(err->fix) ? sizeof(err->fix) - start : 0;
    va_list ap;
    int wanted;

    if (room == 0)
        return;
    va_start(ap, fmt);
    wanted = vsnprintf(err->fix + start, room, fmt, ap);
    va_end(ap);
    if (wanted < 0 || (size_t)wanted >= room)
        err->fix[used] = '\0';
    else if (used)
        err->fix[used] = '\n';
}
