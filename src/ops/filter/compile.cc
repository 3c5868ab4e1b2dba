#include "ops/filter/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "ops/filter/pointwise.h"
#include "ops/filter/stencils.h"

namespace pantile::filter {
namespace {

using math::Binary;
using math::Unary;

Boundary boundary_of(const Call& call) {
  const std::string& word = call.word("boundary");
  for (const Boundary b : {Boundary::nearest, Boundary::constant, Boundary::wrap}) {
    if (word == boundary_name(b)) return b;
  }
  return Boundary::reflect;
}

/// Builds nodes; `at` is the one that the next operator reads.
class Builder {
 public:
  explicit Builder(DType input) : dtype_(input) {
    nodes_.push_back({nullptr, {}, Boundary::reflect, 0, row_type(input)});
  }

  Status add(const Call& call);

  Compiled finish() && { return {std::move(nodes_), dtype_, is_mask_}; }

 private:
  RowType type() const { return nodes_[static_cast<std::size_t>(at_)].type; }

  /// Samples in a type that can be summed up and divided; the result's type is that too.
  RowType as_float() {
    if (type() == RowType::u8 || type() == RowType::u16) convert(RowType::f32);
    dtype_ = type() == RowType::f64 ? DType::f64 : DType::f32;
    is_mask_ = false;
    return type();
  }
  void convert(RowType to) {
    if (type() != to) point(make_conversion(type(), to));
  }
  int node(std::shared_ptr<const RowOperator> op, std::vector<int> inputs, Boundary boundary,
           double outside) {
    const RowType type = op->output_type();
    nodes_.push_back({std::move(op), std::move(inputs), boundary, outside, type});
    return static_cast<int>(nodes_.size()) - 1;
  }
  void point(std::shared_ptr<const RowOperator> op) {
    at_ = node(std::move(op), {at_}, Boundary::reflect, 0);
  }
  void steps(std::vector<PointStep> all) { point(make_steps(type(), std::move(all))); }

  /// Node `from` for readers with this boundary rule: a node serves one rule.
  int edges_of(int from, Boundary boundary, double outside) {
    const auto [at, is_new] = rules_.try_emplace(from, boundary, outside);
    if (is_new || at->second == std::pair(boundary, outside)) return from;
    const RowType type = nodes_[static_cast<std::size_t>(from)].type;
    const int copy = node(make_conversion(type, type), {from}, Boundary::reflect, 0);
    rules_.try_emplace(copy, boundary, outside);
    return copy;
  }
  int stencil_of(int from, std::shared_ptr<const RowOperator> op, const Call& call) {
    const Boundary boundary = boundary_of(call);
    const double outside = boundary == Boundary::constant ? call.number("outside") : 0;
    if (op->reach().x == 0 && op->reach().y == 0) return node(std::move(op), {from}, boundary, 0);
    const int source = edges_of(from, boundary, outside);
    return node(std::move(op), {source}, boundary, outside);
  }
  void stencil(std::shared_ptr<const RowOperator> op, const Call& call) {
    at_ = stencil_of(at_, std::move(op), call);
  }
  void sum(double a, int first, double b, int second) {
    at_ = node(make_sum(nodes_[static_cast<std::size_t>(first)].type, a, b), {first, second},
               Boundary::reflect, 0);
  }
  int gaussian(int from, double sigma, const Call& call) {
    const Weights w = gaussian_weights(sigma, call.number("truncate"));
    return stencil_of(from, make_separable(nodes_[static_cast<std::size_t>(from)].type, w, w),
                      call);
  }

  Status add_pointwise(const Call& call);
  Status add_smoothing(const Call& call);
  Status add_derivative(const Call& call);
  Status add_extreme(const Call& call);

