/* SPDX-License-Identifier: MIT */
#include "render/render.h"

#include "base/gpu_names.h"
#include "base/json.h"
#include "facts/rate_control.h"
#include "judge/codecs.h"
#include "judge/words.h"
#include "render/list.h"

#include <string.h>
#include <time.h>

#define WORDS_MAX 1024
#define FIX_MAX   1536

/* What is not known is null, never an empty word. */
static void known_string(struct json *json, const char *key, const char *value)
{
    json_string(json, key, value[0] ? value : NULL);
}

static void known_number(struct json *json, const char *key, bool is_known, uint64_t value)
{
    if (is_known)
        json_number(json, key, value);
    else
        json_null(json, key);
}

static void known_real(struct json *json, const char *key, bool is_known, double value)
{
    if (is_known)
        json_real(json, key, value);
    else
        json_null(json, key);
}

static void fix_write(const struct rendering *r, enum cause cause, struct json *json)
{
    char fix[FIX_MAX] = "";
    struct text text = TEXT_ON(fix);
    char *rest = NULL;

    cause_fix(cause, r->facts, &text);
    json_open(json, "fix", '[');
    for (char *line = strtok_r(fix, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        json_string(json, NULL, line);
    json_close(json, ']');
}

static void check_write(const struct rendering *r, int id, struct json *json)
{
    const struct finding *finding = &r->report->findings[id];
    char words[WORDS_MAX] = "";
    struct text text = TEXT_ON(words);

    cause_words(finding->cause, r->facts, &text);
    json_open(json, NULL, '{');
    json_string(json, "id", check_name((enum check_id)id));
    json_string(json, "status", check_status_name(finding->status));
    json_string(json, "detail", finding->detail);
    known_string(json, "cause", words);
    fix_write(r, finding->cause, json);
    json_close(json, '}');
}

/* null where there is no HuC, or nobody could say. */
static const char *huc_word(const struct kernel_facts *kernel)
{
    if (kernel->is_huc_asked && kernel->huc_error == 0 && kernel->huc_status > 0)
        return "running";
    return words_huc(kernel);
}

/* null where nobody looked: the node is missing or does not open. */
static const char *sysfs_word(const struct kernel_facts *kernel)
{
    if (!kernel->is_asked)
        return NULL;
    if (kernel->is_node_visible)
        return "visible";
    return kernel->is_sys_visible ? "not this node" : "hidden";
}

static void gpu_write(const struct kernel_facts *kernel, struct json *json)
{
    bool is_known = kernel->is_asked && !kernel->error;
    char value[40] = "";

    json_open(json, "gpu", '{');
    known_string(json, "driver", kernel->driver);
    if (is_known)
        snprintf(value, sizeof(value), "%d.%d.%d", kernel->major, kernel->minor, kernel->patch);
    known_string(json, "driver_version", value);
    known_string(json, "pci", kernel->pci);
    snprintf(value, sizeof(value), "0x%04x", kernel->vendor_id);
    known_string(json, "vendor_id", kernel->vendor_id ? value : "");
    snprintf(value, sizeof(value), "0x%04x", kernel->device_id);
    known_string(json, "device_id", kernel->vendor_id ? value : "");
    json_string(json, "name", gpu_name(kernel->vendor_id, kernel->device_id));
    json_string(json, "huc", huc_word(kernel));
    json_string(json, "sysfs", sysfs_word(kernel));
    json_close(json, '}');
}

static void va_write(const struct facts *facts, struct json *json)
{
    const struct va_facts *va = &facts->va;
    char version[32] = "";

    if (va->driver.done)
        snprintf(version, sizeof(version), "%d.%d", va->driver.va_major, va->driver.va_minor);
    json_open(json, "va", '{');
    known_string(json, "version", version);
    known_string(json, "driver", va->driver.name);
    known_string(json, "vendor", va->driver.vendor);
    known_string(json, "libva", facts->sys.library.path);
    json_open(json, "tried", '[');
    for (uint32_t i = 0; i < va->driver.tried_count && i < VA_TRIED_MAX; i++) {
        json_open(json, NULL, '{');
        json_string(json, "file", va->driver.tried[i]);
        json_string(json, "result", words_tried_result(va->driver.tried_result[i]));
        json_close(json, '}');
    }
    json_close(json, ']');
    json_close(json, '}');
}

static void encode_write(const struct facts *facts, struct json *json)
{
    const struct va_facts *va = &facts->va;
    bool is_known = va->encode.done;

    if (facts->request.decode_only) {
        json_null(json, "encode");
        return;
    }
    json_open(json, "encode", '{');
    known_string(json, "profile", va->encode.profile_name);
    known_string(json, "entrypoint", va->encode.entrypoint_name);
    json_string(json, "rate_control", rate_mode(facts->request.rate)->name);
    known_number(json, "width", is_known, va->encode.width);
    known_number(json, "height", is_known, va->encode.height);
    known_number(json, "frames", is_known, va->encode.frames);
    known_number(json, "bytes", is_known, va->encode.bytes);
    known_real(json, "seconds", is_known, va->encode.seconds);
    known_real(json, "fps", is_known, words_fps(va));
    json_close(json, '}');
}

static void decode_write(const struct va_facts *va, struct json *json)
{
    json_open(json, "decode", '{');
    known_number(json, "frames", va->decode.done, va->decode.frames);
    known_real(json, "psnr_y", va->decode.done, va->decode.psnr_y);
    known_real(json, "psnr_block", va->decode.done, va->decode.psnr_block);
    json_close(json, '}');
}

static void scale_write(const struct va_facts *va, struct json *json)
{
    json_open(json, "scale", '{');
    if (va->scale.offered || va->scale.failure.happened)
        json_bool(json, "offered", va->scale.offered);
    else
        json_null(json, "offered");
    known_real(json, "psnr_y", va->scale.pictures > 0, va->scale.psnr_y);
    json_close(json, '}');
}

/* null, or by what it is known. */
static void codec_word_write(struct json *json, const char *key, enum codec_word word)
{
    static const char *const words[] = {
        [CODEC_NOT] = NULL, [CODEC_SAID] = "said", [CODEC_PASS] = "pass", [CODEC_FAIL] = "fail"};

    json_string(json, key, words[word]);
}

static void codecs_write(const struct facts *facts, struct json *json)
{
    json_open(json, "codecs", '[');
    for (int i = 0; i < CODEC_COUNT && facts->va.entrypoints.count; i++) {
        enum codec codec = (enum codec)i;
        json_open(json, NULL, '{');
        json_string(json, "codec", codec_name(codec));
        codec_word_write(json, "decode", codec_decode(facts, codec));
        codec_word_write(json, "encode", codec_encode(facts, codec));
        json_close(json, '}');
    }
    json_close(json, ']');
}

/* Of the first check that failed. */
static void failure_write(const struct rendering *r, struct json *json)
{
    enum cause cause =
        r->report->failed < 0 ? CAUSE_NONE : r->report->findings[r->report->failed].cause;
    char words[WORDS_MAX] = "";
    struct text text = TEXT_ON(words);

    cause_words(cause, r->facts, &text);
    known_string(json, "cause", words);
    fix_write(r, cause, json);
}

/* RFC 3339, in UTC. */
static void time_write(int64_t seconds, struct json *json)
{
    time_t when = (time_t)seconds;
    struct tm tm;
    char text[32] = "";

    if (seconds > 0 && gmtime_r(&when, &tm))
        (void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
    known_string(json, "time", text);
}

/* Where and when. */
static void run_write(const struct facts *facts, struct json *json)
{
    known_string(json, "host", facts->sys.place.name);
    time_write(facts->run.began, json);
    known_real(json, "seconds", facts->run.began > 0, facts->run.seconds);
}

/* One that did not come to look at a node: all keys are there all the same. */
void render_json_error(const struct err *err, FILE *out)
{
    static const char *const objects[] = {"gpu", "va", "encode", "decode", "scale"};
    struct json json = {.out = out};

    json_open(&json, NULL, '{');
    json_string(&json, "version", PROJECT_VERSION);
    json_null(&json, "device");
    json_string(&json, "verdict", verdict_name(VERDICT_FAIL));
    json_signed(&json, "exit_status", err->status);
    json_string(&json, "cause", err->text);
    json_open(&json, "fix", '[');
    if (err->status == STATUS_USAGE)
        json_string(&json, NULL, "gpu-verify --help");
    json_close(&json, ']');
    json_null(&json, "host");
    time_write((int64_t)time(NULL), &json);
    json_null(&json, "seconds");
    json_open(&json, "checks", '[');
    json_close(&json, ']');
    for (size_t i = 0; i < sizeof(objects) / sizeof(*objects); i++)
        json_null(&json, objects[i]);
    json_open(&json, "codecs", '[');
    json_close(&json, ']');
    json_close(&json, '}');
    fputc('\n', out);
}

void render_json(const struct rendering *r, FILE *out)
{
    struct json json = {.out = out};
    const struct facts *facts = r->facts;

    json_open(&json, NULL, '{');
    json_string(&json, "version", PROJECT_VERSION);
    json_string(&json, "device", facts->sys.node.path);
    json_string(&json, "verdict", verdict_name(r->report->verdict));
    json_signed(&json, "exit_status", r->report->status);
    failure_write(r, &json);
    run_write(facts, &json);
    json_open(&json, "checks", '[');
    for (int id = 0; id < CHECK_COUNT; id++)
        check_write(r, id, &json);
    json_close(&json, ']');
    gpu_write(&facts->sys.kernel, &json);
    va_write(facts, &json);
    encode_write(facts, &json);
    decode_write(&facts->va, &json);
    scale_write(&facts->va, &json);
    codecs_write(facts, &json);
    if (facts->request.list_only)
        list_write(&facts->va, &json);
    json_close(&json, '}');
    fputc('\n', out);
}
