/* SPDX-License-Identifier: MIT */
/*
 * Runs commands one after the other, round after round, so that what else happens on the machine
 * hits all of them alike; then prints one line for each.
 *
 *   alternate ROUNDS [between COMMAND...] , NAME COMMAND... [, NAME COMMAND...]...
 *
 * "," separates; COMMAND of `between` is run before each measured one, and not measured.
 * What they print is thrown away. A line: NAME MEDIAN LOWER UPPER CPU RSS FAULTS STATUS, separated
 * by tabs. MEDIAN and the quartiles LOWER and UPPER are milliseconds from the start to the end, CPU
 * the median of processor milliseconds, RSS the largest resident set in kB, FAULTS the median of
 * page faults (both with all children), STATUS the largest exit status. The first round warms up
 * and only its status counts.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 16
#define ROUNDS_MAX   10000

struct command {
    const char *name; /* NULL: not measured */
    char **argv;
    double *wall;
    double *cpu;
    double *faults;
    long rss;
    int status;
};

static void die(const char *what)
{
    fprintf(stderr, "alternate: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double milliseconds(const struct timespec *from, const struct timespec *to)
{
    return (double)(to->tv_sec - from->tv_sec) * 1e3 + (double)(to->tv_nsec - from->tv_nsec) / 1e6;
}

static double cpu_of(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e3 +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e3;
}

/* All three to /dev/null, for posix_spawn: it shares memory until the exec, as vfork does, so that
 * the size of this program is no part of what is measured. */
static const posix_spawn_file_actions_t *output_nowhere(void)
{
    static posix_spawn_file_actions_t actions;
    static int is_made;

    if (is_made)
        return &actions;
    errno = posix_spawn_file_actions_init(&actions);
    for (int fd = 0; errno == 0 && fd <= 2; fd++)
        errno = posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    if (errno)
        die("/dev/null");
    is_made = 1;
    return &actions;
}

static void run(struct command *command, int round)
{
    const posix_spawn_file_actions_t *actions = output_nowhere();
    struct timespec start;
    struct timespec end;
    struct rusage usage;
    int status = 0;
    pid_t pid;

    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    errno = posix_spawn(&pid, command->argv[0], actions, NULL, command->argv, environ);
    if (errno || wait4(pid, &status, 0, &usage) < 0)
        die(command->argv[0]);
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (status > command->status)
        command->status = status;
    if (round < 0 || !command->name)
        return;
    command->wall[round] = milliseconds(&start, &end);
    command->cpu[round] = cpu_of(&usage);
    command->faults[round] = (double)(usage.ru_minflt + usage.ru_majflt);
    if (usage.ru_maxrss > command->rss)
        command->rss = usage.ru_maxrss;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* Sorts; the value below which `share` quarters of the values lie. */
static double quartile(double *values, int count, int share)
{
    qsort(values, (size_t)count, sizeof(*values), compare);
    return values[(count - 1) * share / 4];
}

static void print(struct command *command, int rounds)
{
    double median = quartile(command->wall, rounds, 2);

    printf("%s\t%.3f\t%.3f\t%.3f\t%.3f\t%ld\t%.0f\t%d\n", command->name, median,
           quartile(command->wall, rounds, 1), quartile(command->wall, rounds, 3),
           quartile(command->cpu, rounds, 2), command->rss, quartile(command->faults, rounds, 2),
           command->status);
}

static int parse(char **argv, int rounds, struct command *commands)
{
    int count = 0;

    while (*argv) {
        char **end = argv;
        while (*end && strcmp(*end, ",") != 0)
            end++;
        struct command *command = &commands[count];
        if (end - argv > 1) {
            command->name = strcmp(argv[0], "between") == 0 ? NULL : argv[0];
            command->argv = argv + 1;
            command->wall = calloc((size_t)rounds, sizeof(double));
            command->cpu = calloc((size_t)rounds, sizeof(double));
            command->faults = calloc((size_t)rounds, sizeof(double));
            if (!command->wall || !command->cpu || !command->faults || ++count > COMMANDS_MAX)
                die("commands");
        }
        argv = *end ? end + 1 : end;
        *end = NULL;
    }
    return count;
}

int main(int argc, char **argv)
{
    static struct command commands[COMMANDS_MAX + 1];
    int rounds = argc > 2 ? (int)strtol(argv[1], NULL, 10) : 0;

    if (rounds < 1 || rounds > ROUNDS_MAX) {
        fputs("usage: alternate ROUNDS [between COMMAND...] , NAME COMMAND... [, ...]\n", stderr);
        return 2;
    }
    int count = parse(argv + 2, rounds, commands);
    int is_between = !commands[0].name;
    for (int round = -1; round < rounds; round++) {
        for (int i = is_between; i < count; i++) {
            if (is_between)
                run(&commands[0], -1);
            run(&commands[i], round);
        }
    }
    for (int i = is_between; i < count; i++)
        print(&commands[i], rounds);
    return 0;
}
