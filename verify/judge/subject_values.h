/* SPDX-License-Identifier: MIT */
/*
 * Every word in braces of causes.def, one row each, in the order of the facts: X(name, trust). What
 * writes it is value_NAME, in subject_sys.c or subject_va.c.
 */
#ifndef VERIFY_SUBJECT_VALUES_H
#define VERIFY_SUBJECT_VALUES_H

#include "facts/facts.h"

#include "base/text.h"

enum trust {
    OURS,   /* made here from numbers and fixed words */
    THEIRS, /* somebody else's text: it must be one plain word to be pasted */
    NAMED,  /* the same, but a person can put it right: NAME stands for it */
    MAYBE,  /* may be empty and is known all the same */
};

#define SUBJECT_VALUES(X)                                                                          \
    X(node, THEIRS)                                                                                \
    X(node_error, OURS)                                                                            \
    X(others, OURS)                                                                                \
    X(other, THEIRS)                                                                               \
    X(pci_gpu, OURS)                                                                               \
    X(pci_why, OURS)                                                                               \
    X(kernel_package_what, OURS)                                                                   \
    X(kernel_package, OURS)                                                                        \
    X(kernel_restart, OURS)                                                                        \
    X(load_module, OURS)                                                                           \
    X(pci_doing, OURS)                                                                             \
    X(pci_words, OURS)                                                                             \
    X(type, OURS)                                                                                  \
    X(mode, OURS)                                                                                  \
    X(rdev, OURS)                                                                                  \
    X(minor, OURS)                                                                                 \
    X(owner, OURS)                                                                                 \
    X(gid, OURS)                                                                                   \
    X(group, THEIRS)                                                                               \
    X(user, THEIRS)                                                                                \
    X(groups, OURS)                                                                                \
    X(uid_map, OURS)                                                                               \
    X(gid_map, OURS)                                                                               \
    X(add_to_group, OURS)                                                                          \
    X(far_group, THEIRS)                                                                           \
    X(far_gid, OURS)                                                                               \
    X(leave_far_group, OURS)                                                                       \
    X(make_render, OURS)                                                                           \
    X(add_to_render, OURS)                                                                         \
    X(unit, THEIRS)                                                                                \
    X(first_uid, OURS)                                                                             \
    X(first_gid, OURS)                                                                             \
    X(security, OURS)                                                                              \
    X(selinux_where, OURS)                                                                         \
    X(selinux_fix, OURS)                                                                           \
    X(firmware, OURS)                                                                              \
    X(mount, THEIRS)                                                                               \
    X(open_error, OURS)                                                                            \
    X(kernel_error, OURS)                                                                          \
    X(kernel, THEIRS)                                                                              \
    X(kind, OURS)                                                                                  \
    X(ids, OURS)                                                                                   \
    X(chip, OURS)                                                                                  \
    X(huc, OURS)                                                                                   \
    X(place, OURS)                                                                                 \
    X(name, NAMED)                                                                                 \
    X(incus, OURS)                                                                                 \
    X(cgroup_key, OURS)                                                                            \
    X(variables, THEIRS)                                                                           \
    X(variable_names, OURS)                                                                        \
    X(driver, THEIRS)                                                                              \
    X(tried, THEIRS)                                                                               \
    X(bad_file, THEIRS)                                                                            \
    X(log_line, THEIRS)                                                                            \
    X(library_error, THEIRS)                                                                       \
    X(libva_asked, THEIRS)                                                                         \
    X(bundle, OURS)                                                                                \
    X(bundle_program, OURS)                                                                        \
    X(device_option, MAYBE)                                                                        \
    X(libva_by_name, OURS)                                                                         \
    X(install_libva, OURS)                                                                         \
    X(install, OURS)                                                                               \
    X(install_anew, OURS)                                                                          \
    X(newest, OURS)                                                                                \
    X(install_by_name, THEIRS)                                                                     \
    X(install_other, OURS)                                                                         \
    X(install_encoders, OURS)                                                                      \
    X(install_scaler, OURS)                                                                        \
    X(scaler_why, MAYBE)                                                                           \
    X(install_from, OURS)                                                                          \
    X(other_from, OURS)                                                                            \
    X(encoders_from, OURS)                                                                         \
    X(call, THEIRS)                                                                                \
    X(status, THEIRS)                                                                              \
    X(frame, OURS)                                                                                 \
    X(failure_detail, MAYBE)                                                                       \
    X(other_entrypoint, OURS)                                                                      \
    X(refusal, THEIRS)                                                                             \
    X(rate, OURS)                                                                                  \
    X(bit_rate, OURS)                                                                              \
    X(size, OURS)                                                                                  \
    X(stream_size, OURS)                                                                           \
    X(seconds, OURS)                                                                               \
    X(stuck, MAYBE)                                                                                \
    X(doing, THEIRS)                                                                               \
    X(culprit, THEIRS)                                                                             \
    X(signal, OURS)                                                                                \
    X(exit_code, OURS)                                                                             \
    X(frames, OURS)                                                                                \
    X(asked, OURS)                                                                                 \
    X(empty, OURS)                                                                                 \
    X(flagged, OURS)                                                                               \
    X(marked, MAYBE)                                                                               \
    X(first_flagged, OURS)                                                                         \
    X(flags, OURS)                                                                                 \
    X(bad_frame, OURS)                                                                             \
    X(rule, THEIRS)                                                                                \
    X(pictures, OURS)                                                                              \
    X(psnr, OURS)                                                                                  \
    X(worst, OURS)                                                                                 \
    X(worst_frame, OURS)                                                                           \
    X(worst_colour, OURS)                                                                          \
    X(block, OURS)                                                                                 \
    X(block_colour, OURS)                                                                          \
    X(block_place, OURS)                                                                           \
    X(block_frame, OURS)                                                                           \
    X(looks_like, MAYBE)                                                                           \
    X(scaled, OURS)                                                                                \
    X(scaled_block, OURS)                                                                          \
    X(codec, OURS)                                                                                 \
    X(decoders, OURS)                                                                              \
    X(clips, OURS)                                                                                 \
    X(decode_only, OURS)                                                                           \
    X(use, OURS)                                                                                   \
    X(install_decoders, OURS)                                                                      \
    X(codec_failure, THEIRS)                                                                       \
    X(codec_wrong, THEIRS)

/* Adds the value, or nothing when it is not known. */
#define VALUE(name) void value_##name(const struct facts *f, struct text *out)

#define VALUE_DECLARE(name, trust) VALUE(name);
SUBJECT_VALUES(VALUE_DECLARE)
#undef VALUE_DECLARE

static inline void known_add(struct text *out, const char *text)
{
    if (text)
        text_add(out, "%s", text);
}

#endif
