#include "say/say.h"

#include "base/text.h"
#include "exit_status.h"
#include "facts/lsm.h"
#include "plan/idmap_change.h"
#include "plan/plan.h"

#include <string.h>

/* ---- the table ------------------------------------------------------------------------------- */

/* Beside the status, in one number with it. */
#define KERNEL_WHEN_NO_CALL 0x100
#define KERNEL_WHEN_REFUSED 0x200
#define INTERNAL_WHEN_SHORT 0x400
#define STATUS_MASK         0xff

struct cause_row {
    int status;
    const char *words, *fix;
    fix_maker *add;
};

static const struct cause_row rows[CAUSE_COUNT] = {
    [CAUSE_NONE] = {STATUS_INTERNAL, "", NULL, NULL},
#define CAUSE(symbol, status, words, fix, add) [CAUSE_##symbol] = {status, words, fix, add},
#include "causes.def"
#undef CAUSE
};

static int status_of(const struct fault *fault)
{
    int status = rows[fault->cause].status;

    if ((status & KERNEL_WHEN_NO_CALL && fault->error == ENOSYS) ||
        (status & KERNEL_WHEN_REFUSED && fault->error == EPERM))
        return STATUS_KERNEL;
    if (status & INTERNAL_WHEN_SHORT)
        return exit_status_for(fault->error, (enum exit_status)(status & STATUS_MASK));
    return status & STATUS_MASK;
}

/* ---- words in braces ------------------------------------------------------------------------- */

static void no_node_at_all(const struct gpu_list *gpus, struct text *out)
{
    const struct gpu_stray *stray = &gpus->strays[0];
    unsigned node_minor;
    bool is_render;

    if (gpus->stray_count == 0)
        text_add(out, "no render node on this host: %s",
                 gpus->has_dev_dri ? "/dev/dri holds none" : "there is no /dev/dri");
    else if (gpu_name_parse(stray->name, &is_render, &node_minor))
        text_add(out,
                 "no render node on this host: /dev/dri/%s is a %s, not character device %d:%u",
                 stray->name, stray->what, DRM_MAJOR, node_minor);
    else
        text_add(out, "no render node on this host: /dev/dri/%s (%s) is none", stray->name,
                 stray->what);
}

static void add_no_match(const struct fault *fault, const struct about *about, struct text *out)
{
    const struct options *options = about->options;
    char asked[200];
    char there[400] = "";
    struct text text = TEXT_ON(there);

    (void)fault;
    if (!options || !about->gpus)
        return;
    if (options->wait_seconds)
        text_add(out, "waited %u s: ", options->wait_seconds);
    for (size_t i = 0; i < about->gpus->count; i++) {
        const struct gpu_node *node = &about->gpus->nodes[i];
        if (node->is_render || options->selection.with_card) /* what could have been selected */
            text_add(&text, "%s%s (%s%s%s)", text.used ? ", " : "", node->name, node->driver,
                     node->pci[0] ? " at " : "", node->pci);
    }
    if (text.used == 0)
        no_node_at_all(about->gpus, out);
    else
        text_add(out, "no render node matches '%s'; this host has %s",
                 select_describe(&options->selection, asked, sizeof(asked)), there);
}

static void add_unmapped(const struct fault *fault, const struct about *about, struct text *out)
{
    char kind = fault->b == 'u' ? 'u' : 'g';
    const struct idmap *map = kind == 'u' ? about->uids : about->gids;
    struct idmap_gap gap;
    char ranges[160];

    if (fault->name[0])
        text_add(out, "group %s: ", fault->name);
    text_add(out, "guest %cid %u is ", kind, fault->a);
    if (!map)
        return;
    gap = idmap_gap_find(map, fault->a);
    if (gap.before < 0 || gap.after < 0) {
        text_add(out, "outside the container's id map (%s)",
                 idmap_describe(map, ranges, sizeof(ranges)));
        return;
    }
    const struct idmap_extent *a = &map->extents[gap.before];
    const struct idmap_extent *b = &map->extents[gap.after];
    text_add(out,
             "not mapped: the lines 'lxc.idmap = %c %u %u %u' and 'lxc.idmap = %c %u %u %u' leave "
             "a hole",
             kind, a->inside, a->outside, a->length, kind, b->inside, b->outside, b->length);
}

static const char *lsm_name(uint32_t kind)
{
    return kind == LSM_APPARMOR ? "AppArmor profile" : "SELinux context";
}

static void add_name(const struct fault *fault, const struct about *about, struct text *out)
{
    (void)about;
    text_add(out, "%s", fault->name);
}

