#include "cli.h"

#include "account.h"
#include "advice_gpu.h"
#include "exit_status.h"
#include "gpu.h"
#include "guest.h"
#include "plan.h"

#include <stdio.h>

static void print_node(const struct gpu_node *node, const char *group)
{
    char vendor[16];

    printf("%-12s %-13s %-12s %-8s %-12s %04o\n", node->name, node->pci[0] ? node->pci : "-",
           node->driver, gpu_vendor_name(node->vendor_id, vendor, sizeof(vendor)), group,
           node->mode);
}

int cli_list(const struct options *options, struct err *err)
{
    static struct gpu_list gpus;
    char group[GROUP_NAME_MAX] = "";
    gid_t gid = 0; /* whose name that is; they mostly have one group */
    int r = gpu_find(&gpus, err);

    if (r < 0)
        return r;
    for (size_t i = 0; i < gpus.stray_count; i++)
        (void)fprintf(stderr, "lxc-gpu-hook: warning: /dev/dri/%s is a %s: not used\n",
                      gpus.strays[i].name, gpus.strays[i].what);
    if (!plan_has_match(options, &gpus)) {
        r = plan_no_match(options, &gpus, err);
        advice_no_match(options, &gpus, err);
        return r;
    }
    printf("%-12s %-13s %-12s %-8s %-12s %s\n", "NODE", "PCI", "DRIVER", "VENDOR", "GROUP", "MODE");
    for (size_t i = 0; i < gpus.count; i++) {
        if (!select_matches(&options->selection, &gpus.nodes[i]))
            continue;
        if (!group[0] || gpus.nodes[i].gid != gid)
            account_group(gid = gpus.nodes[i].gid, group, sizeof(group));
        print_node(&gpus.nodes[i], group);
    }
    return 0;
}
