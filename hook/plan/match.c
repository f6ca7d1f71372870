/* Which of the host's nodes a container is to have. */
#include "base/text.h"
#include "plan/plan.h"

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

int plan_no_match(struct fault *fault)
{
    return fault_set(fault, CAUSE_NO_MATCH, 0);
}
