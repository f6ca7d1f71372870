/* SPDX-License-Identifier: MIT */
/*
 * Reading small files whole. Errors are -errno; results are set on success only.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Reads fd to its end. The result is the caller's to free and has a NUL behind its last byte.
 * -EFBIG when there are more than `cap` bytes.
 */
int file_read(int fd, size_t cap, char **ret, size_t *ret_size);

/* The same for a file named from a folder fd; opened read-only, close-on-exec, without blocking. */
int file_read_at(int dirfd, const char *path, size_t cap, char **ret, size_t *ret_size);

/*
 * Puts `size` bytes in the place of the file at `path`, or makes it: whoever reads it has the old
 * one or the new one, whole. What is written beside it meanwhile ends in .new, and nothing of it is
 * left after a failure. A symbolic link at `path` is replaced, not followed.
 */
int file_put(const char *path, const char *data, size_t size, mode_t mode);

#endif
