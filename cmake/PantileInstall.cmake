# What is installed and packaged: the program with its manual and completions, one shared library
# of all rooms, the public headers, and what find_package(pantile) reads.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(rooms GLOBAL PROPERTY PANTILE_ROOMS)
set(objects "")
foreach(room ${rooms})
  list(APPEND objects $<TARGET_OBJECTS:${room}>)
endforeach()
add_library(pantile_library SHARED ${objects})
add_library(pantile::pantile ALIAS pantile_library)
target_link_libraries(pantile_library PRIVATE ${rooms} pantile_options)
target_include_directories(pantile_library INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(pantile_library INTERFACE cxx_std_20)
set_target_properties(pantile_library PROPERTIES
  OUTPUT_NAME pantile EXPORT_NAME pantile LINKER_LANGUAGE CXX
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

# `product` is everything that is installed; scripts/build makes it.
add_custom_target(product ALL DEPENDS pantile_library)

install(TARGETS pantile_library EXPORT pantile LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/pantile DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/CHANGELOG.md
        ${PROJECT_SOURCE_DIR}/CONTRIBUTING.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs ${PROJECT_SOURCE_DIR}/examples
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/pantile)
install(EXPORT pantile NAMESPACE pantile:: FILE pantileConfig.cmake DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/pantileConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/pantileConfigVersion.cmake DESTINATION ${package_dir})

if(TARGET pantile)
  install(TARGETS pantile RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

  # The program writes its own manual and completions, from the schema that it parses with.
  set(generated "")
  # pantile_generated(<file> <folder below share> <arguments…>)
  function(pantile_generated file folder)
    set(path ${PROJECT_BINARY_DIR}/share/${folder}/${file})
    add_custom_command(OUTPUT ${path}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/share/${folder}
      COMMAND pantile ${ARGN} > ${path} DEPENDS pantile VERBATIM)
    install(FILES ${path} DESTINATION ${CMAKE_INSTALL_DATADIR}/${folder})
    set(generated ${generated} ${path} PARENT_SCOPE)
  endfunction()
  pantile_generated(pantile.1 man/man1 man)
  pantile_generated(pantile bash-completion/completions completion bash)
  pantile_generated(_pantile zsh/vendor-completions completion zsh)
  pantile_generated(pantile.fish fish/vendor_completions.d completion fish)
  add_custom_target(manual DEPENDS ${generated})
  add_dependencies(product pantile manual)
endif()

set(CPACK_PACKAGE_NAME pantile)
set(CPACK_PACKAGE_VENDOR "Pantile contributors")
set(CPACK_PACKAGE_CONTACT "Pantile contributors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "${PROJECT_DESCRIPTION}
 Pantile renders a formula to any number of pixels, in one pass, into an
 OME-Zarr store, a pyramidal TIFF and PNG previews, within a fixed memory
 budget; killed at any moment, it goes on where it was. It also filters
 images of any size, and validates, checks, repairs, converts and describes
 them.")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION graphics)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)  # the libraries it needs, found by dpkg-shlibdeps
# Our own library lies in the same package: shlibdeps must not ask for one that provides it.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR})
