# The licences of the archive, without its programs: of the libraries that PROGRAM needs.
cmake_minimum_required(VERSION 3.25)

include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/check_licences.cmake)
include(${SOURCE}/cmake/portable/licences.cmake)

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK}/root/lib)
libraries_of(${PROGRAM})
foreach(name ${libraries})
  if(NOT name MATCHES "^(ld-linux|libpantile|lib(c|m)\\.so)")
    file(TOUCH ${WORK}/root/lib/${name})
  endif()
endforeach()
write_licences(${WORK}/root ${LIBRARY_FOLDER} libcli11-dev nlohmann-json3-dev)
check_licences(${WORK}/root)
foreach(text libcli11-dev nlohmann-json3-dev)
  if(NOT EXISTS ${WORK}/root/share/licenses/${text}.txt)
    message(FATAL_ERROR "the licence of ${text} is missing")
  endif()
endforeach()

# A library of nobody's ends the packing.
file(TOUCH ${WORK}/root/lib/libnobody.so.1)
file(WRITE ${WORK}/pack.cmake "include(${SOURCE}/cmake/portable/licences.cmake)
write_licences(${WORK}/root ${LIBRARY_FOLDER})\n")
execute_process(COMMAND ${CMAKE_COMMAND} -P ${WORK}/pack.cmake
  RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
if(code EQUAL 0 OR NOT out MATCHES "libnobody.so.1: whose it is")
  message(FATAL_ERROR "a library without a licence was packed:\n${out}")
endif()
