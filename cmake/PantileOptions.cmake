# Compiler settings that every target shares.
find_package(GTest QUIET)  # a machine set up only to run the program has none
option(PANTILE_BUILD_TESTS "Build the tests" ${GTest_FOUND})
option(PANTILE_BUILD_BENCH "Build the benchmarks" OFF)
set(PANTILE_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")
set(PANTILE_FUZZ OFF CACHE BOOL "Build the libFuzzer targets; needs clang")

set(PANTILE_PYTHON "" CACHE FILEPATH "Python with the packages of scripts/requirements-test.txt")
if(NOT PANTILE_PYTHON AND EXISTS ${PROJECT_SOURCE_DIR}/.venv/bin/python)
  set_property(CACHE PANTILE_PYTHON PROPERTY VALUE ${PROJECT_SOURCE_DIR}/.venv/bin/python)
endif()
# The module is built where it can be tested. (Sanitizers want their library in the interpreter.)
set(build_python OFF)
if(PANTILE_BUILD_TESTS AND PANTILE_PYTHON AND NOT PANTILE_SANITIZE AND NOT PANTILE_FUZZ
   AND NOT PANTILE_PORTABLE)
  execute_process(COMMAND ${PANTILE_PYTHON} -c "import nanobind" RESULT_VARIABLE failed ERROR_QUIET)
  set(Python_EXECUTABLE ${PANTILE_PYTHON})  # the headers of this one, not of the first on PATH
  find_package(Python 3.11 QUIET COMPONENTS Interpreter Development.Module)
  if(NOT failed AND Python_Development.Module_FOUND)
    set(build_python ON)
  endif()
endif()
option(PANTILE_BUILD_PYTHON "Build the Python module; needs nanobind" ${build_python})

# Warnings are errors with the compilers the tests run with; another one may know other warnings.
set(known_compiler OFF)
if((CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
   OR (CMAKE_CXX_COMPILER_ID STREQUAL Clang AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 20))
  set(known_compiler ON)
endif()
option(PANTILE_WERROR "Treat warnings as errors" ${known_compiler})

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

add_library(pantile_options INTERFACE)
# Contraction would make a pixel depend on the target: off everywhere, fma only where written.
target_compile_options(pantile_options INTERFACE -ffp-contract=off -Wall -Wextra -Wshadow)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # Both fire on plain std::vector::insert and std::string + in optimised code (GCC bugs 105329
  # and 105651); the address sanitizer finds the real ones.
  target_compile_options(pantile_options INTERFACE -Wno-stringop-overflow -Wno-restrict)
endif()
if(PANTILE_WERROR)
  target_compile_options(pantile_options INTERFACE -Werror)
endif()
if(PANTILE_SANITIZE)
  target_compile_options(pantile_options INTERFACE -fsanitize=${PANTILE_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(pantile_options INTERFACE -fsanitize=${PANTILE_SANITIZE})
  if(PANTILE_SANITIZE MATCHES undefined)
    # Otherwise a finding is only a line on stderr of a test that passes.
    target_compile_options(pantile_options INTERFACE -fno-sanitize-recover=undefined)
  endif()
endif()
if(PANTILE_FUZZ)
  target_compile_options(pantile_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
