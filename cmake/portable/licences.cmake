# write_licences(<root> <library folder> <package…>): puts into <root>/share/licenses what the
# authors of the libraries in <root>/lib ask to be told with them, as Debian has it of the package
# that each library is from, and that of the packages named. README.md there has a line for each.
# Whatever has no such text is an error: the archive must not leave without it.
# `library folder` is where this machine's libraries lie, below /lib or /usr/lib: x86_64-linux-gnu.
cmake_minimum_required(VERSION 3.25)

function(write_licences root library_folder)
  find_program(DPKG_QUERY dpkg-query REQUIRED)
  set(licences ${root}/share/licenses)
  file(REMOVE_RECURSE ${licences})
  file(MAKE_DIRECTORY ${licences}/common-licenses)
  set(lines "")
  set(packages "")
  file(GLOB libraries RELATIVE ${root}/lib ${root}/lib/*.so*)
  foreach(library ${libraries})
    execute_process(COMMAND ${DPKG_QUERY} -S "*lib/${library_folder}/${library}"
      RESULT_VARIABLE code OUTPUT_VARIABLE found ERROR_VARIABLE error)
    string(REGEX REPLACE "[:,].*" "" package "${found}")
    if(code OR package STREQUAL "")
      message(FATAL_ERROR "lib/${library}: whose it is, and its licence, are not known: ${error}")
    endif()
    list(APPEND packages ${package})
    string(APPEND lines "| `lib/${library}` | [${package}](${package}.txt) |\n")
  endforeach()
  foreach(package ${ARGN})
    list(APPEND packages ${package})
    string(APPEND lines "| in the programs | [${package}](${package}.txt) |\n")
  endforeach()

  list(REMOVE_DUPLICATES packages)
  set(common "")
  foreach(package ${packages})
    set(text /usr/share/doc/${package}/copyright)
    if(NOT EXISTS ${text})
      message(FATAL_ERROR "${package} has no ${text}")
    endif()
    file(COPY_FILE ${text} ${licences}/${package}.txt)
    file(READ ${text} words)
    string(REGEX MATCHALL "/usr/share/common-licenses/[A-Za-z0-9.+-]*[A-Za-z0-9]" names "${words}")
    list(APPEND common ${names})
  endforeach()
  list(REMOVE_DUPLICATES common)
  foreach(text ${common})
    get_filename_component(name ${text} NAME)
    get_filename_component(real ${text} REALPATH)  # GPL is a link to the newest
    if(NOT EXISTS ${real})
      message(FATAL_ERROR "a licence refers to ${text}, which is not there")
    endif()
    file(COPY_FILE ${real} ${licences}/common-licenses/${name})
  endforeach()
  file(WRITE ${licences}/README.md
"# Licences of what lies beside Pantile

Pantile's own is in `LICENSE`. The libraries are Debian's, unchanged; each text is that of the \
Debian package. What they call `/usr/share/common-licenses` is in `common-licenses`.

| | |
|---|---|
${lines}")
endfunction()
