/* SPDX-License-Identifier: MIT */
#include "ffmpeg.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static bool file_write(int fd, const uint8_t *data, size_t size)
{
    for (size_t at = 0; at < size;) {
        ssize_t n = write(fd, data + at, size - at);
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

/* The fake kernel and what is set for it are not for ffmpeg. NULL: out of memory. */
static char **environment(void)
{
    size_t count = 0, used = 0;
    char **own;

    while (environ[count])
        count++;
    own = calloc(count + 1, sizeof(*own));
    for (size_t i = 0; own && i < count; i++) {
        if (strncmp(environ[i], "LD_PRELOAD=", 11) != 0)
            own[used++] = environ[i];
    }
    return own;
}

/* Its output is *ret_fd. 0 or an error number. */
static int start(const char *format, const char *path, bool is_main10, pid_t *ret_pid, int *ret_fd)
{
    const char *const arguments[] = {"ffmpeg",   "-v",
                                     "quiet",    "-nostdin",
                                     "-threads", "1",
                                     "-f",       format,
                                     "-i",       path,
                                     "-vsync",   "passthrough",
                                     "-pix_fmt", is_main10 ? "p010le" : "nv12",
                                     "-f",       "rawvideo",
                                     "-",        NULL};
    posix_spawn_file_actions_t actions;
    char **own = environment();
    int ends[2], error;

    if (!own || pipe2(ends, O_CLOEXEC) != 0) {
        free(own);
        return -1;
    }
    error = posix_spawn_file_actions_init(&actions);
    if (!error) {
        error = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        /* posix_spawnp takes what it does not change as if it could. */
        if (!error)
            error =
                posix_spawnp(ret_pid, arguments[0], &actions, NULL, (char *const *)arguments, own);
        (void)posix_spawn_file_actions_destroy(&actions);
    }
    free(own);
    (void)close(ends[1]);
    if (error)
        (void)close(ends[0]);
    else
        *ret_fd = ends[0];
    return error;
}

/* A lie's stream is no good one, and ffmpeg may have something to say: what counts is its status.
 */
static uint8_t *file_decode(const char *format, const char *path, bool is_main10, size_t room,
                            size_t *ret_size)
{
    uint8_t *pictures = malloc(room);
    size_t used = 0;
    ssize_t n = 1;
    int fd, status = -1;
    pid_t pid;

    if (!pictures || start(format, path, is_main10, &pid, &fd) != 0) {
        free(pictures);
        return NULL;
    }
    while (used < room && n > 0) {
        n = read(fd, pictures + used, room - used);
        used += n > 0 ? (size_t)n : 0;
    }
    (void)close(fd);
    if (waitpid(pid, &status, 0) == pid && status == 0) {
        *ret_size = used;
        return pictures;
    }
    free(pictures);
    return NULL;
}

uint8_t *ffmpeg_decode(const char *format, const uint8_t *stream, size_t size, bool is_main10,
                       size_t room, size_t *ret_size)
{
    char path[] = "/tmp/test-driver-XXXXXX";
    int fd = mkstemp(path);
    uint8_t *pictures = NULL;
    bool is_written;

    if (fd < 0)
        return NULL;
    is_written = file_write(fd, stream, size);
    (void)close(fd);
    if (is_written)
        pictures = file_decode(format, path, is_main10, room, ret_size);
    (void)unlink(path);
    return pictures;
}
