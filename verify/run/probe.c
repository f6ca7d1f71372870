/* SPDX-License-Identifier: MIT */
#include "run/probe.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "exit_status.h"
#include "library/library.h"
#include "run/supervise.h"
#include "run/terminal.h"
#include "system/access.h"
#include "system/around.h"
#include "system/evidence.h"
#include "system/kernel.h"
#include "system/node.h"
#include "system/pci.h"
#include "system/place.h"
#include "va/run.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* Nothing is said about a run that is over sooner. */
#define PROGRESS_AFTER 1.0

struct probe {
    const char *device;
    const char *libva; /* --libva */
    struct va_request request;
    struct sys_facts *sys; /* shared with the child, on pages of their own */
    struct va_facts *va;   /* shared with the child */
    bool is_shown;         /* there is a progress line on the terminal */
};

static void *shared_new(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

static void stage_enter(struct probe *probe, enum stage stage, const char *doing,
                        const char *object)
{
    snprintf(probe->sys->doing, sizeof(probe->sys->doing), "%s%s", doing, object);
    probe->sys->stage = (int32_t)stage;
}

/* All that is known without the VA driver; whether there is a node for it. */
static bool sys_collect(struct probe *probe, int *ret_fd)
{
    struct sys_facts *sys = probe->sys;

    stage_enter(probe, STAGE_NODE, "reading ", "/proc");
    place_collect(&sys->place);
    library_ask(probe->libva, sys);
    stage_enter(probe, STAGE_NODE, "looking at ", probe->device);
    node_collect(probe->device, &sys->node);
    stage_enter(probe, STAGE_ACCESS, "opening ", probe->device);
    access_collect(&sys->node, &sys->access, ret_fd);
    around_collect(probe->device, &sys->around);
    if (*ret_fd < 0) {
        stage_enter(probe, STAGE_ACCESS, "asking systemd about ", sys->around.unit);
        around_ask(probe->device, &sys->around);
        if (sys->node.error)
            pci_collect(sys->place.release, &sys->pci);
        return false;
    }
    stage_enter(probe, STAGE_KERNEL, "asking the kernel driver behind ", probe->device);
    kernel_collect(*ret_fd, &sys->node, &sys->kernel);
    return !sys->kernel.error;
}

/* Driver code runs in this process; what is known by then is kept out of its reach. */
static void va_collect(struct probe *probe, int fd)
{
    stage_enter(probe, STAGE_VA, "loading libva", "");
    library_find_bundles(&probe->sys->library);
    if (!library_open(&probe->sys->library))
        return;
    stage_enter(probe, STAGE_VA, "starting the VA driver", "");
    (void)mprotect(probe->sys, sizeof(*probe->sys), PROT_READ);
    va_run(fd, &probe->request, probe->va);
    (void)mprotect(probe->sys, sizeof(*probe->sys), PROT_READ | PROT_WRITE);
}

/* The child's whole work. */
static void facts_collect(void *context)
{
    struct probe *probe = context;
    CLEANUP_FD int fd = -1;

    if (sys_collect(probe, &fd))
        va_collect(probe, fd);
    stage_enter(probe, STAGE_END, "", "");
}

static const char *step_words(int step)
{
    static const char *const words[] = {[VA_STEP_NONE] = "loading the VA driver",
                                        [VA_STEP_DRIVER] = "loading the VA driver",
                                        [VA_STEP_ENTRYPOINTS] = "asking what the driver can do",
                                        [VA_STEP_ENCODE] = "encoding",
                                        [VA_STEP_DECODE] = "decoding",
                                        [VA_STEP_SCALE] = "asking for a scaler",
                                        [VA_STEP_CODECS] = "decoding other codecs",
                                        [VA_STEP_CLOSE] = "closing the VA driver"};

    if (step < 0 || (size_t)step >= sizeof(words) / sizeof(*words))
        return "waiting";
    return words[step];
}

/* Reads what the child writes meanwhile: numbers only, a text may be half written. */
static void progress_show(void *context, double seconds)
{
    struct probe *probe = context;

    if (seconds < PROGRESS_AFTER || !terminal_is_able(STDERR_FILENO))
        return;
    fprintf(stderr, "\r\033[Kgpu-verify: %s, frame %u, %.0f s",
            step_words(probe->va->progress.step), probe->va->progress.frame, seconds);
    (void)fflush(stderr);
    probe->is_shown = true;
}

/* Every libva call that is made shows that the one before it came back. */
static uint64_t progress_number(void *context)
{
    const struct probe *probe = context;

    return (uint64_t)probe->sys->stage << 32 | probe->va->progress.calls;
}

static void progress_wipe(const struct probe *probe)
{
    if (!probe->is_shown)
        return;
    fputs("\r\033[K", stderr);
    (void)fflush(stderr);
}

int probe_run(const struct options *options, const char *device, int output_fd, struct facts *ret,
              struct err *err)
{
    struct probe probe = {.device = device, .request = options->request};
    const struct supervise_plan plan = {
        .work = facts_collect,
        .tick = progress_show,
        .progress = progress_number,
        .context = &probe,
        .timeout = options->timeout,
        .ends_at = options->ends_at,
        .keep_output = options->verbosity == VERBOSITY_VERBOSE,
    };
    int r = -ENOMEM;
    uint64_t before = 0;
    uint64_t after = 0;
    bool is_counted = memory_failures_read(&before);

    probe.request.output_fd = output_fd;
    probe.sys = shared_new(sizeof(*probe.sys));
    probe.va = shared_new(sizeof(*probe.va));
    if (!probe.sys || !probe.va) {
        (void)err_set(err, STATUS_INTERNAL, ENOMEM, "share memory with the checking process");
    } else {
        ret->request = probe.request;
        probe.libva = options->libva;
        int64_t began = (int64_t)time(NULL);
        r = supervise_run(&plan, &ret->run, err);
        ret->run.began = began;
        progress_wipe(&probe);
        /* A copy: a child that could not be killed might still write. */
        ret->sys = *probe.sys;
        ret->va = *probe.va;
        va_facts_sanitize(&ret->va);
        ret->evidence = (struct evidence_facts){
            .is_memory_out = is_counted && memory_failures_read(&after) && after > before};
    }
    if (probe.sys)
        (void)munmap(probe.sys, sizeof(*probe.sys));
    if (probe.va)
        (void)munmap(probe.va, sizeof(*probe.va));
    return r;
}

/* Seconds that a kernel driver has to answer after a failure. */
#define EVIDENCE_TIMEOUT 5

struct evidence {
    const char *device, *driver;
    struct evidence_facts *facts; /* shared with the child */
};

static void evidence_work(void *context)
{
    struct evidence *evidence = context;

    evidence_collect(evidence->device, evidence->driver, evidence->facts);
}

void probe_evidence(const char *device, struct facts *facts)
{
    struct evidence evidence = {.device = device,
                                .driver = facts->sys.kernel.driver,
                                .facts = shared_new(sizeof(*evidence.facts))};
    const struct supervise_plan plan = {
        .work = evidence_work, .context = &evidence, .timeout = EVIDENCE_TIMEOUT};
    struct run_facts run;
    struct err err = {0};

    if (!evidence.facts)
        return;
    *evidence.facts = facts->evidence;
    if (supervise_run(&plan, &run, &err) == 0 && run.end == RUN_FINISHED)
        facts->evidence = *evidence.facts;
    (void)munmap(evidence.facts, sizeof(*evidence.facts));
}
