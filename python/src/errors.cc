#include "errors.h"

#include <nanobind/nanobind.h>

#include <string>

namespace pantile::python {

namespace nb = nanobind;

void raise(const Error& error) {
  const nb::object classes = nb::module_::import_("pantile._errors").attr("BY_CODE");
  const nb::object type = classes[std::string(code_name(error.code())).c_str()];
  const nb::object exception = type(nb::str(error.message().c_str(), error.message().size()));
  PyErr_SetObject(type.ptr(), exception.ptr());
  throw nb::python_error();
}

}  // namespace pantile::python
