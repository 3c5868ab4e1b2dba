// Operators on several planes: channels of one image, or images.
#include <fmt/format.h>

#include <array>
#include <utility>

#include "compute/math/kernels.h"
#include "ops/filter/builder.h"
#include "ops/filter/expression.h"
#include "ops/filter/stains.h"

namespace pantile::filter {

using math::Binary;
using math::Unary;

Plane Builder::binary(Binary f, const Plane& a, const Plane& b) {
  return {node(make_binary(type_of(a.node), f), {a.node, b.node}), a.dtype, false};
}

Result<Plane> Builder::add_arithmetic(const Call& call, std::span<const Plane> inputs) {
  constexpr std::array<std::pair<std::string_view, Binary>, 6> kFunctions{
      {{"add", Binary::add},
       {"subtract", Binary::sub},
       {"multiply", Binary::mul},
       {"divide", Binary::div},
       {"minimum", Binary::min},
       {"maximum", Binary::max}}};
  Binary f = Binary::add;
  for (const auto& [name, function] : kFunctions) {
    if (call.info->name == name) f = function;
  }
  if (!call.is_image("value")) return steps(as_float(inputs[0]), {{f, call.number("value")}});
  const bool chooses = f == Binary::min || f == Binary::max;
  if (chooses && inputs[0].dtype == inputs[1].dtype) {
    Plane made = binary(f, inputs[0], inputs[1]);
    made.is_mask = inputs[0].is_mask && inputs[1].is_mask;
    return made;
  }
  const auto [a, b] = as_floats(inputs[0], inputs[1]);
  return binary(f, a, b);
}

Plane Builder::add_mask(const Call& call, const Plane& from, const Plane& mask) {
  const RowType rows = type_of(from.node);
  Plane of = mask;
  if (type_of(mask.node) != rows) {
    // 1 where it is not 0: a conversion alone might make small values 0.
    const RowType of_mask = type_of(mask.node);
    const bool is_float = of_mask == RowType::f32 || of_mask == RowType::f64;
    if (is_float) of = steps(mask, {{Binary::ne, 0}});
    of = converted(of, rows);
  }
  const double value = value_in(from.dtype, call.number("value"));
  return {node(make_mask(rows, value), {from.node, of.node}), from.dtype, from.is_mask};
}

Result<Plane> Builder::add_flatfield(const Call& call, std::span<const Plane> inputs) {
  if (!call.given("mean")) return Error(Code::invalid, "flatfield: the mean is not measured yet");
  std::pair<Plane, Plane> fields = as_floats(inputs[0], inputs[1]);
  if (inputs.size() == 3) {
    const auto [x, dark] = as_floats(fields.first, inputs[2]);
    const auto [flat, same_dark] = as_floats(fields.second, dark);
    fields = as_floats(binary(Binary::sub, x, dark), binary(Binary::sub, flat, same_dark));
  }
  return steps(binary(Binary::div, fields.first, fields.second),
               {{Binary::mul, call.number("mean")}});
}

Result<Plane> Builder::add_stain(const Call& call, std::span<const Plane> colours, int stain) {
  const std::vector<double> given =
      call.given("vectors") ? call.numbers("vectors") : std::vector<double>{};
  PANTILE_ASSIGN(const StainMatrix unmix, stain_matrix(given));
  std::vector<double> weights;
  std::vector<int> absorbances;
  RowType rows = RowType::f32;
  for (std::size_t k = 0; k < 3; ++k) {
    const double white = white_of(colours[k].dtype);
    const Plane x = as_float(colours[k]);
    rows = type_of(x.node);
    std::vector<PointStep> to_share{{Binary::max, kDarkest}};
    if (white != 1) to_share.insert(to_share.begin(), {Binary::div, white});
    absorbances.push_back(function(steps(x, std::move(to_share)), Unary::log).node);
    weights.push_back(unmix[k][static_cast<std::size_t>(stain)] /
                      math::evaluate(Unary::log, kDarkest));
  }
  const DType dtype = rows == RowType::f64 ? DType::f64 : DType::f32;
  const Plane mixed{node(make_weighted(rows, weights), std::move(absorbances)), dtype, false};
  return steps(mixed, {{Binary::max, 0}});
}

Result<Plane> Builder::add_expression(const Call& call, std::span<const Plane> bands) {
  PANTILE_ASSIGN(const Expression expression, parse_expression(call.word("formula")));
  std::vector<int> inputs;
  DType dtype = DType::f32;
  RowType rows = RowType::f32;
  for (const Plane& band : bands) {
    if (type_of(band.node) == RowType::f64) rows = RowType::f64;
  }
  if (rows == RowType::f64) dtype = DType::f64;
  inputs.reserve(bands.size());
  for (const Plane& band : bands) inputs.push_back(converted(as_float(band), rows).node);
  return Plane{node(make_expression(rows, expression), std::move(inputs)), dtype, false};
}

}  // namespace pantile::filter
