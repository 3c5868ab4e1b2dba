# The preset `portable`: an archive that runs on another x86-64 Linux with glibc as old as the build
# machine's (2.36 on Debian 12) and nothing else; for a GPU, NVIDIA's driver. The program, the tests
# and benchmarks that need a GPU, their shared libraries beside them, and the kernels of the tests,
# so that they need no NVRTC.
# Wants scripts/setup --tests and --cuda.
option(PANTILE_PORTABLE "Pack an archive that runs on other machines, with `cpack`" OFF)
if(NOT PANTILE_PORTABLE)
  return()
endif()

if(NOT PANTILE_NVCC)
  message(FATAL_ERROR "The portable archive has the built-in formulas' kernels in it, which needs "
                      "nvcc: run scripts/setup --cuda")
endif()
set(programs pantile pantile_gpu_test pantile_gpu_bench)
# In DT_RPATH, not DT_RUNPATH: the libraries look for each other there too.
foreach(program ${programs})
  target_link_options(${program} PRIVATE -Wl,--disable-new-dtags)
  set_target_properties(${program} PROPERTIES INSTALL_RPATH "$ORIGIN/../lib")
endforeach()
install(TARGETS ${programs} RUNTIME_DEPENDENCY_SET portable_libraries
  RUNTIME DESTINATION bin COMPONENT portable)
install(RUNTIME_DEPENDENCY_SET portable_libraries
  DESTINATION lib COMPONENT portable
  PRE_EXCLUDE_REGEXES "^ld-linux" "^lib(c|m|dl|rt|pthread)\\.so")
install(FILES ${PROJECT_SOURCE_DIR}/cmake/portable/README.md ${PROJECT_SOURCE_DIR}/LICENSE
  DESTINATION . COMPONENT portable)
# After the libraries, whose licences it looks for; then those of what is compiled into the programs.
install(CODE "
  include(${PROJECT_SOURCE_DIR}/cmake/portable/licences.cmake)
  write_licences(\"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}\" ${CMAKE_LIBRARY_ARCHITECTURE}
                 libcli11-dev nlohmann-json3-dev libtomlplusplus-dev libgtest-dev)"
  COMPONENT portable)
install(PROGRAMS ${PROJECT_SOURCE_DIR}/tests/gpu/gpu-check DESTINATION . COMPONENT portable)

if(PANTILE_NVRTC)
  set(kernels ${PROJECT_BINARY_DIR}/kernels)
  list(TRANSFORM PANTILE_CUDA_GENERATIONS PREPEND sm_ OUTPUT_VARIABLE architectures)
  list(APPEND architectures compute_75)  # for all others
  add_custom_command(
    OUTPUT ${kernels}.done
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${kernels}
    COMMAND pantile_gpu_kernels ${kernels} ${PANTILE_NVRTC} ${architectures}
    COMMAND ${CMAKE_COMMAND} -E env PANTILE_PACKED_KERNELS=${kernels}
            $<TARGET_FILE:pantile_gpu_test> --gtest_filter=PackedKernels.* --gtest_brief=1
    COMMAND ${CMAKE_COMMAND} -E touch ${kernels}.done
    DEPENDS pantile_gpu_kernels pantile_gpu_test VERBATIM COMMENT "Compiling the kernels of the GPU tests")
  add_custom_target(gpu_kernels DEPENDS ${kernels}.done)
  install(DIRECTORY ${kernels} DESTINATION share/pantile COMPONENT portable)
else()
  message(FATAL_ERROR "The portable archive takes the compiled kernels of its tests along, which "
                      "needs NVRTC: run scripts/setup --tests")
endif()
add_custom_target(portable DEPENDS ${programs} gpu_kernels)

set(CPACK_GENERATOR TGZ)
set(CPACK_COMPONENTS_ALL portable)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_COMPONENT_INCLUDE_TOPLEVEL_DIRECTORY ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_PACKAGING_INSTALL_PREFIX /)
set(CPACK_ARCHIVE_FILE_NAME pantile-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_PACKAGE_FILE_NAME ${CPACK_ARCHIVE_FILE_NAME})
