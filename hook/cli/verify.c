/* SPDX-License-Identifier: MIT */
/* verify: gpu-verify of this host, run in a container that has none. */
#include "base/cleanup.h"
#include "base/text.h"
#include "cli/as_owner.h"
#include "cli/cli.h"
#include "config/init.h"
#include "config/lxc.h"
#include "exit_status.h"
#include "facts/guest.h"
#include "say/advice_config.h"
#include "say/advice_system.h"
#include "say/report.h"
#include "say/say.h"
#include "visit/inside.h"
#include "visit/program.h"
#include "visit/session.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define VERIFIER     "gpu-verify"
#define VERIFIER_OWN 10 /* from here on its exit statuses are those of a GPU that does not work */
#define STATUS_LAST  125

struct verify_job {
    const struct options *options;
    struct obeyed obeyed;
    struct container container;
    struct command attach;
    struct guest guest;
    struct guest_user user;
    char shown[80]; /* the container's name */
    int first, program;
};

static void job_close(struct verify_job *job)
{
    guest_close(&job->guest);
    fd_cleanup(&job->first);
    fd_cleanup(&job->program);
    obeyed_close(&job->obeyed);
}

/* ---- the container --------------------------------------------------------------------------- */

static int not_running(const struct verify_job *job, struct err *err)
{
    int r = err_set(err, STATUS_USAGE, 0, "container %s is not running", job->shown);

    advice_start(job->container.lxcpath, job->container.name, "and then again", err);
    return r;
}

static int guest_of(struct verify_job *job, pid_t pid, int proc, struct err *err)
{
    const struct about about = {.options = job->options, .guest = &job->guest};
    struct fault fault;

    return guest_open_at(proc, pid, &job->guest, &fault) < 0 ? say_fault(&fault, &about, err) : 0;
}

static int container_find(struct verify_job *job, struct err *err)
{
    struct idmap uids = {0};
    struct idmap gids = {0};
    pid_t pid = 0;
    int proc = -1;
    int r = lxc_container_check(&job->container, err);

    if (r < 0)
        as_owner_fix(job->options, &job->obeyed.breach, err);
    if (r == 0)
        r = lxc_config_idmap(&job->container, &uids, &gids, err);
    if (r == 0)
        r = lxc_container_pid(&job->container, &pid, err);
    if (r == 0 && pid == 0)
        r = not_running(job, err);
    if (r == 0)
        r = init_open(&job->container, pid, &uids, &gids, &proc, err);
    if (r == 0)
        r = guest_of(job, pid, proc, err);
    if (r == 0)
        lxc_attach_words(&job->container, &job->attach);
    return r;
}

static int user_find(struct verify_job *job, struct err *err)
{
    const char *name = job->options->as;
    const struct about about = {.options = job->options, .guest = &job->guest};
    struct fault fault;

    if (!name)
        return 0;
    if (guest_user_apart(name, &job->guest, &job->user, &fault) < 0)
        return say_fault(&fault, &about, err);
    if (job->user.found)
        return 0;
    return err_set(err, STATUS_USAGE, 0, "the container's /etc/passwd has no user %s", name);
}

static int programs_find(struct verify_job *job, struct err *err)
{
    int r = program_seal(BIND_PROGRAM_FOLDER "/lxc-gpu-inside", &job->first, err);

    if (r == -ENOENT) {
        r = err_set(err, STATUS_INTERNAL, 0, "lxc-gpu-inside is not installed beside this program");
        advice_install("lxc-gpu", true, err);
        return r;
    }
    if (r == 0)
        r = program_seal(PROGRAM_FOLDER "/" VERIFIER, &job->program, err);
    if (r == -ENOENT) {
        r = err_set(err, STATUS_USAGE, 0, VERIFIER " is not installed on this host");
        err_fix(err, "# it is a package of the same build as lxc-gpu; beside that file:");
        err_fix(err, "apt install ./" VERIFIER "_*.deb");
    }
    return r;
}

/* ---- can it run there ------------------------------------------------------------------------ */

/* The beginning of what it says, by stream. */
struct heard {
    char text[3][512];
};

static void hear(void *memory, int stream, char *data, size_t size)
{
    char *text = ((struct heard *)memory)->text[stream];
    size_t used = strlen(text);

    (void)size;
    snprintf(text + used, sizeof(((struct heard *)memory)->text[0]) - used, "%s", data);
}

/* The last line, which is the cause where several are said. */
static const char *last_line(char *text, char *ret, size_t size)
{
    size_t length = strlen(text);
    const char *line;

    while (length && text[length - 1] == '\n')
        text[--length] = '\0';
    line = strrchr(text, '\n');
    return text_printable(ret, size, line ? line + 1 : text);
}

static void fix_install_there(const struct verify_job *job, const char *package, struct err *err)
{
    const char *path = job->container.lxcpath;

    if (path)
        err_fix(err, "lxc-attach -P %s -n %s -- apt-get install %s", path, job->container.name,
                package);
    else
        err_fix(err, "lxc-attach -n %s -- apt-get install %s", job->container.name, package);
}

static int not_begun(struct heard *heard, struct err *err)
{
    char line[200];

    return err_set(err, STATUS_UNSAFE_PATH, 0, "lxc-attach runs no program there: %s",
                   last_line(heard->text[2], line, sizeof(line)));
}

static int no_loader(struct err *err)
{
    int r = err_set(err, STATUS_UNSAFE_PATH, 0,
                    "the container has no C library that this host's " VERIFIER
                    " can run with: it wants the GNU one (glibc) of this architecture");

    err_fix(err, "# in the container: build " VERIFIER " from source and run it there");
    return r;
}

