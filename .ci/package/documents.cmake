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

# install_manual(FILE COMPONENT): FILE ends in the number of its section.
function(install_manual file component)
  get_filename_component(name ${file} NAME)
  string(REGEX MATCH "[0-9]$" section ${name})
  install_compressed(${CMAKE_CURRENT_SOURCE_DIR}/${file} ${CMAKE_INSTALL_MANDIR}/man${section} ${name}
    ${component})
endfunction()

# install_completion(FILE PROGRAM COMPONENT): bash-completion loads the file that is named as the program.
function(install_completion file program component)
  install(FILES ${file} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME ${program}
    COMPONENT ${component})
endfunction()
