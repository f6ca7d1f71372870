#include "subject.h"

#include "base/text.h"
#include "gpu_names.h"
#include "packages.h"
#include "rate_control.h"
#include "words.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Adds the value, or nothing when it is not known. */
typedef void (*value_write)(const struct facts *facts, struct text *out);

#define VALUE(name) static void value_##name(const struct facts *f, struct text *out)

static void known_add(struct text *out, const char *text)
{
    if (text)
        text_add(out, "%s", text);
}

VALUE(node)
{
    known_add(out, f->sys.node.path);
}

VALUE(node_error)
{
    known_add(out, strerror(f->sys.node.error));
}

VALUE(others)
{
    const struct node_facts *node = &f->sys.node;

    for (uint32_t i = 0; i < node->other_count && i < NODE_OTHERS_MAX; i++)
        text_add(out, "%s%s", i ? ", " : "", node->others[i].path);
}

VALUE(other)
{
    if (f->sys.node.other_count)
        known_add(out, f->sys.node.others[0].path);
}

VALUE(type)
{
    known_add(out, words_file_type(f->sys.node.mode));
}

VALUE(mode)
{
    text_add(out, "%04o", f->sys.node.mode & 07777U);
}

VALUE(rdev)
{
    text_add(out, "%u:%u", f->sys.node.major, f->sys.node.minor);
}

VALUE(minor)
{
    text_add(out, "%u", f->sys.node.minor);
}

VALUE(owner)
{
    text_add(out, "%u:%u", f->sys.node.uid, f->sys.node.gid);
}

VALUE(gid)
{
    text_add(out, "%u", f->sys.node.gid);
}

VALUE(group)
{
    if (f->sys.access.group[0])
        known_add(out, f->sys.access.group);
    else
        value_gid(f, out);
}

VALUE(user)
{
    if (f->sys.access.user[0])
        known_add(out, f->sys.access.user);
    else
        text_add(out, "%u", f->sys.access.uid);
}

VALUE(groups)
{
    const struct access_facts *access = &f->sys.access;

    text_add(out, "%u", access->gid);
    for (uint32_t i = 0; i < access->group_count && i < ACCESS_GROUPS_MAX; i++) {
        if (access->groups[i] != access->gid)
            text_add(out, " %u", access->groups[i]);
    }
}

VALUE(uid_map)
{
    words_id_map(&f->sys.access.uid_map, out);
}

VALUE(gid_map)
{
    words_id_map(&f->sys.access.gid_map, out);
}

VALUE(add_to_group)
{
    const char *command = f->sys.place.distro == DISTRO_ALPINE ? "addgroup" : "usermod -aG";
    bool is_user_first = f->sys.place.distro == DISTRO_ALPINE;
    char user[NAME_MAX_LEN];
    char group[NAME_MAX_LEN];
    struct text user_text = TEXT_ON(user);
    struct text group_text = TEXT_ON(group);

    value_user(f, &user_text);
    value_group(f, &group_text);
    if (words_are_plain(user) && words_are_plain(group))
        text_add(out, "%s %s %s", command, is_user_first ? user : group,
                 is_user_first ? group : user);
}

VALUE(mount)
{
    known_add(out, f->sys.access.mount_point);
}

VALUE(open_error)
{
    known_add(out, strerror(f->sys.access.open_error));
}

VALUE(kernel_error)
{
    known_add(out, strerror(f->sys.kernel.error));
}

VALUE(kernel)
{
    known_add(out, f->sys.kernel.driver);
}

VALUE(kind)
{
    known_add(out, gpu_without_video(f->sys.kernel.driver));
}

VALUE(ids)
{
    if (f->sys.kernel.vendor_id)
        text_add(out, "%04x:%04x", f->sys.kernel.vendor_id, f->sys.kernel.device_id);
    else
        text_add(out, "no PCI id");
}

VALUE(chip)
{
    const char *name = gpu_name(f->sys.kernel.vendor_id, f->sys.kernel.device_id);

    if (name)
        text_add(out, "%s", name);
    else
        value_ids(f, out);
}

VALUE(huc)
{
    known_add(out, words_huc(&f->sys.kernel));
}

VALUE(place)
{
    known_add(out, words_place(f->sys.place.place));
}

VALUE(name)
{
    known_add(out, f->sys.place.name);
}

VALUE(cgroup_key)
{
    known_add(out, f->sys.place.is_cgroup_v1 ? "lxc.cgroup" : "lxc.cgroup2");
}

