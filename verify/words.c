#include "words.h"

#include "gpu_names.h"
#include "rate_control.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <va/va.h>

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

const char *words_file_type(uint32_t mode)
{
    static const struct {
        uint32_t type;
        const char *words;
    } rows[] = {{S_IFREG, "regular file"}, {S_IFDIR, "directory"}, {S_IFCHR, "character device"},
                {S_IFBLK, "block device"}, {S_IFIFO, "pipe"},      {S_IFSOCK, "socket"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if ((mode & S_IFMT) == rows[i].type)
            return rows[i].words;
    }
    return "file of an unknown kind";
}

static const struct {
    const char *words, *name;
} PLACES[] = {
    [PLACE_HOST] = {"machine", "host"},
    [PLACE_VM] = {"virtual machine", "vm"},
    [PLACE_LXC] = {"container", "lxc"},
    [PLACE_DOCKER] = {"container", "docker"},
    [PLACE_PODMAN] = {"container", "podman"},
    [PLACE_NSPAWN] = {"container", "systemd-nspawn"},
    [PLACE_CONTAINER] = {"container", "container"},
};

const char *words_place(enum place place)
{
    return PLACES[place].words;
}

const char *words_place_name(enum place place)
{
    return PLACES[place].name;
}

const char *words_huc(const struct kernel_facts *kernel)
{
    /* intel_huc_check_status in the kernel's drivers/gpu/drm/i915/gt/uc/intel_huc.c */
    static const struct {
        int error;
        const char *words;
    } i915[] = {{EOPNOTSUPP, "disabled"},        {ENOPKG, "firmware not installed"},
                {ENOEXEC, "firmware not valid"}, {ENOMEM, "could not be set up"},
                {EIO, "could not be loaded"},    {0, "not authenticated"}};

    if (!kernel->is_huc_asked || (kernel->huc_error == 0 && kernel->huc_status > 0))
        return NULL;
    if (text_is_equal(kernel->driver, "xe"))
        return kernel->huc_error == ENODEV ? "not loaded" : NULL;
    for (size_t i = 0; i < sizeof(i915) / sizeof(*i915); i++) {
        if (kernel->huc_error == i915[i].error)
            return i915[i].words;
    }
    return NULL;
}

void words_kernel(const struct kernel_facts *kernel, struct text *out)
{
    const char *name = gpu_name(kernel->vendor_id, kernel->device_id);
    const char *huc = words_huc(kernel);

    text_add(out, "%s %d.%d.%d", kernel->driver, kernel->major, kernel->minor, kernel->patch);
    if (name)
        text_add(out, ", %s", name);
    if (huc)
        text_add(out, ", HuC %s", huc);
    else if (kernel->is_huc_asked && kernel->huc_error == 0)
        text_add(out, ", HuC %s", kernel->huc_version[0] ? kernel->huc_version : "running");
    if (kernel->is_caps_asked && !kernel->caps_error && !kernel->can_encode)
        text_add(out, ", no H.264 encoder");
    else if (kernel->encode_max_width)
        text_add(out, ", H.264 up to %ux%u", kernel->encode_max_width, kernel->encode_max_height);
    if (!kernel->is_sys_visible)
        text_add(out, ", /sys hidden");
    else if (!kernel->is_node_visible)
        text_add(out, ", not in /sys");
    if (kernel->vendor_id)
        text_add(out, ", %04x:%04x", kernel->vendor_id, kernel->device_id);
    if (kernel->pci[0])
        text_add(out, " at %s", kernel->pci);
}

const char *words_tried_result(uint8_t result)
{
    static const char *const words[] = {
        [VA_TRIED_ABSENT] = "not there",
        [VA_TRIED_UNLOADABLE] = "cannot be loaded",
        [VA_TRIED_NO_INIT] = "built for another VA-API",
        [VA_TRIED_IN_INIT] = "did not come back from its init function",
        [VA_TRIED_INIT_FAILED] = "refused this GPU",
        [VA_TRIED_OPENED] = "in use",
    };

    return result < sizeof(words) / sizeof(*words) ? words[result] : words[0];
}

void words_refused_drivers(const struct va_facts *va, struct text *out)
{
    for (uint32_t i = 0; i < va->driver.tried_count && i < VA_TRIED_MAX; i++) {
        uint8_t result = va->driver.tried_result[i];
        if (result != VA_TRIED_ABSENT && result != VA_TRIED_OPENED)
            text_add(out, ", %s %s", base_name(va->driver.tried[i]), words_tried_result(result));
    }
}

void words_id_map(const struct id_map *map, struct text *out)
{
    for (uint32_t i = 0; i < map->count && i < ID_EXTENTS_MAX; i++)
        text_add(out, "%s%u %u %u", i ? ", " : "", map->extents[i].inside, map->extents[i].outside,
                 map->extents[i].count);
}

static bool is_tried_before(const struct va_facts *va, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++) {
        if (text_is_equal(base_name(va->driver.tried[i]), base_name(va->driver.tried[index])))
            return true;
    }
    return false;
}

void words_tried(const struct va_facts *va, struct text *out)
{
    const char *first = va->driver.tried[0];

    if (va->driver.tried_count == 0) {
        text_add(out, "nothing, as it knows no driver for this GPU");
        return;
    }
    for (uint32_t i = 0; i < va->driver.tried_count && i < VA_TRIED_MAX; i++) {
        if (!is_tried_before(va, i))
            text_add(out, "%s%s", i ? ", " : "", base_name(va->driver.tried[i]));
    }
    if (base_name(first) > first + 1)
        text_add(out, " in %.*s", (int)(base_name(first) - first - 1), first);
}

