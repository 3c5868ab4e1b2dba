# The wheel: it is made, holds the package and nothing else, is linked with the libraries that
# docs/python says, and works where there is nothing of the repository.
cmake_minimum_required(VERSION 3.25)

include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

# The build folder stays, so that a second run compiles what changed.
file(REMOVE_RECURSE ${WORK}/wheel ${WORK}/site ${WORK}/empty)
run(${PYTHON} -m pip wheel ${SOURCE} --no-deps --no-build-isolation --wheel-dir ${WORK}/wheel
    --config-settings=build-dir=${WORK}/build)
file(GLOB wheel ${WORK}/wheel/*)
if(NOT wheel MATCHES "/pantile-[0-9.]+-cp[0-9]+-cp[0-9]+-linux_[a-z0-9_]+\\.whl$")
  message(FATAL_ERROR "expected one wheel, found: ${wheel}")
endif()

file(ARCHIVE_EXTRACT INPUT ${wheel} DESTINATION ${WORK}/site)
file(GLOB_RECURSE files RELATIVE ${WORK}/site ${WORK}/site/*)
file(GLOB_RECURSE wanted RELATIVE ${SOURCE}/python
     ${SOURCE}/python/pantile/*.py ${SOURCE}/python/pantile/*.pyi)
foreach(file ${wanted} pantile/py.typed)
  if(NOT file IN_LIST files)
    message(FATAL_ERROR "the wheel lacks ${file}")
  endif()
endforeach()
foreach(file ${files})
  if(NOT file IN_LIST wanted AND NOT file STREQUAL "pantile/py.typed"
     AND NOT file MATCHES "^pantile/_native\\.[^/]*\\.so$"
     AND NOT file MATCHES "^pantile-[0-9.]+\\.dist-info/(METADATA|WHEEL|RECORD|licenses/LICENSE)$")
    message(FATAL_ERROR "the wheel holds ${file}")
  endif()
endforeach()

file(GLOB module ${WORK}/site/pantile/_native.*.so)
run(readelf -d ${module})
if(out MATCHES "R(UN)?PATH")
  message(FATAL_ERROR "the module looks for libraries where it was built:\n${out}")
endif()
file(READ ${SOURCE}/docs/python/index.md guide)
string(REGEX MATCHALL "\\(NEEDED\\)[^\n]*\\[[^]]*" needed "${out}")
foreach(entry ${needed})
  string(REGEX REPLACE ".*\\[([a-z_A-Z+]+).*" "\\1" name "${entry}")
  string(REPLACE "libgcc_s" "libgcc" name "${name}")
  string(FIND "${guide}" "${name}" at)
  if(at EQUAL -1 AND NOT name MATCHES "^(libc|libm|ld)$")
    message(FATAL_ERROR "the module needs ${name}, of which docs/python/index.md says nothing")
  endif()
endforeach()

file(MAKE_DIRECTORY ${WORK}/empty)
execute_process(
  COMMAND env -i PATH=/usr/bin:/bin PYTHONPATH=${WORK}/site
          ${PYTHON} ${CMAKE_CURRENT_LIST_DIR}/use_wheel.py
  WORKING_DIRECTORY ${WORK}/empty RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "the wheel does not work:\n${out}")
endif()
message(STATUS "${wheel}: ${out}")