VALUE(variables)
{
    const struct place_facts *place = &f->sys.place;

    if (place->driver_name[0])
        text_add(out, "LIBVA_DRIVER_NAME=%s", place->driver_name);
    if (place->drivers_path[0])
        text_add(out, "%sLIBVA_DRIVERS_PATH=%s", out->used ? " " : "", place->drivers_path);
}

VALUE(variable_names)
{
    if (f->sys.place.driver_name[0])
        text_add(out, "LIBVA_DRIVER_NAME");
    if (f->sys.place.drivers_path[0])
        text_add(out, "%sLIBVA_DRIVERS_PATH", out->used ? " " : "");
}

VALUE(driver)
{
    known_add(out, f->va.driver.name);
}

VALUE(tried)
{
    words_tried(&f->va, out);
}

VALUE(bad_file)
{
    known_add(out, words_bad_file(&f->va));
}

VALUE(log_line)
{
    words_log_line(&f->va, out);
}

VALUE(install)
{
    known_add(out, package_command(PACKAGE_DRIVER, f));
}

VALUE(install_other)
{
    known_add(out, package_command(PACKAGE_OTHER, f));
}

VALUE(install_encoders)
{
    known_add(out, package_command(PACKAGE_ENCODERS, f));
}

VALUE(install_from)
{
    if (f->sys.place.distro == DISTRO_FEDORA)
        text_add(out, "from the RPM Fusion repository");
}

VALUE(encoders_from)
{
    if (f->sys.place.distro == DISTRO_DEBIAN)
        text_add(out, "needs the component non-free in the APT sources");
    else
        value_install_from(f, out);
}

/* That of the check which fails first. */
static const struct va_failure *failure_first(const struct facts *f)
{
    if (f->va.driver.failure.happened)
        return &f->va.driver.failure;
    if (f->va.entrypoints.failure.happened)
        return &f->va.entrypoints.failure;
    return f->va.encode.failure.happened ? &f->va.encode.failure : &f->va.decode.failure;
}

VALUE(call)
{
    known_add(out, failure_first(f)->call);
}

VALUE(status)
{
    known_add(out, failure_first(f)->status_name);
}

VALUE(frame)
{
    text_add(out, "%u", failure_first(f)->frame);
}

/* May well be nothing; the words around it allow for that. */
VALUE(failure_detail)
{
    const char *detail = failure_first(f)->detail;

    text_add(out, *detail ? ": %s" : "%s", detail);
}

VALUE(other_entrypoint)
{
    known_add(out, words_other_entrypoint(&f->va));
}

VALUE(refusal)
{
    words_refusal(f, out);
}

VALUE(rate)
{
    known_add(out, rate_mode(f->request.rate)->name);
}

VALUE(size)
{
    text_add(out, "%ux%u", f->request.width, f->request.height);
}

VALUE(stream_size)
{
    text_add(out, "%ux%u", f->va.bitstream.width, f->va.bitstream.height);
}

VALUE(seconds)
{
    text_add(out, "%.0f", f->run.seconds);
}

VALUE(stuck)
{
    text_add(out, "%s", f->run.is_stuck ? ", and not even a kill ends it" : "");
}

VALUE(doing)
{
    if (f->va.progress.call[0])
        known_add(out, f->va.progress.call);
    else
        known_add(out, f->sys.doing);
}

VALUE(culprit)
{
    if (f->sys.stage != STAGE_VA)
        text_add(out, "the check");
    else
        text_add(out, f->va.driver.name[0] ? "VA driver %s" : "the VA driver%s", f->va.driver.name);
}

VALUE(signal)
{
    words_signal(f->run.signal, out);
}

VALUE(exit_code)
{
    text_add(out, "%d", f->run.exit_code);
}

VALUE(frames)
{
    text_add(out, "%u", f->va.encode.frames);
}

VALUE(asked)
{
    text_add(out, "%u", f->request.frames);
}

VALUE(empty)
{
    text_add(out, "%u", f->va.encode.empty_frames);
}

VALUE(flagged)
{
    text_add(out, "%u", f->va.encode.flagged_frames);
}

/* A hung GPU shows so with iHD: nothing in the buffer, and a flag. */
VALUE(marked)
{
    if (!f->va.encode.flagged_frames)
        return;
    text_add(out, ", marked as ");
    words_coded_flags(f->va.encode.flags, out);
}

