#include "config/scan.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define CONFIG_MAX (1u << 20)

const char *config_value(const char *line, const char *key)
{
    size_t length = strlen(key);

    if (strncmp(line, key, length) != 0)
        return NULL;
    line += length;
    line += strspn(line, " \t");
    if (*line != '=')
        return NULL;
    line++;
    return line + strspn(line, " \t");
}

/* "/dev/dri" and "/dev/dri/renderD128", not "/dev/dri/card0", which this hook leaves alone. */
static bool is_render_source(const char *source)
{
    static const char folder[] = "/dev/dri";
    static const char node[] = "/renderD";

    if (strncmp(source, folder, strlen(folder)) != 0)
        return false;
    source += strlen(folder);
    if (strncmp(source, node, strlen(node)) == 0) {
        source += strlen(node);
        source += strspn(source, "0123456789");
    }
    return *source == ' ' || *source == '\t';
}

static void entry_take(const char *line, const char *source, struct config_lines *ret)
{
    ret->brings_dri |= strstr(source, "dev/dri") != NULL;
    if (is_render_source(source) && ret->entry_count < CONFIG_ENTRIES_MAX)
        text_printable(ret->entries[ret->entry_count++], CONFIG_LINE_SIZE, line);
}

static void line_take(const char *line, struct config_lines *ret)
{
    const char *entry = config_value(line, "lxc.mount.entry");
    const char *rule = config_value(line, "lxc.cgroup2.devices.allow");
    const char *rule_v1 = config_value(line, "lxc.cgroup.devices.allow");
    const char *include = config_value(line, "lxc.include");

    if (entry)
        entry_take(line, entry, ret);
    if (rule && !ret->rule[0])
        text_printable(ret->rule, sizeof(ret->rule), line);
    if (rule && strncmp(rule, "c 226", 5) == 0)
        ret->has_drm_rule = true;
    if (include && strstr(include, "/gpu-privileged.conf"))
        ret->is_for_privileged = true;
    if (rule_v1 && strncmp(rule_v1, "c 226", 5) == 0 && !ret->rule_v1[0])
        text_printable(ret->rule_v1, sizeof(ret->rule_v1), line);
}

void config_scan_text(char *text, struct config_lines *ret)
{
    char *rest = NULL;

    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        line_take(line + strspn(line, " \t"), ret);
}

void config_scan(const char *config_file, struct config_lines *ret)
{
    CLEANUP_FREE char *text = NULL;
    struct stat st;
    size_t size;

    config_lines_init(ret);
    if (!config_file || file_read_at(AT_FDCWD, config_file, CONFIG_MAX, &text, &size) < 0)
        return;
    ret->file = config_file;
    ret->is_roots = stat(config_file, &st) == 0 && st.st_uid == 0;
    config_scan_text(text, ret);
}
