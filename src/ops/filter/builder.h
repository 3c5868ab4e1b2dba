#pragma once
/// \file
/// From operators to rows: types, boundary rules and pointwise steps are settled here.

#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "ops/filter/catalogue.h"
#include "ops/filter/pointwise.h"
#include "ops/filter/row_pipeline.h"
#include "ops/filter/stencils.h"
#include "pantile/dtype.h"

namespace pantile::filter {

/// Samples of one channel, somewhere between two operators.
struct Plane {
  int node = 0;              ///< Whose rows they are.
  DType dtype = DType::f32;  ///< What they are stored as; the rows hold row_type(dtype).
  bool is_mask = false;
};

/// Makes the nodes of one plane of a result.
class Builder {
 public:
  /// The next leaf. Halves are 32-bit floats from here on.
  Plane leaf(DType dtype);
  /// `call` over the planes that the graph's rules name (planes_of). `channel`: of the result. Of
  /// operators that are sources of their own (cut.h) only the type means something; of `hysteresis`
  /// it is what the search begins with: 0, 1 above the low value, 2 above the high one.
  /// Errors: invalid.
  Result<Plane> add(const Call& call, std::span<const Plane> inputs, int channel);
  /// The nodes, of which `result` is the last.
  std::vector<Node> finish(const Plane& result) &&;

 private:
  RowType type_of(int node) const { return nodes_[static_cast<std::size_t>(node)].type; }
  int node(std::shared_ptr<const RowOperator> op, std::vector<int> inputs,
           Boundary boundary = Boundary::reflect, double outside = 0);
  /// The plane after an operator that looks at one pixel.
  Plane point(const Plane& from, std::shared_ptr<const RowOperator> op, DType dtype);
  Plane converted(const Plane& from, RowType to);
  /// In a type that can be summed up and divided.
  Plane as_float(const Plane& from);
  /// Two planes in the type of the wider one.
  std::pair<Plane, Plane> as_floats(const Plane& a, const Plane& b);
  /// Node `from` for readers with this boundary rule: a node serves one rule.
  int edges_of(int from, Boundary boundary, double outside);
  Plane stencil(const Plane& from, std::shared_ptr<const RowOperator> op, const Call& call);
  /// a·first + b·second, of one type.
  Plane sum(double a, const Plane& first, double b, const Plane& second);
  Plane gaussian(const Plane& from, double sigma, const Call& call);

  Plane steps(const Plane& from, std::vector<PointStep> all);
  Plane function(const Plane& from, math::Unary f);
  Plane binary(math::Binary f, const Plane& a, const Plane& b);

  Plane add_cast(const Call& call, const Plane& from);
  Result<Plane> add_pointwise(const Call& call, const Plane& from);
  Result<Plane> add_arithmetic(const Call& call, std::span<const Plane> inputs);
  Plane add_mask(const Call& call, const Plane& from, const Plane& mask);
  Result<Plane> add_flatfield(const Call& call, std::span<const Plane> inputs);
  Result<Plane> add_stain(const Call& call, std::span<const Plane> colours, int stain);
  Result<Plane> add_expression(const Call& call, std::span<const Plane> bands);
  Result<Plane> add_convolution(const Call& call, Plane from);
  Result<Plane> add_smoothing(const Call& call, Plane from);
  Result<Plane> add_derivative(const Call& call, Plane from);
  Result<Plane> add_extreme(const Call& call, const Plane& from);
  Plane add_rank(const Call& call, const Plane& from);
  Plane add_adaptive(const Call& call, Plane from);
  Plane add_rolling_ball(const Call& call, Plane from);
  Result<Plane> add_tissue(const Call& call, std::span<const Plane> channels);
  Plane add_classes(const Call& call, const Plane& from);

  std::vector<Node> nodes_;
  std::map<int, std::pair<Boundary, double>> rules_;  ///< Of nodes that have such readers.
  int leaves_ = 0;
};

}  // namespace pantile::filter