VALUE(first_flagged)
{
    text_add(out, "%u", f->va.encode.first_flagged);
}

VALUE(flags)
{
    words_coded_flags(f->va.encode.flags, out);
}

VALUE(bad_frame)
{
    text_add(out, "%u", f->va.bitstream.bad_frame);
}

VALUE(rule)
{
    known_add(out, f->va.bitstream.rule);
}

VALUE(pictures)
{
    text_add(out, "%u", f->va.bitstream.pictures);
}

VALUE(psnr)
{
    text_add(out, "%.1f", f->va.decode.psnr_y);
}

VALUE(worst)
{
    text_add(out, "%.1f", f->va.decode.psnr_y_worst);
}

VALUE(worst_colour)
{
    text_add(out, "%.1f", f->va.decode.psnr_uv_worst);
}

VALUE(worst_frame)
{
    text_add(out, "%u", f->va.decode.worst_frame);
}

VALUE(looks_like)
{
    text_add(out, f->va.decode.looks_like[0] ? "; %s" : "%s", f->va.decode.looks_like);
}

enum trust {
    OURS,   /* made here from numbers and fixed words */
    THEIRS, /* somebody else's text: it must be one plain word to be pasted */
    NAMED,  /* the same, but a person can put it right: NAME stands for it */
    MAYBE,  /* may be empty and is known all the same */
};

struct value_row {
    const char *name;
    value_write write;
    enum trust trust;
};

#define ROW(name, trust)                                                                           \
    {                                                                                              \
#name, value_##name, trust                                                                 \
    }
static const struct value_row VALUES[] = {
    ROW(node, THEIRS),
    ROW(node_error, OURS),
    ROW(others, OURS),
    ROW(other, THEIRS),
    ROW(type, OURS),
    ROW(mode, OURS),
    ROW(rdev, OURS),
    ROW(minor, OURS),
    ROW(owner, OURS),
    ROW(gid, OURS),
    ROW(group, THEIRS),
    ROW(user, THEIRS),
    ROW(groups, OURS),
    ROW(uid_map, OURS),
    ROW(gid_map, OURS),
    ROW(add_to_group, OURS),
    ROW(mount, THEIRS),
    ROW(open_error, OURS),
    ROW(kernel_error, OURS),
    ROW(kernel, THEIRS),
    ROW(kind, OURS),
    ROW(ids, OURS),
    ROW(chip, OURS),
    ROW(huc, OURS),
    ROW(place, OURS),
    ROW(name, NAMED),
    ROW(cgroup_key, OURS),
    ROW(variables, THEIRS),
    ROW(variable_names, OURS),
    ROW(driver, THEIRS),
    ROW(tried, THEIRS),
    ROW(bad_file, THEIRS),
    ROW(log_line, THEIRS),
    ROW(install, OURS),
    ROW(install_other, OURS),
    ROW(install_encoders, OURS),
    ROW(install_from, OURS),
    ROW(encoders_from, OURS),
    ROW(call, THEIRS),
    ROW(status, THEIRS),
    ROW(frame, OURS),
    ROW(failure_detail, MAYBE),
    ROW(other_entrypoint, OURS),
    ROW(refusal, THEIRS),
    ROW(rate, OURS),
    ROW(size, OURS),
    ROW(stream_size, OURS),
    ROW(seconds, OURS),
    ROW(stuck, MAYBE),
    ROW(doing, THEIRS),
    ROW(culprit, THEIRS),
    ROW(signal, OURS),
    ROW(exit_code, OURS),
    ROW(frames, OURS),
    ROW(asked, OURS),
    ROW(empty, OURS),
    ROW(flagged, OURS),
    ROW(marked, MAYBE),
    ROW(first_flagged, OURS),
    ROW(flags, OURS),
    ROW(bad_frame, OURS),
    ROW(rule, THEIRS),
    ROW(pictures, OURS),
    ROW(psnr, OURS),
    ROW(worst, OURS),
    ROW(worst_frame, OURS),
    ROW(worst_colour, OURS),
    ROW(looks_like, MAYBE),
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
    if (is_pasted && row->trust == NAMED && !words_are_plain(raw))
        snprintf(raw, sizeof(raw), "NAME");
    if (is_pasted && row->trust == THEIRS && !words_are_plain(raw))
        return false;
    text_printable(ret, size, raw);
    return *ret || row->trust == MAYBE;
}
