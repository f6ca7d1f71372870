/* SPDX-License-Identifier: MIT */
/* The values out of what the VA driver did, and how the run ended. */
#include "facts/rate_control.h"
#include "judge/codecs.h"
#include "judge/packages.h"
#include "judge/subject_values.h"
#include "judge/words.h"

#include <string.h>

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

VALUE(library_error)
{
    known_add(out, f->sys.library.error);
}

VALUE(libva_asked)
{
    known_add(out, f->sys.library.asked);
}

/* That of a program which is here, where nothing else was asked for. */
static const struct bundle *bundle_find(const struct facts *f)
{
    for (int i = 0; i < BUNDLE_COUNT && !f->sys.library.asked[0]; i++) {
        const struct bundle *bundle = library_bundle((enum library_bundle)i);
        if (f->sys.library.has_bundle[i] && !bundle->is_musl)
            return bundle;
    }
    return NULL;
}

VALUE(bundle)
{
    const struct bundle *bundle = bundle_find(f);

    known_add(out, bundle ? bundle->directory : NULL);
}

VALUE(bundle_program)
{
    const struct bundle *bundle = bundle_find(f);

    known_add(out, bundle ? bundle->program : NULL);
}

/* What gpu-verify looks at by itself is not named. */
VALUE(device_option)
{
    if (!text_is_equal(f->sys.node.path, "/dev/dri/renderD128"))
        text_add(out, " --device %s", f->sys.node.path);
}

VALUE(libva_by_name)
{
    if (f->sys.place.distro == DISTRO_UNKNOWN)
        text_add(out, "install the distribution's libva: libva.so.2 and libva-drm.so.2");
}

VALUE(install_libva)
{
    package_libva_line(f, out);
}

VALUE(install)
{
    package_line(PACKAGE_DRIVER, f, out);
}

VALUE(install_anew)
{
    package_line(PACKAGE_ANEW, f, out);
}

VALUE(newest)
{
    package_newest(f, out);
}

VALUE(install_by_name)
{
    const char *name = package_driver(f);

    if (f->sys.library.asked[0]) {
        text_add(out, "update the program that brought the libva in %s", f->sys.library.asked);
        return;
    }
    if (package_has_name(f) || gpu_without_video(f->sys.kernel.driver))
        return;
    if (name)
        text_add(out, "install the VA driver %s, or a newer one", name);
    else
        text_add(out, "install the VA driver for %s, or a newer one, if there is one",
                 f->sys.kernel.driver[0] ? f->sys.kernel.driver : "this GPU");
}

VALUE(install_other)
{
    package_line(PACKAGE_OTHER, f, out);
}

VALUE(install_encoders)
{
    package_line(PACKAGE_ENCODERS, f, out);
}

/* Intel's driver has it in the build with the encoders. */
static bool is_scaler_left_out(const struct facts *f)
{
    return text_is_equal(f->va.driver.name, "iHD") && package_is_small_build(f);
}

VALUE(install_scaler)
{
    if (is_scaler_left_out(f))
        package_line(PACKAGE_ENCODERS, f, out);
}

VALUE(scaler_why)
{
    if (is_scaler_left_out(f))
        text_add(out, " (it is the build without the non-free parts)");
}

static void source_add(enum package_use use, const struct facts *f, struct text *out)
{
    if (f->sys.place.distro == DISTRO_FEDORA && !package_has_broken_file(f))
        text_add(out, "from the RPM Fusion repository");
    else if (f->sys.place.distro == DISTRO_DEBIAN && package_is_non_free(use, f))
        text_add(out, "needs the component %s in the APT sources; then",
                 f->sys.place.is_ubuntu ? "multiverse" : "non-free");
}

VALUE(install_from)
{
    source_add(PACKAGE_DRIVER, f, out);
}

VALUE(other_from)
{
    source_add(PACKAGE_OTHER, f, out);
}

VALUE(encoders_from)
{
    source_add(PACKAGE_ENCODERS, f, out);
}

