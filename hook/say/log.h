/* SPDX-License-Identifier: MIT */
/*
 * The host's system log. The same datagrams as syslog(3) sends, but for two things. It waits for a
 * log that hangs one second in all: a container must not be held up. And it leaves the time to the
 * log, which stamps what comes without (RFC 3164, 4.3.2): syslog(3), which works the local time
 * out, was 8 % of a whole start.
 */
#ifndef HOOK_LOG_H
#define HOOK_LOG_H

/* Once, before the first line, and while the host's own /dev is still what this process sees. */
void log_open(void);

/* `priority` is one of syslog(3)'s, such as LOG_INFO. Where there is no log, nothing happens. */
void log_line(int priority, const char *line);

#endif
