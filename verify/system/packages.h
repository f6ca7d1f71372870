/* Reading the databases of dpkg and APT; see facts/packages.h. */
#ifndef VERIFY_SYSTEM_PACKAGES_H
#define VERIFY_SYSTEM_PACKAGES_H

#include "facts/packages.h"

/* What cannot be read stays unknown. Lists of backports count as no offer: APT keeps away from
 * them. Takes some 50 ms where the lists are large, so only for what failed. */
void packages_collect(struct package_facts *ret);

#endif