/* That of the check which fails first. */
static const struct va_failure *failure_first(const struct facts *f)
{
    if (f->va.driver.failure.happened)
        return &f->va.driver.failure;
    if (f->va.entrypoints.failure.happened)
        return &f->va.entrypoints.failure;
    if (f->va.encode.failure.happened)
        return &f->va.encode.failure;
    return f->va.decode.failure.happened ? &f->va.decode.failure : &f->va.scale.failure;
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

VALUE(bit_rate)
{
    text_add(out, "%u", f->va.encode.bits_per_second / 1000);
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
    text_add(out, "%.0f", f->run.is_late ? f->run.seconds : f->run.silence);
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

VALUE(block)
{
    text_add(out, "%.1f", f->va.decode.psnr_block);
}

VALUE(block_colour)
{
    text_add(out, "%s", f->va.decode.block_is_colour ? "colour" : "brightness");
}

VALUE(block_place)
{
    text_add(out, "%u,%u", f->va.decode.block_x, f->va.decode.block_y);
}

VALUE(block_frame)
{
    text_add(out, "%u", f->va.decode.block_frame);
}

VALUE(looks_like)
{
    text_add(out, f->va.decode.looks_like[0] ? "; %s" : "%s", f->va.decode.looks_like);
}

VALUE(scaled)
{
    bool is_colour = f->va.scale.psnr_uv < f->va.scale.psnr_y;

    text_add(out, "%.1f", is_colour ? f->va.scale.psnr_uv : f->va.scale.psnr_y);
}

VALUE(scaled_block)
{
    text_add(out, "%.1f", f->va.scale.psnr_block);
}

static const struct va_codec *codec_bad(const struct facts *f)
{
    int bad = codec_first_bad(f);

    return bad < 0 ? NULL : &f->va.codecs[bad];
}

VALUE(codec)
{
    if (codec_bad(f))
        text_add(out, "%s", codec_name((enum codec)codec_first_bad(f)));
}

VALUE(decoders)
{
    words_decoders(f, out);
}

static void codec_names_add(uint32_t bits, const char *between, struct text *out)
{
    const char *separator = "";

    for (int codec = 0; codec < CODEC_COUNT; codec++) {
        if (!(bits & CODEC_BIT(codec)))
            continue;
        text_add(out, "%s%s", separator, codec_name((enum codec)codec));
        separator = between;
    }
}

/* Those of which there is one. */
VALUE(clips)
{
    (void)f;
    codec_names_add(CODEC_BITS_TRIED, " ", out);
}

/* The options, where something could be decoded of what was asked for, by the libva that was. */
VALUE(decode_only)
{
    const char *libva = f->sys.library.asked;
    const char *node = f->sys.node.path;
    uint32_t bits = codecs_decodable(f);

    if (!bits || !text_is_shell_word(node) || (libva[0] && !text_is_shell_word(libva)))
        return;
    if (libva[0])
        text_add(out, "--libva %s ", libva);
    text_add(out, "--decode-only");
    if (f->request.codecs && !(f->request.codecs & CODEC_BITS_ALL)) {
        text_add(out, " --codec ");
        codec_names_add(bits, ",", out);
    }
    /* Beside --libva the line has no room for what goes without saying. */
    if (libva[0])
        value_device_option(f, out);
    else
        text_add(out, " --device %s", node);
}

VALUE(use)
{
    text_add(out, "%s", f->request.decode_only ? "decodes" : "encodes");
}

/* Fedora leaves decoders out of its builds; Debian's have what the GPU has. */
VALUE(install_decoders)
{
    if (f->sys.place.distro == DISTRO_FEDORA)
        package_line(PACKAGE_ENCODERS, f, out);
}

VALUE(codec_failure)
{
    const struct va_codec *codec = codec_bad(f);

    if (!codec || !codec->failure.happened)
        return;
    text_add(out, "%s failed in picture %u with %s", codec->failure.call, codec->picture,
             codec->failure.status_name);
    if (codec->failure.detail[0])
        text_add(out, ": %s", codec->failure.detail);
}

VALUE(codec_wrong)
{
    const struct va_codec *codec = codec_bad(f);

    if (codec && codec->is_wrong)
        words_codec_wrong(codec, out);
}
