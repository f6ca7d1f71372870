# SPDX-License-Identifier: MIT
# One directory is one library, and it can include only what it is linked to.

# layer(DIRECTORY PREFIX [LINK LIBRARY...] SOURCES FILE...): the library PREFIX_DIRECTORY of the files in DIRECTORY. Whoever
# links it can write #include "DIRECTORY/file.h", and nobody else: the include root of each library is a directory in
# the build that holds one link, to DIRECTORY. base is not a part of one program: layer(base "" ...) makes the library base.
function(layer directory prefix)
  cmake_parse_arguments(PARSE_ARGV 2 LAYER "" "" "LINK;SOURCES")
  set(name ${prefix}_${directory})
  if(NOT prefix)
    set(name ${directory})
  endif()
  list(TRANSFORM LAYER_SOURCES PREPEND ${directory}/)
  add_library(${name} STATIC ${LAYER_SOURCES})
  layer_includes(${name} ${directory})
  target_link_libraries(${name} PUBLIC project_flags ${LAYER_LINK})
endfunction()

# layer_headers(NAME FILE [LINK LIBRARY...]): the same for one header that lies beside the directories, or for a directory
# without code.
function(layer_headers name path)
  cmake_parse_arguments(PARSE_ARGV 2 LAYER "" "" "LINK")
  add_library(${name} INTERFACE)
  layer_includes(${name} ${path})
  target_link_libraries(${name} INTERFACE project_flags ${LAYER_LINK})
endfunction()

function(layer_includes name path)
  set(root ${CMAKE_BINARY_DIR}/include/${name})
  file(REMOVE_RECURSE ${root})
  file(MAKE_DIRECTORY ${root})
  get_filename_component(link ${path} NAME)
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${path} ${root}/${link} SYMBOLIC)
  get_target_property(type ${name} TYPE)
  if(type STREQUAL INTERFACE_LIBRARY)
    target_include_directories(${name} INTERFACE ${root})
  else()
    target_include_directories(${name} PUBLIC ${root})
  endif()
endfunction()
