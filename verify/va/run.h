/* SPDX-License-Identifier: MIT */
/* One verification through libva. */
#ifndef VERIFY_VA_RUN_H
#define VERIFY_VA_RUN_H

#include "facts/va.h"

/*
 * Runs driver -> entrypoints -> encode -> bitstream -> decode on an open render node, the last
 * three for one picture after the other, and fills `facts`; stops at the first section that does
 * not get through, but for the decoding: the pictures behind one that does not decode are still
 * encoded. With request->decode_only nothing is encoded, and the clips are decoded in place of an
 * own stream. `facts` comes zeroed. Called in the supervised child: it may hang or die inside the
 * driver. drm_fd stays the caller's. Returns nothing: all there is to say is in `facts`.
 */
void va_run(int drm_fd, const struct va_request *request, struct va_facts *facts);

#endif
