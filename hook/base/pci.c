/* SPDX-License-Identifier: MIT */
#include "base/pci.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

uint32_t pci_hex_read(int directory, const char *name)
{
    CLEANUP_FREE char *text = NULL;
    size_t size;
    uint32_t value = 0;

    if (file_read_at(directory, name, 64, &text, &size) < 0 || strncmp(text, "0x", 2) != 0)
        return 0;
    text[strcspn(text, "\n")] = '\0';
    (void)text_to_u32(text + 2, 16, UINT32_MAX, &value);
    return value;
}

void pci_link_read(int directory, const char *link, char *ret, size_t size)
{
    char target[PATH_MAX];
    ssize_t length = readlinkat(directory, link, target, sizeof(target) - 1);

    ret[0] = '\0';
    if (length <= 0)
        return;
    target[length] = '\0';
    const char *slash = strrchr(target, '/');
    text_printable(ret, size, slash ? slash + 1 : target);
}

const char *pci_module_for(uint32_t vendor_id, uint32_t device_id)
{
    /* By vendor; the first row that fits. */
    static const struct {
        uint32_t vendor_id;
        uint32_t first_id, last_id; /* of devices */
        const char *module;
    } rows[] = {
        /* Lunar Lake, Battlemage and Panther Lake have no other (include/drm/intel/pciids.h). */
        {PCI_VENDOR_INTEL, 0x6420, 0x64b0, "xe"}, {PCI_VENDOR_INTEL, 0xb080, 0xb0ff, "xe"},
        {PCI_VENDOR_INTEL, 0xe202, 0xe223, "xe"}, {PCI_VENDOR_INTEL, 0, 0xffff, "i915"},
        {PCI_VENDOR_AMD, 0, 0xffff, "amdgpu"},    {0x10de, 0, 0xffff, "nouveau"},
        {0x1af4, 0, 0xffff, "virtio_gpu"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].vendor_id == vendor_id && device_id >= rows[i].first_id &&
            device_id <= rows[i].last_id)
            return rows[i].module;
    return NULL;
}
