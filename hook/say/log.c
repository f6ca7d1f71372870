/* SPDX-License-Identifier: MIT */
#include "say/log.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

static int log_socket = -1;
static bool is_stream; /* there a record ends with a NUL byte */

/* Datagrams as a rule; some loggers keep a stream there, as syslog(3) knows too. */
static int log_connect(int type)
{
    static const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = _PATH_LOG};
    static const struct timeval patience = {.tv_sec = 1};
    CLEANUP_FD int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0 ||
        connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
        return -errno;
    return fd_steal(&fd);
}

void log_open(void)
{
    log_socket = log_connect(SOCK_DGRAM);
    is_stream = log_socket == -EPROTOTYPE;
    if (is_stream)
        log_socket = log_connect(SOCK_STREAM);
}

void log_line(int priority, const char *line)
{
    char text[1400];

    if (log_socket < 0)
        return;
    snprintf(text, sizeof(text), "<%d>lxc-gpu-hook[%d]: %s", LOG_DAEMON | priority, (int)getpid(),
             line);
    if (send(log_socket, text, strlen(text) + is_stream, MSG_NOSIGNAL) >= 0)
        return;
    (void)close(log_socket);
    log_socket = -1;
}
