/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include "base/bus.h"
#include "base/pci.h"
#include "base/text.h"
#include "exit_status.h"
#include "facts/account.h"
#include "facts/gpu.h"
#include "facts/guest.h"
#include "plan/plan.h"
#include "say/advice_gpu.h"
#include "say/report.h"
#include "start/gpu_wait.h"
#include "usage/list_rows.h"

#include <stdio.h>

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

struct list {
    struct gpu_list nodes;
    struct bus_gpu bus[BUS_GPUS_MAX];
    size_t bus_count;
    char groups[GPU_NODES_MAX][GROUP_NAME_MAX]; /* of each of `nodes` */
    struct list_row rows[GPU_NODES_MAX + BUS_GPUS_MAX];
    size_t row_count;
};

/* They mostly have one group, and each look for a name starts a program. */
static const char *group_name(struct list *list, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (list->groups[i][0] && list->nodes.nodes[i].gid == list->nodes.nodes[index].gid)
            return list->groups[i];
    account_group(list->nodes.nodes[index].gid, list->groups[index], GROUP_NAME_MAX);
    return list->groups[index];
}

static void rows_of_nodes(const struct options *options, struct list *list)
{
    for (size_t i = 0; i < list->nodes.count; i++) {
        const struct gpu_node *node = &list->nodes.nodes[i];
        if (plan_is_wanted(options, &list->nodes, node))
            list->rows[list->row_count++] = (struct list_row){
                node, bus_gpu_at(list->bus, list->bus_count, node->pci), group_name(list, i)};
    }
}

static bool has_node(const struct gpu_list *gpus, const char *pci)
{
    for (size_t i = 0; i < gpus->count; i++)
        if (text_is_equal(gpus->nodes[i].pci, pci))
            return true;
    return false;
}

/* What could have a node: no console of a server's board, for which there is no driver that
 * renders.
 */
static void rows_without_node(struct list *list)
{
    for (size_t i = 0; i < list->bus_count; i++) {
        const struct bus_gpu *gpu = &list->bus[i];
        if (has_node(&list->nodes, gpu->address))
            continue;
        if (pci_module_for(gpu->vendor_id, gpu->device_id) ||
            text_is_equal(gpu->driver, "vfio-pci"))
            list->rows[list->row_count++] = (struct list_row){.gpu = gpu};
    }
}

int cli_list(const struct options *options, struct err *err)
{
    static struct list list;
    char shown[80];
    struct fault fault;
    int r;

    if (options->rest_count > 1)
        return err_set(err, STATUS_USAGE, 0, "list takes no further word: '%s'",
                       text_printable(shown, sizeof(shown), options->rest[1]));
    r = gpu_wait(options, GPU_MADE_ANEW, &list.nodes, &fault);
    if (r < 0)
        return say_fault(&fault, &(const struct about){.options = options}, err);
    tell_strays(&list.nodes);
    if (!plan_has_match(options, &list.nodes)) {
        r = no_match(options, &list.nodes, err);
        if (r < 0)
            return r;
    }
    list.bus_count = bus_gpus_find(list.bus, BUS_GPUS_MAX);
    rows_of_nodes(options, &list);
    if (options->selection.count == 0)
        rows_without_node(&list);
    if (options->json)
        list_print_json(list.rows, list.row_count, stdout);
    else if (list.row_count)
        list_print(list.rows, list.row_count, stdout);
    return 0;
}
