/* SPDX-License-Identifier: MIT */
/* What the driver's table and this run say of each codec. */
#ifndef VERIFY_CODECS_H
#define VERIFY_CODECS_H

#include "facts/facts.h"

#include "base/text.h"

/* Of what is known of one direction of a codec. */
enum codec_word { CODEC_NOT, CODEC_SAID, CODEC_PASS, CODEC_FAIL };

/* Whether the driver's table has it; PASS or FAIL where this run tried it. */
enum codec_word codec_decode(const struct facts *facts, enum codec codec);
enum codec_word codec_encode(const struct facts *facts, enum codec codec);

/* The first codec asked for that failed, or else that the driver does not decode; -1 none. */
int codec_first_bad(const struct facts *facts);

/* Whether each that was asked for and is offered went through to its last picture. */
bool codecs_are_done(const struct facts *facts);

/* "said by the driver (proven: h264): decodes h264 hevc; encodes h264". */
void words_codecs(const struct facts *facts, struct text *out);

/* "h264 hevc", or "nothing". */
void words_decoders(const struct facts *facts, struct text *out);

/* "h264 hevc": those whose clips came out right. */
void words_proven(const struct facts *facts, struct text *out);

/* The CODEC_BIT of each that was asked for, or else of each at all, whose clip the driver offers to
 * decode. */
uint32_t codecs_decodable(const struct facts *facts);

/* What is wrong: "brightness of picture 2 of 5, which is picture 1 again". */
void words_codec_wrong(const struct va_codec *codec, struct text *out);

#endif
