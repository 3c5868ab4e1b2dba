#pragma once
/// \file
/// The parts of the module.

#include <nanobind/nanobind.h>

namespace pantile::python {

void bind_image(nanobind::module_& module);
void bind_catalogue(nanobind::module_& module);
void bind_statistics(nanobind::module_& module);
void bind_commands(nanobind::module_& module);

}  // namespace pantile::python
