#include "ops/filter/catalogue.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <string>

#include "bindings.h"
#include "pantile/generate.h"

namespace pantile::python {
namespace {

namespace nb = nanobind;

const char* kind_word(filter::ValueKind kind) {
  switch (kind) {
    case filter::ValueKind::number: return "number";
    case filter::ValueKind::count: return "count";
    case filter::ValueKind::odd: return "odd";
    case filter::ValueKind::word: return "word";
    case filter::ValueKind::range: return "range";
    case filter::ValueKind::text: return "text";
    case filter::ValueKind::numbers: return "numbers";
    case filter::ValueKind::counts: return "counts";
    case filter::ValueKind::image: return "image";
    case filter::ValueKind::operand: return "operand";
    case filter::ValueKind::images: return "images";
  }
  return "";
}

nb::object value_object(const filter::Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return nb::float_(*number);
  if (const auto* word = std::get_if<std::string>(&value)) return nb::str(word->c_str());
  if (const auto* range = std::get_if<std::pair<double, double>>(&value)) {
    return nb::make_tuple(range->first, range->second);
  }
  if (const auto* numbers = std::get_if<std::vector<double>>(&value)) return nb::cast(*numbers);
  return nb::none();
}

nb::str text(std::string_view view) { return nb::str(view.data(), view.size()); }

nb::list operators() {
  nb::list all;
  for (const filter::OperatorInfo& info : filter::catalogue()) {
    nb::dict one;
    one["name"] = text(info.name);
    one["help"] = text(info.help);
    nb::list parameters;
    for (const filter::Parameter& p : info.parameters) {
      nb::dict parameter;
      parameter["name"] = text(p.name);
      parameter["kind"] = kind_word(p.kind);
      parameter["standard"] = value_object(p.standard);
      parameter["least"] = p.least;
      parameter["most"] = p.most;
      parameter["words"] = text(p.words);
      parameter["help"] = text(p.help);
      parameter["optional"] = p.optional;
      parameters.append(parameter);
    }
    one["parameters"] = parameters;
    all.append(one);
  }
  return all;
}

}  // namespace

void bind_catalogue(nb::module_& module) {
  module.def("operators", &operators, "Every operator with its parameters, as dictionaries.");
  module.def("version", [] { return program_version(); });
  module.def("simd_target", [] { return simd_target_name(); });
}

}  // namespace pantile::python
