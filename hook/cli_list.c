#include "cli.h"

#include "advice.h"
#include "exit_status.h"
#include "gpu.h"
#include "plan.h"

#include <grp.h>
#include <stdio.h>

static void print_node(const struct gpu_node *node)
{
    const struct group *group = getgrgid(node->gid);
    char vendor[16];
    char number[16];

    snprintf(number, sizeof(number), "%u", node->gid);
    printf("%-12s %-13s %-12s %-8s %-12s %04o\n", node->name, node->pci[0] ? node->pci : "-",
           node->driver, gpu_vendor_name(node->vendor_id, vendor, sizeof(vendor)),
           group ? group->gr_name : number, node->mode);
}

int cli_list(const struct options *options, struct err *err)
{
    static struct gpu_list gpus;
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
    for (size_t i = 0; i < gpus.count; i++)
        if (select_matches(&options->selection, &gpus.nodes[i]))
            print_node(&gpus.nodes[i]);
    return 0;
}
