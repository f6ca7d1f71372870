#include "render/render.h"

#include "base/wrap.h"
#include "judge/words.h"
#include "render/list.h"

#include <string.h>

#define DETAIL_START 18 /* column where the evidence begins */
#define COLUMNS_MIN  40
#define WORDS_MAX    1024
#define FIX_MAX      1536

static const struct {
    const char *word, *colour;
} STATUSES[] = {
    [CHECK_PASS] = {"pass", "\033[32m"},
    [CHECK_WARN] = {"warn", "\033[33m"},
    [CHECK_FAIL] = {"FAIL", "\033[31m"},
    [CHECK_SKIP] = {"skip", ""},
};

/* Which driver of which libva was judged is said whole, but for a failure further down: there the
 * room is for its fix. */
static bool is_whole(const struct rendering *r, int id)
{
    return id == CHECK_ID_DRIVER && (r->report->failed < 0 || r->report->failed == id);
}

static void check_print(const struct rendering *r, int id, FILE *out)
{
    const struct finding *finding = &r->report->findings[id];
    const char *on = r->is_coloured ? STATUSES[finding->status].colour : "";
    int room =
        r->columns > COLUMNS_MIN ? (int)r->columns - DETAIL_START : COLUMNS_MIN - DETAIL_START;
    bool is_cut = r->columns > 0 && r->verbosity != VERBOSITY_VERBOSE &&
                  strlen(finding->detail) > (size_t)room;

    if (id == CHECK_ID_CODECS || (is_cut && is_whole(r, id))) {
        char line[CHECK_DETAIL_MAX + DETAIL_START + 16];
        snprintf(line, sizeof(line), "%-12s %s%s%s %s", check_name((enum check_id)id), on,
                 STATUSES[finding->status].word, *on ? "\033[0m" : "", finding->detail);
        wrap_print(line, out);
        return;
    }
    fprintf(out, "%-12s %s%s%s ", check_name((enum check_id)id), on, STATUSES[finding->status].word,
            *on ? "\033[0m" : "");
    if (is_cut)
        fprintf(out, "%.*s...\n", room - 3, finding->detail);
    else
        fprintf(out, "%s\n", finding->detail);
}

static void line_print(const struct rendering *r, const char *text, FILE *out)
{
    char node[NODE_PATH_MAX * 4];

    if (r->verbosity == VERBOSITY_QUIET && r->is_one_of_many)
        fprintf(out, "%s: ", text_printable(node, sizeof(node), r->facts->sys.node.path));
    if (r->verbosity == VERBOSITY_QUIET)
        fprintf(out, "%s\n", text);
    else
        wrap_print(text, out);
}

static void fix_print(const struct rendering *r, enum cause cause, FILE *out)
{
    char fix[FIX_MAX] = "";
    struct text text = TEXT_ON(fix);

    cause_fix(cause, r->facts, &text);
    for (const char *line = fix; *line; line += line[strcspn(line, "\n")] == '\n') {
        size_t length = strcspn(line, "\n");
        fprintf(out, "fix: %.*s\n", (int)length, line);
        line += length;
    }
}

static void warnings_name(const struct rendering *r, struct text *text)
{
    const char *separator = "; warning: ";

    for (int id = 0; id < CHECK_COUNT; id++) {
        if (r->report->findings[id].status != CHECK_WARN)
            continue;
        text_add(text, "%s%s", separator, check_name((enum check_id)id));
        separator = ", ";
    }
}

/* Root of a container passes by owning the node; who the service runs as may not. */
static bool is_pass_of_root(const struct facts *f)
{
    bool is_container = f->sys.place.place != PLACE_HOST && f->sys.place.place != PLACE_VM;

    return is_container && f->sys.access.uid == 0 && f->sys.node.uid == 0 &&
           (f->sys.node.mode & 06U) != 06U;
}

static void pass_print(const struct rendering *r, FILE *out)
{
    const struct va_facts *va = &r->facts->va;
    char line[WORDS_MAX];
    char driver[sizeof(va->driver.name) * 4];
    struct text text = TEXT_ON(line);

    text_printable(driver, sizeof(driver), va->driver.name);
    text_add(&text, "gpu-verify: PASS (%u frames, %.1f fps, %s", va->encode.frames, words_fps(va),
             driver);
    if (r->report->findings[CHECK_ID_DECODE].status == CHECK_SKIP)
        text_add(&text, ", not decoded back");
    else
        text_add(&text, ", PSNR-Y %.1f dB", va->decode.psnr_y);
    warnings_name(r, &text);
    text_add(&text, ")");
    line_print(r, line, out);
    for (int id = 0; id < CHECK_COUNT && r->verbosity != VERBOSITY_QUIET; id++) {
        const struct finding *finding = &r->report->findings[id];
        if (finding->status != CHECK_WARN)
            continue;
        text = TEXT_ON(line);
        text_add(&text, "warning: ");
        cause_words(finding->cause, r->facts, &text);
        wrap_print(line, out);
        fix_print(r, finding->cause, out);
    }
    if (is_pass_of_root(r->facts) && r->verbosity != VERBOSITY_QUIET)
        fputs("note: root owns the node; run this as the service's user too\n", out);
}

