# Run by cpack after it has made the packages (CMake 3.19 and later): makes them again with dpkg-deb. cpack
# counts folders into Installed-Size as long as the file system at hand says they are, and keeps the
# folders' modes that the builder's umask left; with this the bytes depend on neither.

# installed_size(FOLDER RESULT): in KiB, counted as dpkg-gencontrol(1) does: each file rounded up, 1 for
# anything else.
function(installed_size folder result)
  set(size 0)
  file(GLOB_RECURSE entries LIST_DIRECTORIES true ${folder}/*)
  list(FILTER entries EXCLUDE REGEX "/DEBIAN(/|$)")
  foreach(entry IN LISTS entries)
    set(bytes 1)
    if(NOT IS_DIRECTORY ${entry} AND NOT IS_SYMLINK ${entry})
      file(SIZE ${entry} bytes)
    endif()
    math(EXPR size "${size} + (${bytes} + 1023) / 1024")
  endforeach()
  set(${result} ${size} PARENT_SCOPE)
endfunction()

find_program(DPKG_DEB dpkg-deb REQUIRED)
foreach(package IN LISTS CPACK_PACKAGE_FILES)
  set(folder ${package}.unpacked)
  file(REMOVE_RECURSE ${folder})
  execute_process(COMMAND ${DPKG_DEB} -R ${package} ${folder} COMMAND_ERROR_IS_FATAL ANY)
  file(CHMOD_RECURSE ${folder} DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  installed_size(${folder} size)
  file(READ ${folder}/DEBIAN/control control)
  string(REGEX REPLACE "Installed-Size: [0-9]+" "Installed-Size: ${size}" control "${control}")
  file(WRITE ${folder}/DEBIAN/control "${control}")
  execute_process(COMMAND ${DPKG_DEB} --root-owner-group -Zxz -b ${folder} ${package}
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  file(REMOVE_RECURSE ${folder})
endforeach()
