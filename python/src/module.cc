#include <nanobind/nanobind.h>

#include "bindings.h"

NB_MODULE(_native, module) {
  module.doc() = "Pantile's engine; use the package pantile.";
  pantile::python::bind_catalogue(module);
  pantile::python::bind_image(module);
  pantile::python::bind_statistics(module);
  pantile::python::bind_commands(module);
}
