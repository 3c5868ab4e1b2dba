#include <fmt/format.h>

#include <utility>

#include "ops/filter/builder.h"

namespace pantile::filter {

using math::Binary;
using math::Unary;

Plane Builder::steps(const Plane& from, std::vector<PointStep> all) {
  return point(from, make_steps(type_of(from.node), std::move(all)), from.dtype);
}

Plane Builder::function(const Plane& from, Unary f) {
  return point(from, make_function(type_of(from.node), f), from.dtype);
}

Plane Builder::add_cast(const Call& call, const Plane& from) {
  const DType to = *dtype_from_name(call.word("dtype"));
  const RowType rows = row_type(to);
  const bool is_small = rows == RowType::u8 || rows == RowType::u16;
  if (dtype_is_float(to) || is_small) {
    return {converted(from, rows).node, to, false};
  }
  // Rounded as the type that holds it all, so that no step loses a digit.
  if (type_of(from.node) == RowType::f64 && rows == RowType::f32) {
    return {converted(point(from, make_rounding(RowType::f64, to), to), rows).node, to, false};
  }
  return point(converted(from, rows), make_rounding(rows, to), to);
}

Result<Plane> Builder::add_pointwise(const Call& call, const Plane& from) {
  const std::string_view name = call.info->name;
  if (name == "cast") return add_cast(call, from);
  if (name == "threshold" || name == "otsu") {
    if (!call.given("value")) return Error(Code::invalid, "otsu: its value is not measured yet");
    Plane made = point(from, make_threshold(type_of(from.node), call.number("value")), DType::u8);
    made.is_mask = true;
    return made;
  }
  const Plane x = as_float(from);
  if (name == "rescale") {
    if (!call.given("range")) return Error(Code::invalid, "rescale: its range is not measured yet");
    const auto [lo, hi] = call.range("range");
    return steps(x,
                 {{Binary::sub, lo}, {Binary::div, hi - lo}, {Binary::max, 0}, {Binary::min, 1}});
  }
  if (name == "standardize") {
    if (!call.given("mean") || !call.given("deviation")) {
      return Error(Code::invalid, "standardize: mean and deviation are not measured yet");
    }
    return steps(x, {{Binary::sub, call.number("mean")}, {Binary::div, call.number("deviation")}});
  }
  if (name == "clip") {
    const auto [lo, hi] = call.range("range");
    return steps(x, {{Binary::max, lo}, {Binary::min, hi}});
  }
  if (name == "gamma") return steps(x, {{Binary::pow, call.number("exponent")}});
  if (name == "invert") return steps(x, {{Binary::mul, -1}, {Binary::add, call.number("high")}});
  if (name == "abs") return function(x, Unary::abs);
  if (name == "sqrt") return function(x, Unary::sqrt);
  if (name == "nodata") {
    return point(x, make_nodata(type_of(x.node), call.number("value")), x.dtype);
  }
  return Error(Code::internal, fmt::format("operator {} is not built", name));
}

}  // namespace pantile::filter
