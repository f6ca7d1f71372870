# SPDX-License-Identifier: MIT
# What a package holds beside its program: manual page, changelog, copyright, bash completion.

find_program(GZIP gzip REQUIRED)

# install_compressed(FILE DESTINATION NAME COMPONENT): FILE as DESTINATION/NAME.gz. Debian's policy wants
# manual pages and changelogs compressed so (12.1, 12.7); -n keeps the time of the build out.
function(install_compressed file destination name component)
  set(result ${CMAKE_CURRENT_BINARY_DIR}/compressed/${component}/${name}.gz)
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/compressed/${component})
  add_custom_command(OUTPUT ${result}
    COMMAND ${GZIP} -9nc ${file} > ${result} DEPENDS ${file} VERBATIM)
  add_custom_target(compressed-${component}-${name} ALL DEPENDS ${result})
  install(FILES ${result} DESTINATION ${destination} COMPONENT ${component})
endfunction()

# with_installed_paths(FILE RESULT): a copy of FILE for this installation. The sources name the folders of the Debian
# package, so that their lines can be pasted as they stand.
function(with_installed_paths file result)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} text)
  string(REGEX REPLACE "/usr/bin/(lxc[\\]?-gpu)" "${CMAKE_INSTALL_FULL_BINDIR}/\\1" text "${text}")
  string(REGEX REPLACE "/usr/libexec/(lxc[\\]?-gpu)" "${CMAKE_INSTALL_FULL_LIBEXECDIR}/\\1" text "${text}")
  string(REPLACE "/usr/share/lxc/config/gpu" "${CMAKE_INSTALL_FULL_DATADIR}/lxc/config/gpu" text "${text}")
  string(REPLACE "/usr/share/doc/lxc-gpu" "${CMAKE_INSTALL_FULL_DATADIR}/doc/lxc-gpu" text "${text}")
  file(WRITE ${result} "${text}")
endfunction()

# install_manual(FILE COMPONENT): FILE ends in the number of its section. What the guest's manual names lies on a host,
# of whose folders nothing is known here.
function(install_manual file component)
  get_filename_component(name ${file} NAME)
  string(REGEX MATCH "[0-9]$" section ${name})
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  if(component STREQUAL host)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/manual/${name})
    with_installed_paths(${CMAKE_CURRENT_SOURCE_DIR}/${file} ${source})
  endif()
  install_compressed(${source} ${CMAKE_INSTALL_MANDIR}/man${section} ${name} ${component})
endfunction()

# install_completion(FILE PROGRAM COMPONENT): bash-completion loads the file that is named as the program.
function(install_completion file program component)
  install(FILES ${file} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME ${program}
    COMPONENT ${component})
endfunction()
