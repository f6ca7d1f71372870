/* Codecs by the names that people give them, out of the driver's table. */
#ifndef VERIFY_CODECS_H
#define VERIFY_CODECS_H

#include "facts/facts.h"

#include "base/text.h"

#define CODEC_COUNT 11

/* Of what is known of one direction of a codec. */
enum codec_word { CODEC_NOT, CODEC_SAID, CODEC_PASS };

const char *codec_name(int codec);

/* Whether the driver's table has it; PASS where this run did it. */
enum codec_word codec_decode(const struct facts *facts, int codec);
enum codec_word codec_encode(const struct facts *facts, int codec);

/* "said by the driver (proven: h264): decodes h264 hevc; encodes h264". */
void words_codecs(const struct facts *facts, struct text *out);

#endif
