/* Which of the host's nodes a container is to have, and what is said when it is none. */
#include "base/text.h"
#include "exit_status.h"
#include "plan/plan.h"

#include <errno.h>

/* A primary node belongs to a render node when both hang below one device. */
static bool is_card_of_selected(const struct options *options, const struct gpu_list *gpus,
                                const struct gpu_node *card)
{
    if (card->is_render || !options->selection.with_card || !card->device[0])
        return false;
    for (size_t i = 0; i < gpus->count; i++) {
        const struct gpu_node *node = &gpus->nodes[i];
        if (node->is_render && text_is_equal(node->device, card->device) &&
            select_matches(&options->selection, node))
            return true;
    }
    return false;
}

bool plan_is_wanted(const struct options *options, const struct gpu_list *gpus,
                    const struct gpu_node *node)
{
    return select_matches(&options->selection, node) || is_card_of_selected(options, gpus, node);
}

const struct gpu_node *plan_first_wanted(const struct options *options, const struct gpu_list *gpus)
{
    for (size_t i = 0; i < gpus->count; i++)
        if (plan_is_wanted(options, gpus, &gpus->nodes[i]))
            return &gpus->nodes[i];
    return NULL;
}

bool plan_has_match(const struct options *options, const struct gpu_list *gpus)
{
    return plan_first_wanted(options, gpus) != NULL;
}

static int no_node_at_all(const struct gpu_list *gpus, struct err *err)
{
    unsigned node_minor;
    bool is_render;

    if (gpus->stray_count == 0) {
        err_set(err, STATUS_NO_NODE, 0, "no render node on this host: %s: no GPU driver is loaded",
                gpus->has_dev_dri ? "/dev/dri holds none" : "there is no /dev/dri");
        return -ENODEV;
    }
    const struct gpu_stray *stray = &gpus->strays[0];
    if (gpu_name_parse(stray->name, &is_render, &node_minor))
        err_set(err, STATUS_NO_NODE, 0,
                "no render node on this host: /dev/dri/%s is a %s, not character device %d:%u",
                stray->name, stray->what, DRM_MAJOR, node_minor);
    else
        err_set(err, STATUS_NO_NODE, 0, "no render node on this host: /dev/dri/%s (%s) is none",
                stray->name, stray->what);
    return -ENODEV;
}

/* What could have been selected. */
static bool is_on_offer(const struct options *options, const struct gpu_node *node)
{
    return node->is_render || options->selection.with_card;
}

int plan_no_match(const struct options *options, const struct gpu_list *gpus, struct err *err)
{
    char asked[200];
    char there[400] = "";
    struct text text = TEXT_ON(there);

    for (size_t i = 0; i < gpus->count; i++) {
        const struct gpu_node *node = &gpus->nodes[i];
        if (is_on_offer(options, node))
            text_add(&text, "%s%s (%s%s%s)", text.used ? ", " : "", node->name, node->driver,
                     node->pci[0] ? " at " : "", node->pci);
    }
    if (text.used == 0)
        return no_node_at_all(gpus, err);
    err_set(err, STATUS_NO_NODE, 0, "no render node matches '%s'; this host has %s",
            select_describe(&options->selection, asked, sizeof(asked)), there);
    return -ENODEV;
}
