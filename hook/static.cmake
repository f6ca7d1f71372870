# SPDX-License-Identifier: MIT
# lxc-gpu-hook runs at every start of every container, and most of what a small dynamic program costs is the
# loading of its libraries. As a static-pie it starts in four fifths of the time of /bin/true, and no loader reads LD_*
# or /etc/ld.so.* on root's behalf. Sets STATIC_PIE and LIBCAP_TO_LINK. Where the archives of libc or libcap are
# missing (Debian has them in libc6-dev and libcap-dev) the hook is linked as usual, which is slower and nothing else.
include(CheckCSourceCompiles)

option(HOOK_STATIC "Link lxc-gpu-hook as a static-pie where that is possible" ON)
find_library(LIBCAP_ARCHIVE libcap.a HINTS ${LIBCAP_LIBRARY_DIRS})
set(CMAKE_REQUIRED_FLAGS -fPIE)
set(CMAKE_REQUIRED_LINK_OPTIONS -static-pie)
check_c_source_compiles("int main(void) { return 0; }" HAVE_STATIC_PIE)
unset(CMAKE_REQUIRED_FLAGS)
unset(CMAKE_REQUIRED_LINK_OPTIONS)

set(STATIC_PIE OFF)
set(LIBCAP_TO_LINK PkgConfig::LIBCAP)
if(HOOK_STATIC AND HAVE_STATIC_PIE AND LIBCAP_ARCHIVE AND NOT SANITIZE)
  set(STATIC_PIE ON)
  set(LIBCAP_TO_LINK ${LIBCAP_ARCHIVE})
elseif(HOOK_STATIC AND NOT SANITIZE)
  message(STATUS "lxc-gpu-hook is linked dynamically: no static-pie with libcap here")
endif()