static void add_detail(const struct fault *fault, const struct about *about, struct text *out)
{
    (void)about;
    text_add(out, "%s", fault->detail);
}

static void add_a(const struct fault *fault, const struct about *about, struct text *out)
{
    (void)about;
    text_add(out, "%u", fault->a);
}

static void add_b(const struct fault *fault, const struct about *about, struct text *out)
{
    (void)about;
    text_add(out, "%u", fault->b);
}

static void add_stays(const struct fault *fault, const struct about *about, struct text *out)
{
    (void)about;
    if (fault->b)
        text_add(out, "; process %u of this program still hangs in the kernel", fault->b);
}

static void add_group(const struct fault *fault, const struct about *about, struct text *out)
{
    (void)about;
    if (fault->detail[0])
        text_add(out, " (%s)", fault->detail);
}

static void add_lsm(const struct fault *fault, const struct about *about, struct text *out)
{
    (void)about;
    if (fault->b != LSM_NONE)
        text_add(out, ", under the %s %s", lsm_name(fault->b), fault->detail);
}

static void add_under_lsm(const struct fault *fault, const struct about *about, struct text *out)
{
    (void)about;
    if (fault->b != LSM_NONE)
        text_add(out, "under the %s %s: ", lsm_name(fault->b), fault->detail);
}

static void add_since(const struct fault *fault, const struct about *about, struct text *out)
{
    (void)about;
    if (fault->detail[0])
        text_add(out, ", since the line %s", fault->detail);
}

static void add_allow(const struct fault *fault, const struct about *about, struct text *out)
{
    char line[FAULT_TEXT_MAX];

    if (!about->devices || fault->b >= about->devices->rules.count)
        return;
    device_line_describe(&about->devices->rules, fault->b, line, sizeof(line));
    text_add(out, "%s", line);
}

static void add_shut(const struct fault *fault, const struct about *about, struct text *out)
{
    const char *folder = about->proofs ? proof_folder_name(about->proofs->shut) : NULL;

    (void)fault;
    if (folder)
        text_add(out, ", whom its mode keeps out of %s", folder);
}

static const struct {
    const char *name;
    void (*add)(const struct fault *fault, const struct about *about, struct text *out);
} values[] = {
    {"name", add_name},
    {"detail", add_detail},
    {"a", add_a},
    {"b", add_b},
    {"stays", add_stays},
    {"group", add_group},
    {"lsm", add_lsm},
    {"under_lsm", add_under_lsm},
    {"since", add_since},
    {"shut", add_shut},
    {"allow", add_allow},
    {"no_match", add_no_match},
    {"unmapped", add_unmapped},
};

static void fill(const char *template, const struct fault *fault, const struct about *about,
                 struct text *out)
{
    while (*template) {
        size_t length = strcspn(template, "{");
        text_add(out, "%.*s", (int)length, template);
        template += length;
        if (!*template)
            break;
        length = strcspn(++template, "}");
        for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
            if (strlen(values[i].name) == length && strncmp(values[i].name, template, length) == 0)
                values[i].add(fault, about, out);
        template += length + (template[length] == '}');
    }
}

/* ---- a failure ------------------------------------------------------------------------------- */

int say_words(const struct fault *fault, const struct about *about, struct err *err)
{
    static const char *const left[] = {
        [LEFT_NOTHING] = "",
        [LEFT_NEW_NODES] = "; the new nodes may still be in the container",
        [LEFT_NO_OLD_NODES] = "; the nodes of an earlier run may be gone",
    };
    struct text text = TEXT_ON(err->text);

    *err = (struct err){.status = status_of(fault), .cause = (int)fault->cause};
    fill(rows[fault->cause].words, fault, about, &text);
    if (fault->error)
        text_add(&text, ": %s", strerror(fault->error));
    text_add(&text, "%s", left[fault->left]);
    text_make_plain(err->text, "");
    return fault->error ? -fault->error : -EINVAL;
}

int say_fault(const struct fault *fault, const struct about *about, struct err *err)
{
    const struct cause_row *row = &rows[fault->cause];
    char lines[ERR_FIX_MAX] = "";
    struct text text = TEXT_ON(lines);
    struct fault plain = *fault;
    int r = say_words(fault, about, err);

    /* What is to be pasted may hold no word that a shell takes apart. */
    if (!text_is_shell_word(plain.name))
        plain.name[0] = '\0';
    if (row->fix && (plain.name[0] || !strstr(row->fix, "{name}"))) {
        fill(row->fix, &plain, about, &text);
        err_fix_lines(err, lines);
    }
    if (row->add)
        row->add(&plain, about, err);
    return r;
}
