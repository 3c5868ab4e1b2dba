# pantile_room(<name> [PUBLIC deps…] [PRIVATE deps…]): one library from the .cc files of this
# folder, one test program from its *_test.cc. `name` is the path below src with _ for /.
function(pantile_room name)
  cmake_parse_arguments(ARG "" "" "PUBLIC;PRIVATE;TEST" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  set(test_sources ${sources})
  list(FILTER test_sources INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")

  if(sources)
    add_library(pantile_${name} STATIC ${sources})
    target_include_directories(pantile_${name} PUBLIC
      $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
    target_link_libraries(pantile_${name} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE} $<BUILD_INTERFACE:pantile_options>)
  else()  # headers only
    add_library(pantile_${name} INTERFACE)
    target_include_directories(pantile_${name} INTERFACE
      $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
    target_link_libraries(pantile_${name} INTERFACE ${ARG_PUBLIC})
  endif()
  add_library(pantile::${name} ALIAS pantile_${name})

  if(PANTILE_BUILD_TESTS AND test_sources)
    add_executable(${name}_test ${test_sources})
    target_link_libraries(${name}_test PRIVATE pantile_${name} ${ARG_PRIVATE} ${ARG_TEST} pantile_options GTest::gtest_main)
    gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST)
  endif()
endfunction()
