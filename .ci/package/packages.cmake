# SPDX-License-Identifier: MIT
# Two Debian packages, one a component: host (lxc-gpu) and guest (gpu-verify). Made in the build folder by
#   cmake -B build && cmake --build build && cmake --build build --target deb

set(PACKAGE_host lxc-gpu)
set(PACKAGE_guest gpu-verify)
# Sorts before a revision of Debian's own for the same version, which would start at 1.
set(REVISION 0.1)
set(CPACK_PACKAGE_CONTACT "lxc-gpu-hook maintainers <maintainers@lxc-gpu-hook.example.org>" CACHE STRING
  "Maintainer field of the packages")

# The time of everything in the packages: of the commit, or of the changelog where the source is no clone.
set(EPOCH $ENV{SOURCE_DATE_EPOCH})
if(NOT EPOCH)
  execute_process(COMMAND git -c safe.directory=${PROJECT_SOURCE_DIR} log -1 --format=%ct
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE EPOCH OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET
    RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    file(TIMESTAMP ${PROJECT_SOURCE_DIR}/CHANGELOG.md EPOCH "%s" UTC)
  endif()
endif()
set(epoch_of_user "$ENV{SOURCE_DATE_EPOCH}")
set(ENV{SOURCE_DATE_EPOCH} ${EPOCH}) # string(TIMESTAMP) heeds it
string(TIMESTAMP DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)
set(ENV{SOURCE_DATE_EPOCH} "${epoch_of_user}")

# LICENSE is a title, the line that says whose, and the terms; in a copyright file terms are indented and
# an empty line is a dot.
file(READ ${PROJECT_SOURCE_DIR}/LICENSE LICENSE_TEXT)
string(REGEX MATCH "Copyright \\(c\\) ([^\n]+)" ignored "${LICENSE_TEXT}")
set(COPYRIGHT "${CMAKE_MATCH_1}")
string(REGEX REPLACE "^.*Copyright[^\n]+\n\n" "" LICENSE_TEXT "${LICENSE_TEXT}")
string(STRIP "${LICENSE_TEXT}" LICENSE_TEXT)
string(REPLACE "\n\n" "\n.\n" LICENSE_TEXT "${LICENSE_TEXT}")
string(REPLACE "\n" "\n " LICENSE_TEXT " ${LICENSE_TEXT}")

set(CPACK_COMPONENTS_ALL)
foreach(component host guest)
  if((component STREQUAL host AND NOT BUILD_HOOK) OR (component STREQUAL guest AND NOT BUILD_VERIFY))
    continue()
  endif()
  list(APPEND CPACK_COMPONENTS_ALL ${component})
  set(PACKAGE ${PACKAGE_${component}})
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/package/${PACKAGE})
  configure_file(${CMAKE_CURRENT_LIST_DIR}/changelog.in ${folder}/changelog @ONLY)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/copyright.in ${folder}/copyright @ONLY)
  set(documents ${CMAKE_INSTALL_DATADIR}/doc/${PACKAGE})
  install(FILES ${folder}/copyright DESTINATION ${documents} COMPONENT ${component})
  install_compressed(${folder}/changelog ${documents} changelog.Debian ${component})
  install_compressed(${PROJECT_SOURCE_DIR}/CHANGELOG.md ${documents} changelog ${component})
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${PACKAGE})
  set(CPACK_DEBIAN_${upper}_FILE_NAME DEB-DEFAULT)
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ${PROJECT_NAME})
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
# Else it would become the first line of both descriptions.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${REVISION})
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)

set(CPACK_DEBIAN_HOST_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_HOST_PACKAGE_RECOMMENDS "lxc | lxc-pve | incus, gpu-verify")
set(CPACK_DEBIAN_HOST_DESCRIPTION "GPU render nodes in unprivileged LXC containers
A hook for LXC that gives a container the render nodes of the host's GPUs at
each start, owned by the container's own render group, and proves that they can
be opened. One include line in the container's config is all there is to do.

Nothing on the host is changed. lxc-gpu-hook also says in advance whether a
start would succeed, and computes the id map that a container started by an
ordinary user needs.")

set(CPACK_DEBIAN_GUEST_PACKAGE_SECTION video)
# Loaded while the program runs, so nothing else names them.
set(CPACK_DEBIAN_GUEST_PACKAGE_DEPENDS "libva2, libva-drm2")
set(CPACK_DEBIAN_GUEST_PACKAGE_SUGGESTS
  "intel-media-va-driver | i965-va-driver | intel-media-va-driver-non-free, mesa-va-drivers")
set(CPACK_DEBIAN_GUEST_DESCRIPTION "check that the GPU really encodes video here
Encodes H.264 on the GPU through VA-API, checks the stream, decodes it and
compares the pictures. When that fails, it names the cause and prints the lines
that fix it: in an LXC, Docker or Podman container, in a virtual machine, and
on an ordinary computer.

It needs neither ffmpeg nor vainfo.")

# The units end with the package.
set(scripts ${CMAKE_CURRENT_BINARY_DIR}/package/scripts)
foreach(script prerm postrm)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/lxc-gpu.${script} ${scripts}/${script} COPYONLY)
  list(APPEND CPACK_DEBIAN_HOST_PACKAGE_CONTROL_EXTRA ${scripts}/${script})
endforeach()

include(CPack)

# The files name their own places (documents.cmake), and a package's are below /usr.
if(NOT CMAKE_INSTALL_PREFIX STREQUAL CPACK_PACKAGING_INSTALL_PREFIX)
  set(REFUSAL COMMAND ${CMAKE_COMMAND} -E echo "Debian packages need -DCMAKE_INSTALL_PREFIX=/usr"
    COMMAND ${CMAKE_COMMAND} -E false)
endif()
add_custom_target(deb ${REFUSAL} COMMAND ${CMAKE_CURRENT_LIST_DIR}/make-deb ${CMAKE_BINARY_DIR} ${EPOCH}
    ${PROJECT_SOURCE_DIR} ${PROJECT_VERSION} USES_TERMINAL VERBATIM)