const char *words_bad_file(const struct va_facts *va)
{
    for (uint32_t i = 0; i < va->driver.tried_count && i < VA_TRIED_MAX; i++) {
        if (va->driver.tried_result[i] != VA_TRIED_ABSENT)
            return base_name(va->driver.tried[i]);
    }
    return va->driver.name[0] ? va->driver.name : NULL;
}

void words_log_line(const struct va_facts *va, struct text *out)
{
    const char *line = strstr(va->driver.log, "failed: ");

    if (!line)
        return;
    line += strlen("failed: ");
    text_add(out, "%.*s", (int)strcspn(line, "\n"), line);
}

const char *words_other_entrypoint(const struct va_facts *va)
{
    bool has_slice = false;
    bool has_lp = false;

    for (uint32_t i = 0; i < va->entrypoints.count && i < VA_ROWS_MAX; i++) {
        const struct va_row *row = &va->entrypoints.rows[i];
        if (strncmp(row->profile_name, "H264", 4) != 0)
            continue;
        has_slice = has_slice || row->entrypoint == VAEntrypointEncSlice;
        has_lp = has_lp || row->entrypoint == VAEntrypointEncSliceLP;
    }
    if (!has_slice || !has_lp)
        return NULL;
    return text_is_equal(va->encode.entrypoint_name, "EncSliceLP") ? "slice" : "lp";
}

/* The modes of all the H.264 encoders together. */
static void rates_add(const struct va_facts *va, struct text *out)
{
    uint32_t mask = 0;

    for (uint32_t i = 0; i < va->entrypoints.count && i < VA_ROWS_MAX; i++) {
        const struct va_row *row = &va->entrypoints.rows[i];
        if (row->is_encoder && strncmp(row->profile_name, "H264", 4) == 0)
            mask |= row->rate_control ? row->rate_control : VA_RC_CQP;
    }
    text_add(out, "it has ");
    rate_modes_add(mask, ", ", out);
}

static void encoders_add(const struct va_facts *va, struct text *out)
{
    const char *separator = "it has ";

    for (uint32_t i = 0; i < va->entrypoints.count && i < VA_ROWS_MAX; i++) {
        const struct va_row *row = &va->entrypoints.rows[i];
        if (!row->is_encoder || strncmp(row->profile_name, "H264", 4) != 0)
            continue;
        text_add(out, "%s%s/%s", separator, row->profile_name, row->entrypoint_name);
        separator = ", ";
    }
}

void words_refusal(const struct facts *facts, struct text *out)
{
    const struct va_facts *va = &facts->va;
    int32_t chosen = va->entrypoints.chosen_row;
    const struct va_row *row =
        chosen >= 0 && chosen < VA_ROWS_MAX ? &va->entrypoints.rows[chosen] : NULL;

    switch ((enum va_refusal)va->entrypoints.refusal) {
    case VA_REFUSED_NOT:
    case VA_REFUSED_NO_ENCODER:
        break;
    case VA_REFUSED_PROFILE:
        text_add(out, "not with this profile; ");
        encoders_add(va, out);
        break;
    case VA_REFUSED_ENTRYPOINT:
        text_add(out, "not by this entrypoint; ");
        encoders_add(va, out);
        break;
    case VA_REFUSED_FORMAT:
        text_add(out, "it takes no 8-bit 4:2:0 pictures");
        break;
    case VA_REFUSED_RATE_CONTROL:
        text_add(out, "not with rate control %s; ", rate_mode(facts->request.rate)->name);
        rates_add(va, out);
        break;
    case VA_REFUSED_SIZE_TOO_SMALL:
        if (row)
            text_add(out, "the smallest is %ux%u", row->min_width, row->min_height);
        break;
    case VA_REFUSED_SIZE_TOO_LARGE:
        if (row)
            text_add(out, "the largest is %ux%u", row->max_width, row->max_height);
        break;
    case VA_REFUSED_SIZE_ODD:
        text_add(out, "a size must be even, and at most 16384");
        break;
    }
}

void words_coded_flags(uint32_t flags, struct text *out)
{
    static const struct {
        uint32_t flag;
        const char *words;
    } rows[] = {{VA_CODED_BUF_STATUS_SLICE_OVERFLOW_MASK, "slice overflow"},
                {VA_CODED_BUF_STATUS_BITRATE_OVERFLOW, "bit rate overflow"},
                {VA_CODED_BUF_STATUS_BITRATE_HIGH, "bit rate high"},
                {VA_CODED_BUF_STATUS_FRAME_SIZE_OVERFLOW, "frame size overflow"},
                {VA_CODED_BUF_STATUS_BAD_BITSTREAM, "bad bitstream"}};
    const char *separator = "";

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (!(flags & rows[i].flag))
            continue;
        text_add(out, "%s%s", separator, rows[i].words);
        separator = ", ";
    }
    if (!*separator)
        text_add(out, "flags 0x%x", flags);
}

double words_fps(const struct va_facts *va)
{
    return va->encode.seconds > 0 ? va->encode.frames / va->encode.seconds : 0;
}

void words_signal(int number, struct text *out)
{
    /* sigabbrev_np would do, from glibc 2.32 on. */
    static const struct {
        int number;
        const char *name;
    } rows[] = {{SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},
                {SIGFPE, "SIGFPE"},   {SIGILL, "SIGILL"},
                {SIGSYS, "SIGSYS"},   {SIGSEGV, "SIGSEGV"},
                {SIGTRAP, "SIGTRAP"}, {SIGKILL, "SIGKILL (out of memory, or killed by somebody)"},
                {SIGTERM, "SIGTERM"}, {SIGPIPE, "SIGPIPE"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (rows[i].number == number) {
            text_add(out, "%s", rows[i].name);
            return;
        }
    }
    text_add(out, "signal %d", number);
}
