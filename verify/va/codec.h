/* SPDX-License-Identifier: MIT */
/* Decodes the built-in clips and compares what comes back with what the standard has come out. */
#ifndef VERIFY_VA_CODEC_H
#define VERIFY_VA_CODEC_H

#include "va/session.h"

/* Fills facts->codecs[].offered, of every clip there is: a look at the table. */
void codecs_find(struct va_session *session);

/*
 * Each of the codecs that were asked for, that the driver offers, and that there is a clip of;
 * fills facts->codecs. A codec that fails does not keep the others from being tried.
 */
void codecs_run(struct va_session *session, const struct va_request *request);

#endif
