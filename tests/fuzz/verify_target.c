/*
 * What gpu-verify reads that others have written: the container's files, the kernel's lists, the
 * command line, a driver's messages. The first byte says which parser eats the rest.
 */
#include "base/json.h"
#include "cli/options.h"
#include "exit_status.h"
#include "judge/words.h"
#include "system/access.h"
#include "system/around.h"
#include "system/mounts.h"
#include "system/names.h"
#include "va/messages.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 24

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

__attribute__((noreturn)) static void broken(const char *promise)
{
    fprintf(stderr, "broken promise: %s\n", promise);
    abort();
}

static void eat_id_map(char *text)
{
    struct idmap map;

    (void)idmap_parse(text, &map);
    (void)idmap_has(&map, 107);
    if (idmap_is_initial(&map) && !idmap_has(&map, 65534))
        broken("the first user namespace has every id");
}

static void eat_mountinfo(char *text)
{
    struct mount_entry entry;
    char line[64];

    if (mounts_find(text, "/dev/dri/renderD128", &entry) &&
        strncmp("/dev/dri/renderD128", entry.point, strlen(entry.point)) != 0)
        broken("the mount is above the path");
    if (mounts_root_line(text, line, sizeof(line)) &&
        (strlen(line) >= sizeof(line) || strchr(line, '\n')))
        broken("the line of the root mount is more than a line");
    if (around_differs(text, text, "/dev/dri/renderD128"))
        broken("a table is like itself");
}

static void eat_names(char *text)
{
    static const struct idmap low = {1, {{0, 100000, 1000}}};
    char name[16] = "";
    uint32_t id;

    if (names_find(text, 107, name, sizeof(name)) && (!name[0] || strchr(name, ':')))
        broken("a name is one");
    (void)names_find_id(text, "render", &id);
    (void)names_group_lists(text, 107, "viewer");
    (void)names_primary_group(text, "viewer", &id);
    if (names_group_outside(text, "viewer", &low, name, sizeof(name), &id) && idmap_has(&low, id))
        broken("a group outside the map is not in it");
}

/* Words are separated by newlines. */
static void eat_arguments(char *text)
{
    static char program[] = "gpu-verify";
    char *words[WORDS_MAX + 2] = {program};
    struct options options;
    struct err err = {0};
    char *rest = NULL;
    int count = 1;

    for (char *word = strtok_r(text, "\n", &rest); word && count <= WORDS_MAX;
         word = strtok_r(NULL, "\n", &rest))
        words[count++] = word;
    if (options_parse(count, words, &options, &err) == 0) {
        if (options.timeout > TIMEOUT_MAX)
            broken("a deadline is one");
    } else if (err.status != STATUS_USAGE || !err.text[0]) {
        broken("wrong arguments are wrong use, and say so");
    }
}

static void eat_json(char *text)
{
    char *written = NULL;
    size_t size = 0;
    struct json json = {.out = open_memstream(&written, &size)};

    if (!json.out)
        return;
    json_open(&json, NULL, '{');
    json_string(&json, "text", text);
    json_close(&json, '}');
    if (fclose(json.out) != 0)
        return;
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)written[i] < ' ' && written[i] != '\n')
            broken("no control character is written as it is");
    free(written);
}

/* A message a line. */
static void eat_messages(char *text)
{
    static struct va_facts facts;
    char *rest = NULL;

    memset(&facts, 0, sizeof(facts));
    if (text_is_shell_word(text) && strpbrk(text, " ;|&$'\"\\`\n*?"))
        broken("a plain word is plain to every shell");
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        messages_take(&facts, line);
}

/* A cgroup file, or what systemctl shows. */
static void eat_unit(char *text)
{
    struct around_facts around = {0};
    char unit[16] = "";

    if (around_unit("0::/init.scope\n", text, unit, sizeof(unit)) &&
        (!unit[0] || strchr(unit, '/')))
        broken("a unit is a name");
    (void)around_unit(text, text, unit, sizeof(unit));
    around_settings(text, "/dev/dri/renderD128", &around);
    if (around.does_unit_deny && !around.is_unit_known)
        broken("only what is known denies");
}

#define EATERS 7U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const eaters[EATERS])(char *text) = {
        eat_id_map, eat_mountinfo, eat_names, eat_arguments, eat_json, eat_messages, eat_unit};
    char *text;

    if (size == 0)
        return 0;
    text = malloc(size);
    if (!text)
        return 0;
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    /* 'a' is the first. */
    eaters[(data[0] + 32 * EATERS - 'a') % EATERS](text);
    free(text);
    return 0;
}
