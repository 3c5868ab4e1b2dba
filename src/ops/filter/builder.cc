#include "ops/filter/builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ops/filter/ball.h"
#include "ops/filter/rank.h"

namespace pantile::filter {
namespace {

Boundary boundary_of(const Call& call) {
  const std::string& word = call.word("boundary");
  for (const Boundary b : {Boundary::nearest, Boundary::constant, Boundary::wrap}) {
    if (word == boundary_name(b)) return b;
  }
  return Boundary::reflect;
}

/// How many rows to either side are put together first, so that the window's rows are covered by
/// fewer steps: of 15 rows by three and then five. That beyond the edges there is what the boundary
/// rule makes of what was put together, not what the step makes of what lies there, does no harm
/// but with a constant: else it is a sample of the window, and none is missing. 0: not of so few
/// rows, nor of floats, since the order of steps matters for what is no number.
std::int32_t near_rows(RowType rows, std::int32_t reach, Boundary boundary) {
  const bool is_whole = rows == RowType::u8 || rows == RowType::u16;
  if (!is_whole || reach < 4 || boundary == Boundary::constant) return 0;
  std::int32_t best = 1;
  const auto steps = [&](std::int32_t near) {
    return offsets(near).size() + offsets(reach - near, 2 * near + 1).size();
  };
  for (std::int32_t near = 2; near < reach; ++near) {
    if (steps(near) < steps(best)) best = near;
  }
  return best;
}

/// How far the Gaussian of `tissue` reaches, in sigmas.
constexpr double kTissueReach = 4;

DType float_type(RowType rows) { return rows == RowType::f64 ? DType::f64 : DType::f32; }

}  // namespace

Plane Builder::leaf(DType dtype) {
  Node leaf;
  leaf.leaf = leaves_++;
  leaf.type = row_type(dtype);
  nodes_.push_back(std::move(leaf));
  return {static_cast<int>(nodes_.size()) - 1, dtype == DType::f16 ? DType::f32 : dtype, false};
}

std::vector<Node> Builder::finish(const Plane& result) && {
  if (result.node + 1 != static_cast<int>(nodes_.size())) {
    // Something that others made on the way: what comes after it is not needed.
    nodes_.resize(static_cast<std::size_t>(result.node) + 1);
  }
  return std::move(nodes_);
}

int Builder::node(std::shared_ptr<const RowOperator> op, std::vector<int> inputs, Boundary boundary,
                  double outside) {
  const RowType type = op->output_type();
  nodes_.push_back({std::move(op), std::move(inputs), 0, boundary, outside, type});
  return static_cast<int>(nodes_.size()) - 1;
}

Plane Builder::point(const Plane& from, std::shared_ptr<const RowOperator> op, DType dtype) {
  return {node(std::move(op), {from.node}), dtype, false};
}

Plane Builder::converted(const Plane& from, RowType to) {
  if (type_of(from.node) == to) return from;
  return {node(make_conversion(type_of(from.node), to), {from.node}), from.dtype, from.is_mask};
}

Plane Builder::as_float(const Plane& from) {
  const RowType rows = type_of(from.node);
  Plane made = rows == RowType::u8 || rows == RowType::u16 ? converted(from, RowType::f32) : from;
  made.dtype = float_type(type_of(made.node));
  made.is_mask = false;
  return made;
}

std::pair<Plane, Plane> Builder::as_floats(const Plane& a, const Plane& b) {
  Plane first = as_float(a), second = as_float(b);
  if (type_of(first.node) != type_of(second.node)) {
    first = converted(first, RowType::f64);
    second = converted(second, RowType::f64);
    first.dtype = second.dtype = DType::f64;
  }
  return {first, second};
}

int Builder::edges_of(int from, Boundary boundary, double outside) {
  const auto [at, is_new] = rules_.try_emplace(from, boundary, outside);
  if (is_new || at->second == std::pair(boundary, outside)) return from;
  const RowType type = type_of(from);
  const int copy = node(make_conversion(type, type), {from});
  rules_.try_emplace(copy, boundary, outside);
  return copy;
}

Plane Builder::stencil(const Plane& from, std::shared_ptr<const RowOperator> op, const Call& call) {
  const Boundary boundary = boundary_of(call);
  const double outside = boundary == Boundary::constant ? call.number("outside") : 0;
  int source = from.node;
  if (op->reach().x > 0 || op->reach().y > 0) source = edges_of(source, boundary, outside);
  return {node(std::move(op), {source}, boundary, outside), from.dtype, from.is_mask};
}

Plane Builder::sum(double a, const Plane& first, double b, const Plane& second) {
  return {node(make_weighted(type_of(first.node), {a, b}), {first.node, second.node}), first.dtype,
          false};
}

Plane Builder::gaussian(const Plane& from, double sigma, const Call& call) {
  const Weights w = gaussian_weights(sigma, call.number("truncate"));
  return stencil(from, make_separable(type_of(from.node), w, w), call);
}

Result<Plane> Builder::add_smoothing(const Call& call, Plane from) {
  const std::string_view name = call.info->name;
  from = as_float(from);
  if (name == "gaussian") return gaussian(from, call.number("sigma"), call);
  if (name == "box") {
    const auto size = static_cast<std::size_t>(call.number("size"));
    const Weights w{std::vector<double>(size, 1.0 / static_cast<double>(size))};
    return stencil(from, make_separable(type_of(from.node), w, w), call);
  }
  if (name == "dog") {
    const Plane first = gaussian(from, call.number("sigma1"), call);
    const Plane second = gaussian(from, call.number("sigma2"), call);
    return sum(1, first, -1, second);
  }
  // unsharp
  const Plane smooth = gaussian(from, call.number("sigma"), call);
  const double amount = call.number("amount");
  return sum(1 + amount, from, -amount, smooth);
}

Result<Plane> Builder::add_derivative(const Call& call, Plane from) {
  const std::string_view name = call.info->name;
  from = as_float(from);
  const RowType rows = type_of(from.node);
  if (name == "sobel") return stencil(from, make_gradient(rows, 1, 2), call);
  if (name == "scharr") return stencil(from, make_gradient(rows, 3, 10), call);
  if (name == "laplacian") {
    return stencil(from, make_correlation(rows, 3, 3, {0, 1, 0, 1, -4, 1, 0, 1, 0}), call);
  }
  // log
  const double sigma = call.number("sigma");
  if (!(sigma > 0)) return Error(Code::invalid, "sigma of log has to be above 0");
  const Weights plain = gaussian_weights(sigma, call.number("truncate"));
  const Weights second = gaussian_weights(sigma, call.number("truncate"), 2);
  const Plane across = stencil(from, make_separable(rows, plain, second), call);
  const Plane down = stencil(from, make_separable(rows, second, plain), call);
  return sum(1, across, 1, down);
}

Result<Plane> Builder::add_extreme(const Call& call, const Plane& from) {
  const std::string_view name = call.info->name;
  const RowType rows = type_of(from.node);
  const auto reach = static_cast<std::int32_t>(call.number("size")) / 2;
  const auto extreme = [&](const Plane& of, bool least) {
    const std::int32_t near = near_rows(rows, reach, boundary_of(call));
    if (near == 0) return stencil(of, make_extreme(rows, offsets(reach), reach, least), call);
    const Plane some = stencil(of, make_extreme(rows, offsets(near), 0, least), call);
    const auto rest = offsets(reach - near, 2 * near + 1);
    return stencil(some, make_extreme(rows, rest, reach, least), call);
  };
  if (name == "erode" || name == "dilate") return extreme(from, name == "erode");
  const bool opens = name != "close";
  const Plane changed = extreme(extreme(from, opens), !opens);
  if (name != "tophat") return changed;
  if (rows == RowType::f32 || rows == RowType::f64) {
    Plane made = sum(1, from, -1, changed);
    made.is_mask = from.is_mask;
    return made;
  }
  // The difference of whole numbers, in floats, which hold it exactly.
  Plane made = sum(1, converted(from, RowType::f32), -1, converted(changed, RowType::f32));
  made.is_mask = from.is_mask;
  return converted(made, rows);
}

Plane Builder::add_rank(const Call& call, const Plane& from) {
  const auto size = static_cast<std::int64_t>(call.number("size"));
  const double q = call.info->name == "median" ? 0.5 : call.number("q");
  const std::int64_t rank = rank_of_quantile(q, size * size);
  return stencil(from, make_rank(type_of(from.node), static_cast<std::int32_t>(size / 2), rank),
                 call);
}

Plane Builder::add_adaptive(const Call& call, Plane from) {
  from = as_float(from);
  const double size = call.number("size");
  constexpr double kReach = 4;  // sigmas
  const Weights w = call.word("mean") == "gaussian"
                        ? gaussian_weights((size - 1) / 6, kReach)
                        : Weights{std::vector<double>(static_cast<std::size_t>(size), 1 / size)};
  const Plane around = stencil(from, make_separable(type_of(from.node), w, w), call);
  const Plane above = sum(1, from, -1, around);
  Plane made = point(above, make_threshold(type_of(above.node), -call.number("offset")), DType::u8);
  made.is_mask = true;
  return made;
}

Plane Builder::add_rolling_ball(const Call& call, Plane from) {
  from = as_float(from);
  const Plane background =
      stencil(from, make_ball(type_of(from.node), call.number("radius")), call);
  if (call.word("result") == "background") return background;
  return sum(1, from, -1, background);
}

Result<Plane> Builder::add_tissue(const Call& call, std::span<const Plane> channels) {
  if (!call.given("value")) return Error(Code::invalid, "tissue: its value is not measured yet");
  Plane x = channels.front();
  if (channels.size() == 3) {
    const auto of_all = [&](math::Binary f) {
      return as_float(binary(f, binary(f, channels[0], channels[1]), channels[2]));
    };
    const Plane most = of_all(math::Binary::max);
    x = sum(1, most, -1, of_all(math::Binary::min));
  }
  x = as_float(x);
  const Weights w = gaussian_weights(call.number("sigma"), kTissueReach);
  const RowType rows = type_of(x.node);
  const Plane smooth{node(make_separable(rows, w, w), {edges_of(x.node, Boundary::reflect, 0)}),
                     x.dtype, false};
  Plane made = point(smooth, make_threshold(rows, call.number("value")), DType::u8);
  made.is_mask = true;
  return made;
}

Plane Builder::add_classes(const Call& call, const Plane& from) {
  const RowType rows = type_of(from.node);
  const int low = node(make_threshold(rows, call.number("low")), {from.node});
  const int high = node(make_threshold(rows, call.number("high")), {from.node});
  return {node(make_count(), {low, high}), DType::u8, true};
}

/// Kernels are mirrored: that is what makes it a convolution.
Result<Plane> Builder::add_convolution(const Call& call, Plane from) {
  from = as_float(from);
  const RowType rows = type_of(from.node);
  const auto mirrored = [&](std::string_view parameter) {
    std::vector<double> weights = call.numbers(parameter);
    std::ranges::reverse(weights);
    return weights;
  };
  if (call.info->name == "separable") {
    const Weights y{mirrored("y")}, x{mirrored("x")};
    if (y.values.size() % 2 == 0 || x.values.size() % 2 == 0) {
      return Error(Code::invalid, fmt::format("separable: kernels have a middle, so an odd number "
                                              "of weights; there are {} and {}",
                                              y.values.size(), x.values.size()));
    }
    return stencil(from, make_separable(rows, y, x), call);
  }
  const std::vector<double> weights = mirrored("weights");
  const auto count = static_cast<double>(weights.size());
  const double width = call.given("width") ? call.number("width") : std::sqrt(count);
  const double height = count / width;
  if (std::fmod(width, 2) != 1 || std::fmod(height, 2) != 1) {
    return Error(Code::invalid,
                 fmt::format("convolve: {} weights are no kernel of odd height and {}; give as "
                             "many as a square has, or its width",
                             weights.size(),
                             call.given("width") ? fmt::format("width {}", width) : "width"));
  }
  const auto op =
      make_correlation(rows, static_cast<int>(height), static_cast<int>(width), weights);
  return stencil(from, op, call);
}

Result<Plane> Builder::add(const Call& call, std::span<const Plane> inputs, int channel) {
  const std::string_view name = call.info->name;
  const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
  };
  const Plane& from = inputs.front();
  if (is_one_of({"gaussian", "box", "dog", "unsharp"})) return add_smoothing(call, from);
  if (is_one_of({"sobel", "scharr", "laplacian", "log"})) return add_derivative(call, from);
  if (is_one_of({"convolve", "separable"})) return add_convolution(call, from);
  if (is_one_of({"erode", "dilate", "open", "close", "tophat"})) return add_extreme(call, from);
  if (is_one_of({"median", "rank"})) return add_rank(call, from);
  if (name == "adaptive") return add_adaptive(call, from);
  if (name == "rolling_ball") return add_rolling_ball(call, from);
  if (name == "tissue") return add_tissue(call, inputs);
  if (name == "hysteresis") return add_classes(call, from);
  if (name == "resize") return from;
  if (is_one_of({"label", "watershed"}))
    return Plane{converted(from, RowType::f64).node, DType::u32, false};
  if (name == "distance") return Plane{converted(from, RowType::f32).node, DType::f32, false};
  if (is_one_of({"add", "subtract", "multiply", "divide", "minimum", "maximum"})) {
    return add_arithmetic(call, inputs);
  }
  if (is_one_of({"select", "merge"})) return from;
  if (name == "mask") return add_mask(call, from, inputs[1]);
  if (name == "flatfield") return add_flatfield(call, inputs);
  if (name == "hed") return add_stain(call, inputs, channel);
  if (name == "expression") return add_expression(call, inputs);
  return add_pointwise(call, from);
}

}  // namespace pantile::filter