static int not_become(const struct verify_job *job, const struct session_end *end, struct err *err)
{
    if (end->step == VISIT_READY && end->error == ENOENT)
        return no_loader(err);
    if (end->step == VISIT_READY)
        return err_set(err, STATUS_UNSAFE_PATH, end->error, "execute " VERIFIER " there");
    if (end->error == 0)
        return err_set(err, STATUS_UNSAFE_PATH, 0, "it was killed there before it began");
    if (end->error != EINVAL)
        return err_set(err, STATUS_UNSAFE_PATH, end->error, "become user %s there",
                       job->options->as ? job->options->as : "root");
    return err_set(err, STATUS_OWNERSHIP, 0,
                   "uid %u, gid %u or a group of user %s is not in the container's id map",
                   job->user.uid, job->user.gid, job->options->as);
}

/* What the loader says of a library is the only thing that tells which. */
static int not_loaded(const struct verify_job *job, struct heard *heard, int status,
                      struct err *err)
{
    char line[300];
    const char *said = last_line(heard->text[2], line, sizeof(line));
    int r = err_set(err, STATUS_UNSAFE_PATH, 0,
                    "this host's " VERIFIER " does not run there (status %d): %s", status, said);

    if (strstr(said, "libva"))
        fix_install_there(job, "libva-drm2", err);
    else if (strstr(said, "GLIBC_"))
        err_fix(err,
                "# its C library is older than this host's: install there the package " VERIFIER
                " that was built on the container's release");
    else
        err_fix(err, "# install there the package " VERIFIER
                     " that was built on the container's release, and run it there");
    return r;
}

static int late(struct err *err)
{
    return err_set(err, STATUS_UNSAFE_PATH, 0, "no answer from the container for %d seconds",
                   SESSION_SECONDS);
}

static struct session session_of(const struct verify_job *job, char *const *words)
{
    return (struct session){.attach = &job->attach,
                            .first = job->first,
                            .program = job->program,
                            .user = job->options->as ? &job->user : NULL,
                            .user_name = job->options->as ? job->options->as : "root",
                            .words = words};
}

/* Before the run itself, so that a failure to run is told from what gpu-verify finds. */
static int try_version(const struct verify_job *job, struct err *err)
{
    static char name[] = VERIFIER;
    static char option[] = "--version";
    char *words[] = {name, option, NULL};
    struct heard heard = {{{0}}};
    struct session session = session_of(job, words);
    struct session_end end;
    int r;

    session.has_limit = true;
    session.take = hear;
    session.memory = &heard;
    r = session_run(&session, &end, err);
    if (r < 0)
        return r;
    if (end.is_late)
        return late(err);
    if (end.step == VISIT_NOTHING)
        return not_begun(&heard, err);
    if (end.error)
        return not_become(job, &end, err);
    if (end.status != 0 || strncmp(heard.text[1], VERIFIER " ", strlen(VERIFIER " ")) != 0)
        return not_loaded(job, &heard, end.status, err);
    return 0;
}

/* ---- the run --------------------------------------------------------------------------------- */

/* A terminal obeys some bytes: none of the container's gets there. A file gets all of them. */
static void pass_on(void *memory, int stream, char *data, size_t size)
{
    FILE *out = stream == 1 ? stdout : stderr;

    (void)memory;
    if (isatty(stream)) {
        for (size_t i = 0; i < size; i++)
            if (!data[i])
                data[i] = '?';
        (void)fputs(text_make_plain(data, "\n\t"), out);
    } else {
        (void)fwrite(data, 1, size, out);
    }
    (void)fflush(out);
}

/* 1 and 2 are statuses of both programs; 3 to 9 of this one alone. */
static int status_judge(const struct verify_job *job, int status, struct err *err)
{
    char text[WARNING_SIZE];

    if (status == 0 || (status >= VERIFIER_OWN && status <= STATUS_LAST))
        return status;
    if (status == 1 || status == 2) {
        snprintf(text, sizeof(text), "status %d is that of " VERIFIER " in container %s", status,
                 job->shown);
        report_warning(text);
        return status;
    }
    return err_set(err, STATUS_INTERNAL, 0, VERIFIER " has ended with status %d", status);
}

static int run(const struct verify_job *job, struct err *err)
{
    static char name[] = VERIFIER;
    char *const *own = job->options->rest + 2;
    size_t count = (size_t)job->options->rest_count - 2;
    CLEANUP_FREE char **words = calloc(count + 2, sizeof(*words));
    struct session session = session_of(job, words);
    struct session_end end;
    int r;

    if (!words)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "run " VERIFIER);
    words[0] = name;
    for (size_t i = 0; i < count; i++)
        words[1 + i] = own[i];
    session.take = pass_on;
    r = session_run(&session, &end, err);
    if (r < 0)
        return r;
    if (end.is_late)
        return late(err);
    if (end.step != VISIT_READY || end.error)
        return not_become(job, &end, err);
    return status_judge(job, end.status, err);
}

int cli_verify(const struct options *options, struct err *err)
{
    __attribute__((cleanup(job_close))) struct verify_job job = {
        .options = options, .first = -1, .program = -1};
    int r;

    obeyed_init(&job.obeyed);
    guest_init(&job.guest);
    job.container = (struct container){.lxcpath = options->lxcpath, .obeyed = &job.obeyed};
    if (options->rest_count < 2)
        return err_set(err, STATUS_USAGE, 0, "verify wants the name of a container");
    job.container.name = options->rest[1];
    text_printable(job.shown, sizeof(job.shown), job.container.name);
    r = programs_find(&job, err);
    if (r == 0)
        r = container_find(&job, err);
    if (r == 0)
        r = user_find(&job, err);
    if (r == 0)
        r = try_version(&job, err);
    if (r == 0)
        r = run(&job, err);
    if (r < 0)
        err_wrap(err, "verify GPU in container %s", job.shown);
    return r;
}
