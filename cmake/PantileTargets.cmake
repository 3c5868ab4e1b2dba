# Umbrella targets; rooms add themselves.
add_custom_target(unit_tests)        # every room's test program
add_custom_target(concurrent_tests)  # those of the rooms where threads meet
set_property(GLOBAL PROPERTY PANTILE_ROOMS "")

# pantile_room(<name> [CONCURRENT] [PUBLIC deps…] [PRIVATE deps…] [TEST deps…]): one library from
# the .cc files of this folder, one test program from its *_test.cc. `name` is the path below src
# with _ for /. CONCURRENT rooms are the ones the thread sanitizer runs in CI.
function(pantile_room name)
  cmake_parse_arguments(ARG "CONCURRENT;SUBFOLDERS" "" "PUBLIC;PRIVATE;TEST" ${ARGN})
  set(patterns *.cc)
  if(ARG_SUBFOLDERS)
    list(APPEND patterns */*.cc)
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  set(test_sources ${sources})
  list(FILTER test_sources INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")

  if(sources)
    add_library(pantile_${name} STATIC ${sources})
    target_include_directories(pantile_${name} PUBLIC
      $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
    target_link_libraries(pantile_${name} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE} $<BUILD_INTERFACE:pantile_options>)
    set_property(GLOBAL APPEND PROPERTY PANTILE_ROOMS pantile_${name})
  else()  # headers only
    add_library(pantile_${name} INTERFACE)
    target_include_directories(pantile_${name} INTERFACE
      $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
    target_link_libraries(pantile_${name} INTERFACE ${ARG_PUBLIC})
  endif()
  add_library(pantile::${name} ALIAS pantile_${name})

  if(PANTILE_BUILD_TESTS AND test_sources)
    set(labels unit)
    if(ARG_CONCURRENT)
      list(APPEND labels concurrent)
    endif()
    pantile_test_program(${name}_test LABELS ${labels}
      SOURCES ${test_sources} LINK pantile_${name} ${ARG_PRIVATE} ${ARG_TEST})
    add_dependencies(unit_tests ${name}_test)
    if(ARG_CONCURRENT)
      add_dependencies(concurrent_tests ${name}_test)
    endif()
  endif()
endfunction()

# pantile_test_program(<target> SOURCES … LINK … [LABELS …]): a GoogleTest program whose every
# case is a ctest.
function(pantile_test_program target)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;LABELS" ${ARGN})
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE ${ARG_LINK} pantile_options GTest::gtest_main)
  # A list does not survive the way into the discovery script. ctest -L takes a pattern, so one
  # label "unit-concurrent" is found as either.
  string(JOIN "-" labels ${ARG_LABELS})
  # Several builds may be tested on one machine at a time.
  set(folder ${CMAKE_BINARY_DIR}/test_files)
  file(MAKE_DIRECTORY ${folder})
  # (A list does not survive here either: one variable by each property.)
  set(nvrtc)
  if(PANTILE_NVRTC AND NOT PANTILE_SANITIZE)
    set(nvrtc ENVIRONMENT_MODIFICATION "PANTILE_NVRTC=set:${PANTILE_NVRTC}")
  endif()
  gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "${labels}" TIMEOUT 600 ENVIRONMENT "TEST_TMPDIR=${folder}" ${nvrtc})
endfunction()

# pantile_pytest(<name> <file> [LABELS …]): the tests of one Python file as one ctest. They find
# the program in the environment variable PANTILE.
function(pantile_pytest name file)
  cmake_parse_arguments(ARG "" "" "LABELS" ${ARGN})
  add_test(NAME ${name}
    COMMAND ${PANTILE_PYTHON} -m pytest -q -rs -p no:cacheprovider --rootdir ${PROJECT_SOURCE_DIR}/tests ${file})
  set_tests_properties(${name} PROPERTIES
    ENVIRONMENT "PANTILE=$<TARGET_FILE:pantile>;PYTHONDONTWRITEBYTECODE=1"
    LABELS "${ARG_LABELS}" TIMEOUT 1200
    # Nothing of the file could run here: ctest says so.
    SKIP_REGULAR_EXPRESSION "(^|\n)[0-9]+ skipped in ")
endfunction()
