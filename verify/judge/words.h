/* Facts in words: what several parts of the report say in the same way. */
#ifndef VERIFY_WORDS_H
#define VERIFY_WORDS_H

#include "facts/facts.h"

#include "base/text.h"

/* "regular file", "directory" ... from st_mode. */
const char *words_file_type(uint32_t mode);

/* "container", "virtual machine", "machine". */
const char *words_place(enum place place);

/* "lxc", "docker" ... */
const char *words_place_name(enum place place);

/* What became of the HuC firmware, "not installed"; NULL when it runs or there is none. */
const char *words_huc(const struct kernel_facts *kernel);

/* "i915 1.6.0, Kaby Lake (Gen9.5), HuC running, 8086:5912 at 0000:00:02.0". */
void words_kernel(const struct kernel_facts *kernel, struct text *out);

/* "vaEndPicture: VA_STATUS_ERROR_UNKNOWN, what else is known". */
void words_failure(const struct va_failure *failure, struct text *out);

/* Of enum va_tried_result: "refused this GPU". */
const char *words_tried_result(uint8_t result);

/* ", iHD_drv_video.so refused this GPU" for each that was there and did not do; else nothing. */
/* "; FILE of the driver by FILE of libva", and whose others were found and not judged. */
void words_library(const struct facts *facts, struct text *out);
void words_refused_drivers(const struct va_facts *va, struct text *out);

/* "0 100000 65536" with ", " between extents; nothing when the map is not known. */
/* Its first extents, as in /proc/PID/uid_map. */
#define IDMAP_SHOWN_MAX 16
void words_idmap(const struct idmap *map, struct text *out);

/* "iHD_drv_video.so, i965_drv_video.so in /usr/lib/dri". */
void words_tried(const struct va_facts *va, struct text *out);

/* Base name of the driver file that was there but did not do; NULL without one. */
const char *words_bad_file(const struct va_facts *va);

/* The log line that says why a driver file could not be loaded. */
void words_log_line(const struct va_facts *va, struct text *out);

/* The entrypoint option that was not used though the driver has it; NULL without one. */
const char *words_other_entrypoint(const struct va_facts *va);

/* Why nothing is encoded although there is an encoder. */
void words_refusal(const struct facts *facts, struct text *out);

void words_coded_flags(uint32_t flags, struct text *out);

/* Frames a second of the encoding; 0 when it took no measurable time. */
double words_fps(const struct va_facts *va);

/* "SIGSEGV", or "signal 40". */
void words_signal(int number, struct text *out);

#endif
