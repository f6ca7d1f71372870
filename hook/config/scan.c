#include "config/scan.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "config/include.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

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

static void line_take(const char *line, const char *key, const char *value,
                      struct config_lines *ret)
{
    bool is_drm = strncmp(value, "c 226", 5) == 0;

    if (text_is_equal(key, "lxc.mount.entry"))
        entry_take(line, value, ret);
    if (text_is_equal(key, "lxc.cgroup2.devices.allow"))
        ret->has_drm_rule |= is_drm;
    if (text_is_equal(key, "lxc.cgroup.devices.allow") && is_drm && !ret->rule_v1[0])
        text_printable(ret->rule_v1, sizeof(ret->rule_v1), line);
}

void config_scan_text(const char *text, struct config_lines *ret)
{
    const char *next = text;
    const char *end = text + strlen(text);
    char key[64];
    char value[PATH_MAX];

    for (const char *line = text;
         config_line_next(&next, end, key, sizeof(key), value, sizeof(value)); line = next) {
        char whole[CONFIG_LINE_SIZE];
        line += strspn(line, " \t");
        snprintf(whole, sizeof(whole), "%.*s", (int)strcspn(line, "\n"), line);
        if (key[0])
            line_take(whole, key, value, ret);
    }
}

void config_scan_known(const char *file, bool is_roots, const char *text, struct config_lines *ret)
{
    config_lines_init(ret);
    ret->file = file;
    ret->is_roots = is_roots;
    config_scan_text(text, ret);
}

void config_scan(const char *config_file, struct config_lines *ret)
{
    CLEANUP_FREE char *text = NULL;
    struct stat st;
    size_t size;

    config_lines_init(ret);
    if (!config_file || file_read_at(AT_FDCWD, config_file, CONFIG_MAX, &text, &size) < 0)
        return;
    config_scan_known(config_file, stat(config_file, &st) == 0 && st.st_uid == 0, text, ret);
}
