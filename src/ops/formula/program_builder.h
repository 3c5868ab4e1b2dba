#pragma once
/// \file
/// Builds a Program from operations: equal ones become one step, constants are folded.

#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "ops/formula/program.h"
#include "pantile/options.h"

namespace pantile::formula {

using pantile::Precision;

/// Steps are simplified only where every value, NaN, -0 and the infinities included, stays the
/// same in the chosen precision; sums and products are never regrouped.
///
/// Powers with a constant exponent follow the language's definition: x^0 = 1, x^1 = x, x^2 = x*x,
/// x^3 = x*x*x, x^4 = (x*x)*(x*x), x^-1 = 1/x.
class ProgramBuilder {
 public:
  using Index = std::int32_t;

  explicit ProgramBuilder(Precision precision) : precision_(precision) {}

  Index constant(double value);  ///< Rounded to the precision.
  Index input(Input which);
  Index apply(math::Unary f, Index a);
  Index apply(math::Binary f, Index a, Index b);
  Index apply(math::Ternary f, Index a, Index b, Index c);

  /// The steps that `outputs` need, in an order that depends only on what they compute, not on
  /// the order of the calls above.
  Program finish(std::span<const Index> outputs) const;

 private:
  using Key = std::tuple<std::size_t, std::uint64_t, Index, Index, Index>;

  Index intern(Step step);
  const double* constant_of(Index index) const;
  bool is_constant(Index index, double value) const;
  template <class F> const F* op_of(Index index) const;
  template <class F, class... A> double fold(F f, A... arguments) const;
  Index power(Index base, Index exponent);
  bool reciprocal_is_exact(double value) const;

  Precision precision_;
  std::vector<Step> steps_;
  std::vector<std::uint64_t> hashes_;  // of what each step computes, to order operands by
  std::map<Key, Index> known_;
};

}  // namespace pantile::formula