static void fail_print(const struct rendering *r, FILE *out)
{
    const struct finding *finding = &r->report->findings[r->report->failed];
    char line[WORDS_MAX];
    struct text text = TEXT_ON(line);

    text_add(&text, "gpu-verify: FAIL (%d): ", (int)r->report->status);
    cause_words(finding->cause, r->facts, &text);
    line_print(r, line, out);
    if (r->verbosity != VERBOSITY_QUIET)
        fix_print(r, finding->cause, out);
}

/* ---- raw facts for -v ---- */

static void raw_log_print(const char *log, FILE *out)
{
    char line[512];
    char safe[sizeof(line) * 4];

    while (*log) {
        size_t length = strcspn(log, "\n");
        snprintf(line, sizeof(line), "%.*s", (int)length, log);
        fprintf(out, "  libva: %s\n", text_printable(safe, sizeof(safe), line));
        log += length;
        log += *log == '\n';
    }
}

static void raw_va_print(const struct va_facts *va, FILE *out)
{
    char safe[sizeof(va->driver.tried[0]) * 4];
    char sync[sizeof(va->encode.sync) * 4];

    text_printable(sync, sizeof(sync), va->encode.sync);
    for (uint32_t i = 0; i < va->driver.tried_count && i < VA_TRIED_MAX; i++)
        fprintf(out, "  driver: %s: %s\n", text_printable(safe, sizeof(safe), va->driver.tried[i]),
                words_tried_result(va->driver.tried_result[i]));
    if (va->encode.upload[0])
        fprintf(out, "  encoder: headers %s, upload by %s, wait for %s\n",
                va->encode.packed_headers_ours ? "ours" : "of the driver",
                text_printable(safe, sizeof(safe), va->encode.upload), sync);
}

static void raw_print(const struct facts *f, FILE *out)
{
    char value[1024] = "";
    struct text text = TEXT_ON(value);
    char safe[sizeof(value)];

    fprintf(out, "  place: %s, kernel %s\n", words_place_name(f->sys.place.place),
            text_printable(safe, sizeof(safe), f->sys.place.release));
    fprintf(out, "  name: %s\n", text_printable(safe, sizeof(safe), f->sys.place.name));
    fprintf(out, "  distribution: %s\n",
            text_printable(safe, sizeof(safe), f->sys.place.distro_id));
    words_idmap(&f->sys.access.uid_map, &text);
    text_add(&text, "; gid_map: ");
    words_idmap(&f->sys.access.gid_map, &text);
    fprintf(out, "  uid_map: %s\n", value);
    fprintf(out, "  user: %u:%u, groups:", f->sys.access.uid, f->sys.access.gid);
    for (uint32_t i = 0; i < f->sys.access.group_count; i++)
        fprintf(out, " %u", f->sys.access.groups[i]);
    fputc('\n', out);
    if (f->sys.access.mount_point[0]) {
        fprintf(out, "  mount: %s", text_printable(safe, sizeof(safe), f->sys.access.mount_point));
        fprintf(out, " (%s)\n", text_printable(safe, sizeof(safe), f->sys.access.mount_options));
    }
    fprintf(out, "  child: %.2f s", f->run.seconds);
    if (f->run.end == RUN_CRASHED) {
        text = TEXT_ON(value);
        words_signal(f->run.signal, &text);
        fprintf(out, ", ended by %s in %s", value, f->va.progress.call);
    }
    fputc('\n', out);
    raw_va_print(&f->va, out);
    raw_log_print(f->va.driver.log, out);
}

void render_text(const struct rendering *r, FILE *out)
{
    int last = r->report->failed >= 0 ? r->report->failed : CHECK_COUNT - 1;

    if (r->verbosity == VERBOSITY_VERBOSE)
        raw_print(r->facts, out);
    if (r->report->verdict == VERDICT_LISTED) {
        list_print(&r->facts->va, out);
        return;
    }
    for (int id = 0; id <= last && r->verbosity != VERBOSITY_QUIET; id++)
        check_print(r, id, out);
    if (r->report->failed >= 0)
        fail_print(r, out);
    else
        pass_print(r, out);
}