  std::vector<Node> nodes_;
  std::map<int, std::pair<Boundary, double>> rules_;  ///< Of nodes that have such readers.
  int at_ = 0;
  DType dtype_;
  bool is_mask_ = false;
};

Status Builder::add_pointwise(const Call& call) {
  const std::string_view name = call.info->name;
  if (name == "cast") {
    const DType to = *dtype_from_name(call.word("dtype"));
    const RowType rows = row_type(to);
    const bool whole = !dtype_is_float(to);
    if (whole && rows != RowType::u8 && rows != RowType::u16) {
      // Rounded as the type that holds it all, so that no step loses a digit.
      if (type() == RowType::f64 && rows == RowType::f32) {
        point(make_rounding(RowType::f64, to));
        convert(rows);
      } else {
        convert(rows);
        point(make_rounding(rows, to));
      }
    } else {
      convert(rows);
    }
    dtype_ = to;
    is_mask_ = false;
    return {};
  }
  if (name == "threshold") {
    point(make_threshold(type(), call.number("value")));
    dtype_ = DType::u8;
    is_mask_ = true;
    return {};
  }
  const RowType rows = as_float();
  if (name == "rescale") {
    if (call.given("q")) return Error(Code::internal, "rescale's quantiles are not settled");
    const auto [lo, hi] = call.range("range");
    steps({{Binary::sub, lo}, {Binary::div, hi - lo}, {Binary::max, 0}, {Binary::min, 1}});
  } else if (name == "clip") {
    const auto [lo, hi] = call.range("range");
    steps({{Binary::max, lo}, {Binary::min, hi}});
  } else if (name == "gamma") {
    steps({{Binary::pow, call.number("exponent")}});
  } else if (name == "invert") {
    steps({{Binary::mul, -1}, {Binary::add, call.number("high")}});
  } else if (name == "add") {
    steps({{Binary::add, call.number("value")}});
  } else if (name == "subtract") {
    steps({{Binary::sub, call.number("value")}});
  } else if (name == "multiply") {
    steps({{Binary::mul, call.number("value")}});
  } else if (name == "divide") {
    steps({{Binary::div, call.number("value")}});
  } else if (name == "abs") {
    point(make_function(rows, Unary::abs));
  } else if (name == "sqrt") {
    point(make_function(rows, Unary::sqrt));
  } else {
    return Error(Code::internal, fmt::format("operator {} is not built", name));
  }
  return {};
}

Status Builder::add_smoothing(const Call& call) {
  const std::string_view name = call.info->name;
  const RowType rows = as_float();
  if (name == "gaussian") {
    at_ = gaussian(at_, call.number("sigma"), call);
  } else if (name == "box") {
    const auto size = static_cast<std::size_t>(call.number("size"));
    const Weights w{std::vector<double>(size, 1.0 / static_cast<double>(size))};
    stencil(make_separable(rows, w, w), call);
  } else if (name == "dog") {
    const int first = gaussian(at_, call.number("sigma1"), call);
    const int second = gaussian(at_, call.number("sigma2"), call);
    sum(1, first, -1, second);
  } else {  // unsharp
    const int from = at_;
    const int smooth = gaussian(from, call.number("sigma"), call);
    const double amount = call.number("amount");
    sum(1 + amount, from, -amount, smooth);
  }
  return {};
}

Status Builder::add_derivative(const Call& call) {
  const std::string_view name = call.info->name;
  const RowType rows = as_float();
  if (name == "sobel") {
    stencil(make_gradient(rows, 1, 2), call);
  } else if (name == "scharr") {
    stencil(make_gradient(rows, 3, 10), call);
  } else if (name == "laplacian") {
    stencil(make_correlation(rows, 3, 3, {0, 1, 0, 1, -4, 1, 0, 1, 0}), call);
  } else {  // log
    const double sigma = call.number("sigma");
    if (!(sigma > 0)) return Error(Code::invalid, "sigma of log has to be above 0");
    const Weights plain = gaussian_weights(sigma, call.number("truncate"));
    const Weights second = gaussian_weights(sigma, call.number("truncate"), 2);
    const int across = stencil_of(at_, make_separable(rows, plain, second), call);
    const int down = stencil_of(at_, make_separable(rows, second, plain), call);
    sum(1, across, 1, down);
  }
  return {};
}

Status Builder::add_extreme(const Call& call) {
  const std::string_view name = call.info->name;
  const auto reach = static_cast<std::int32_t>(call.number("size")) / 2;
  const auto extreme = [&](bool least) {
    stencil(make_extreme(type(), {reach, reach}, least), call);
  };
  if (name == "erode" || name == "dilate") {
    extreme(name == "erode");
    return {};
  }
  const int from = at_;
  extreme(name != "close");
  extreme(name == "close");
  if (name == "tophat") {
    const int opened = at_;
    const RowType rows = type();
    at_ = from;
    if (rows == RowType::u8 || rows == RowType::u16) {
      // The difference of whole numbers, in floats, which hold it exactly.
      const int a = node(make_conversion(rows, RowType::f32), {from}, Boundary::reflect, 0);
      const int b = node(make_conversion(rows, RowType::f32), {opened}, Boundary::reflect, 0);
      sum(1, a, -1, b);
      convert(rows);
    } else {
      sum(1, from, -1, opened);
    }
  }
  return {};
}

Status Builder::add(const Call& call) {
  const std::string_view name = call.info->name;
  const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
  };
  if (is_one_of({"gaussian", "box", "dog", "unsharp"})) return add_smoothing(call);
  if (is_one_of({"sobel", "scharr", "laplacian", "log"})) return add_derivative(call);
  if (is_one_of({"erode", "dilate", "open", "close", "tophat"})) return add_extreme(call);
  return add_pointwise(call);
}

}  // namespace

Result<Compiled> compile(const Chain& chain, DType input) {
  Builder builder(input);
  for (const Call& call : chain) PANTILE_TRY(builder.add(call));
  return std::move(builder).finish();
}

}  // namespace pantile::filter
