#include "system/packages.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

#define STATUS_MAX ((size_t)64 << 20)
#define LIST_MAX   ((size_t)256 << 20)

static bool is_list(const char *name)
{
    static const char end[] = "_Packages";
    size_t length = strlen(name);

    return length > strlen(end) && strcmp(name + length - strlen(end), end) == 0 &&
           !strstr(name, "-backports") && !strstr(name, "_experimental_");
}

static void lists_collect(struct package_facts *ret)
{
    CLEANUP_DIR DIR *dir = opendir("/var/lib/apt/lists");
    const struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        CLEANUP_FREE char *text = NULL;
        size_t size;
        if (is_list(entry->d_name) &&
            file_read_at(dirfd(dir), entry->d_name, LIST_MAX, &text, &size) == 0)
            debian_list_parse(text, ret);
    }
}

void packages_collect(struct package_facts *ret)
{
    CLEANUP_FREE char *text = NULL;
    size_t size;

    memset(ret, 0, sizeof(*ret));
    if (file_read_at(AT_FDCWD, "/var/lib/dpkg/status", STATUS_MAX, &text, &size) < 0)
        return;
    debian_status_parse(text, ret);
    lists_collect(ret);
}
