/* SPDX-License-Identifier: MIT */
/* The host's nodes for the engines that read the Container Device Interface. */
#include "cdi/cdi.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "cdi/spec.h"
#include "exit_status.h"
#include "facts/account.h"
#include "plan/plan.h"
#include "say/advice_gpu.h"
#include "say/report.h"
#include "start/gpu_wait.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPEC_FILE_MAX (1u << 20)
#define SPEC_MODE     0644

static int check_words(const struct options *options, struct err *err)
{
    char shown[80];

    if (options->rest_count > 1)
        return err_set(err, STATUS_USAGE, 0, "cdi takes no further word: '%s'",
                       text_printable(shown, sizeof(shown), options->rest[1]));
    if (options->output && options->check)
        return err_set(err, STATUS_USAGE, 0, "--output and --check exclude each other");
    return 0;
}

static int nodes_find(const struct options *options, struct gpu_list *ret, struct err *err)
{
    const struct about about = {.options = options, .gpus = ret};
    struct fault fault;
    int r = gpu_wait(options, GPU_AS_IT_IS, ret, &fault);

    if (r < 0)
        return say_fault(&fault, &about, err);
    if (plan_has_match(options, ret))
        return 0;
    r = plan_no_match(&fault);
    (void)say_words(&fault, &about, err);
    if (ret->count > 0)
        err_fix(err, "lxc-gpu-hook list    # the nodes that there are");
    else
        advice_no_gpu(options, ret, err);
    return r;
}

/* *ret_group: whether --group says which; else each node keeps its own. */
static int group_find(const struct options *options, bool *ret_is_given, gid_t *ret,
                      struct err *err)
{
    *ret_is_given = options->has_gid || options->group;
    *ret = options->gid;
    if (options->has_gid || !options->group || account_gid(options->group, ret))
        return 0;
    (void)err_set(err, STATUS_OWNERSHIP, 0, "this host has no group '%s'", options->group);
    err_fix(err, "groupadd -r %s    # or an existing one: getent group", options->group);
    return -EINVAL;
}

/* udev has not been there yet, or has no rule: then nobody but root gets in. */
static void tell_rootly(const struct options *options, const struct gpu_list *gpus)
{
    char text[WARNING_SIZE];

    for (size_t i = 0; i < gpus->count; i++) {
        const struct gpu_node *node = &gpus->nodes[i];
        if (node->gid != 0 || !plan_is_wanted(options, gpus, node) || (options->mode & 06) == 06)
            continue;
        snprintf(text, sizeof(text),
                 "the group of /dev/dri/%s is root's: only root in a container may use it "
                 "(--group NAME says which group may, --wait SECONDS waits for udev)",
                 node->name);
        report_warning(text);
    }
}

static int spec_make(const struct options *options, const struct gpu_list *gpus, const gid_t *gid,
                     char **ret, size_t *ret_size, struct err *err)
{
    FILE *out = open_memstream(ret, ret_size);
    bool is_whole;

    if (!out)
        return err_set(err, STATUS_INTERNAL, errno, "make the CDI specification");
    cdi_spec_write(options, gpus, gid, out);
    is_whole = !ferror(out);
    if (fclose(out) != 0 || !is_whole)
        return err_set(err, STATUS_INTERNAL, ENOMEM, "make the CDI specification");
    return 0;
}

/* The same command, with --output in place of --check. */
static void rewrite_fix(const struct options *options, struct err *err)
{
    char line[1024];
    struct text text = TEXT_ON(line);

    text_add(&text, "lxc-gpu-hook");
    for (int i = 1; i < options->word_count; i++) {
        const char *word = options->words[i];
        const char *bare = word + strspn(word, "-");
        if (*bare && !text_is_shell_word(bare))
            return;
        if (text_is_equal(word, "--check"))
            word = "--output";
        if (strncmp(word, "--check=", strlen("--check=")) == 0)
            text_add(&text, " --output=%s", word + strlen("--check="));
        else
            text_add(&text, " %s", word);
    }
    if (!text.cut)
        err_fix_lines(err, line);
}

/* The first line in which the two differ. Either may have ended before. */
static int tell_difference(const struct options *options, const char *has, const char *wanted,
                           struct err *err)
{
    char shown[120];
    char shown_has[120];
    char shown_wanted[120];
    char line[120];
    unsigned number = 1;

    for (;; number++) {
        size_t length = strcspn(has, "\n");
        if (strncmp(has, wanted, length + 1) != 0 || !has[length])
            break;
        has += length + 1;
        wanted += length + 1;
    }
    has += strspn(has, " ");
    wanted += strspn(wanted, " ");
    snprintf(line, sizeof(line), "%.*s", (int)strcspn(has, "\n"), has);
    text_printable(shown_has, sizeof(shown_has), line);
    snprintf(line, sizeof(line), "%.*s", (int)strcspn(wanted, "\n"), wanted);
    text_printable(shown_wanted, sizeof(shown_wanted), line);
    (void)err_set(
        err, STATUS_OUTDATED, 0, "%s line %u says '%s', and with these options it is '%s'",
        text_printable(shown, sizeof(shown), options->check), number, shown_has, shown_wanted);
    rewrite_fix(options, err);
    return -EINVAL;
}

static int spec_check(const struct options *options, const char *wanted, size_t size,
                      struct err *err)
{
    CLEANUP_FREE char *has = NULL;
    char shown[200];
    size_t has_size;
    int r = file_read_at(AT_FDCWD, options->check, SPEC_FILE_MAX, &has, &has_size);

    if (r == -ENOENT) {
        (void)err_set(err, STATUS_OUTDATED, 0, "there is no %s",
                      text_printable(shown, sizeof(shown), options->check));
        rewrite_fix(options, err);
        return r;
    }
    if (r < 0)
        return err_set(err, STATUS_USAGE, -r, "read %s",
                       text_printable(shown, sizeof(shown), options->check));
    if (has_size == size && memcmp(has, wanted, size) == 0)
        return 0;
    return tell_difference(options, has, wanted, err);
}

static int spec_put(const struct options *options, const char *spec, size_t size, struct err *err)
{
    char shown[200];
    int r;

    if (!options->output) {
        (void)fwrite(spec, 1, size, stdout); /* main() looks whether it arrived */
        return 0;
    }
    r = file_put(options->output, spec, size, SPEC_MODE);
    text_printable(shown, sizeof(shown), options->output);
    if (r < 0)
        return err_set(err, exit_status_for(-r, STATUS_USAGE), -r, "write %s", shown);
    report_step("written: %s", shown);
    return 0;
}

int cli_cdi(const struct options *options, struct err *err)
{
    static struct gpu_list gpus;
    CLEANUP_FREE char *spec = NULL;
    bool has_gid = false;
    size_t size;
    gid_t gid;
    int r = check_words(options, err);

    if (r == 0)
        r = nodes_find(options, &gpus, err);
    if (r == 0)
        r = group_find(options, &has_gid, &gid, err);
    if (r < 0)
        return r;
    if (!has_gid)
        tell_rootly(options, &gpus);
    r = spec_make(options, &gpus, has_gid ? &gid : NULL, &spec, &size, err);
    if (r < 0)
        return r;
    return options->check ? spec_check(options, spec, size, err)
                          : spec_put(options, spec, size, err);
}
