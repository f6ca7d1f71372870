/* SPDX-License-Identifier: MIT */
#include "judge/cause.h"

#include "judge/subject.h"

#include <string.h>

#define LINE_LENGTH_MAX 256

/* Where a fix line applies: one bit for each way a container or machine is made. */
#define AT_LXC_ROOT  0x01U
#define AT_LXC_USER  0x02U
#define AT_DOCKER    0x04U
#define AT_NSPAWN    0x08U
#define AT_VM        0x10U
#define AT_HOST      0x20U
#define AT_OTHER     0x40U
#define AT_INCUS     0x80U
#define AT_OCI       0x100U
#define AT_LXC       (AT_LXC_ROOT | AT_LXC_USER)
#define AT_MACHINE   (AT_VM | AT_HOST)
#define AT_CONTAINER (AT_LXC | AT_INCUS | AT_DOCKER | AT_OCI | AT_NSPAWN | AT_OTHER)
#define ANYWHERE     (AT_CONTAINER | AT_MACHINE)
#define AT_OWN_FILES (ANYWHERE & ~(AT_DOCKER | AT_OCI)) /* what is changed inside stays */
#define AT_NOT_LXC   (ANYWHERE & ~(AT_LXC | AT_INCUS | AT_OTHER))

struct fix_line {
    unsigned where;
    const char *line;
};

struct cause_row {
    enum exit_status status;
    const char *words;
    const struct fix_line *fix; /* ends with {0, NULL} */
};

/* The row of the diagnosis table is for the manual and the tests. */
#define CAUSE(symbol, row, status, ...) [CAUSE_##symbol] = CAUSE_ROW(status, __VA_ARGS__, {0, NULL})
#define CAUSE_ROW(status, words, ...)   {status, words, (const struct fix_line[]){__VA_ARGS__}},
static const struct cause_row ROWS[CAUSE_COUNT] = {
    [CAUSE_NONE] = {STATUS_PASS, "", (const struct fix_line[]){{0, NULL}}},
#include "judge/causes.def"
};
#undef CAUSE

enum exit_status cause_status(enum cause cause)
{
    return ROWS[cause].status;
}

/* A line that may be one for what is installed already has to know of newer ones. */
enum package_depth cause_packages(enum cause cause)
{
    static const struct {
        const char *value;
        enum package_depth depth;
    } values[] = {
        {"{install}", PACKAGES_OFFERED},          {"{newest}", PACKAGES_OFFERED},
        {"{install_encoders}", PACKAGES_OFFERED}, {"{install_anew}", PACKAGES_INSTALLED},
        {"{install_libva}", PACKAGES_INSTALLED},  {"{install_other}", PACKAGES_INSTALLED},
        {"{install_scaler}", PACKAGES_INSTALLED},
    };
    enum package_depth depth = PACKAGES_NOTHING;

    for (const struct fix_line *fix = ROWS[cause].fix; fix->line; fix++) {
        for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
            if (strstr(fix->line, values[i].value) && values[i].depth > depth)
                depth = values[i].depth;
        }
    }
    return depth;
}

/*
 * Fills a template. Returns false when something in braces is not known; it then reads "unknown".
 * A line to be pasted gets only words that no shell takes apart.
 */
static bool template_fill(const char *template, const struct facts *facts, bool is_pasted,
                          struct text *out)
{
    bool is_complete = true;

    while (*template) {
        char name[32];
        char value[SUBJECT_VALUE_MAX];
        size_t plain = strcspn(template, "{");
        text_add(out, "%.*s", (int)plain, template);
        template += plain;
        if (!*template)
            break;
        size_t length = strcspn(template + 1, "}");
        /* A brace that is no placeholder is a slip in causes.def; the tests look for it. */
        if (length >= sizeof(name) || template[1 + length] != '}')
            return false;
        memcpy(name, template + 1, length);
        name[length] = '\0';
        template += length + 2;
        if (!subject_value(name, facts, is_pasted, value, sizeof(value))) {
            is_complete = false;
            text_add(out, "unknown");
            continue;
        }
        text_add(out, "%s", value);
    }
    return is_complete;
}

void cause_words(enum cause cause, const struct facts *facts, struct text *out)
{
    (void)template_fill(ROWS[cause].words, facts, false, out);
}

static unsigned where_are_we(const struct place_facts *place)
{
    switch (place->place) {
    case PLACE_HOST:
        return AT_HOST;
    case PLACE_VM:
        return AT_VM;
    case PLACE_DOCKER:
    case PLACE_PODMAN:
        return AT_DOCKER;
    case PLACE_NSPAWN:
        return AT_NSPAWN;
    case PLACE_INCUS:
        return AT_INCUS;
    case PLACE_OCI:
        return AT_OCI;
    case PLACE_CONTAINER:
        return AT_OTHER;
    case PLACE_LXC:
        break;
    }
    if (place->starter == STARTER_ROOT)
        return AT_LXC_ROOT;
    return place->starter == STARTER_USER ? AT_LXC_USER : AT_LXC;
}

static void line_add(struct text *out, const char *line)
{
    if (*line)
        text_add(out, "%s%s", out->used ? "\n" : "", line);
}

/* A remark (#) is held until the line it speaks of, and goes with it when that one goes. */
void cause_fix(enum cause cause, const struct facts *facts, struct text *out)
{
    unsigned where = where_are_we(&facts->sys.place);
    char held[2 * LINE_LENGTH_MAX] = "";
    struct text remarks = TEXT_ON(held);

    for (const struct fix_line *fix = ROWS[cause].fix; fix->line; fix++) {
        char line[LINE_LENGTH_MAX] = "";
        struct text text = TEXT_ON(line);
        bool is_remark = fix->line[0] == '#';
        if (!(fix->where & where))
            continue;
        bool is_complete = template_fill(fix->line, facts, !is_remark, &text);
        if (is_complete && is_remark) {
            line_add(&remarks, line);
        } else if (!is_remark) {
            line_add(out, is_complete ? held : "");
            line_add(out, is_complete ? line : "");
            remarks = TEXT_ON(held);
            held[0] = '\0';
        }
    }
    line_add(out, held);
}
