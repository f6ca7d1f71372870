#include "cli/cli.h"

#include "base/text.h"
#include "exit_status.h"
#include "facts/account.h"
#include "facts/gpu.h"
#include "facts/guest.h"
#include "plan/plan.h"
#include "say/advice_gpu.h"
#include "say/report.h"
#include "start/gpu_wait.h"

#include <stdio.h>

static void print_node(const struct gpu_node *node, const char *group)
{
    char vendor[16];

    printf("%-12s %-13s %-12s %-8s %-12s %04o\n", node->name, node->pci[0] ? node->pci : "unknown",
           node->driver, gpu_vendor_name(node->vendor_id, vendor, sizeof(vendor)), group,
           node->mode);
}

static void tell_strays(const struct gpu_list *gpus)
{
    char text[160];

    for (size_t i = 0; i < gpus->stray_count; i++) {
        snprintf(text, sizeof(text), "/dev/dri/%s is a %s: not used", gpus->strays[i].name,
                 gpus->strays[i].what);
        report_warning(text);
    }
}

static int no_match(const struct options *options, const struct gpu_list *gpus, struct err *err)
{
    const struct about about = {.options = options, .gpus = gpus};
    bool has_other = false;
    struct fault fault;
    int r = plan_no_match(&fault);

    (void)say_words(&fault, &about, err);
    if (options->optional) {
        report_warning(err->text);
        return 0;
    }
    for (size_t i = 0; i < gpus->count; i++)
        has_other |= gpus->nodes[i].is_render || options->selection.with_card;
    if (has_other)
        advice_no_match(options, gpus, err); /* whoever tries a selection wants it in a config */
    else
        advice_no_gpu(options, gpus, err);
    return r;
}

int cli_list(const struct options *options, struct err *err)
{
    static struct gpu_list gpus;
    char shown[80];
    char group[GROUP_NAME_MAX] = "";
    gid_t gid = 0; /* whose name that is; they mostly have one group */
    struct fault fault;
    int r;

    if (options->rest_count > 1)
        return err_set(err, STATUS_USAGE, 0, "list takes no further word: '%s'",
                       text_printable(shown, sizeof(shown), options->rest[1]));
    r = gpu_wait(options, GPU_MADE_ANEW, &gpus, &fault);
    if (r < 0)
        return say_fault(&fault, &(const struct about){.options = options}, err);
    tell_strays(&gpus);
    if (!plan_has_match(options, &gpus))
        return no_match(options, &gpus, err);
    printf("%-12s %-13s %-12s %-8s %-12s %s\n", "NODE", "PCI", "DRIVER", "VENDOR", "GROUP", "MODE");
    for (size_t i = 0; i < gpus.count; i++) {
        if (!plan_is_wanted(options, &gpus, &gpus.nodes[i]))
            continue;
        if (!group[0] || gpus.nodes[i].gid != gid)
            account_group(gid = gpus.nodes[i].gid, group, sizeof(group));
        print_node(&gpus.nodes[i], group);
    }
    return 0;
}
