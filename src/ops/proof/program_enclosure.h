#pragma once
/// \file
/// A compiled formula at one point, in interval arithmetic.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "ops/formula/program.h"
#include "ops/proof/interval_math.h"

namespace pantile::proof {

/// x, y, i, j, u, v as the job's own numbers, in the order of formula::Input.
using PointInputs = std::array<double, 6>;

/// Evaluates a program at one point after the other, in one precision. Branches of if(…) that a
/// decided condition leaves out are not computed. One object a thread.
class ProgramEnclosure {
 public:
  /// `program` must outlive the object. bits >= 64. See IntervalMath for `model`.
  ProgramEnclosure(const formula::Program& program, mpfr_prec_t bits,
                   std::optional<Precision> model);

  /// Computes the outputs at a point: exactly there, rounded nowhere beforehand.
  void evaluate(const PointInputs& inputs);
  /// Output k of the last evaluate().
  const Enclosure& output(std::size_t k) const {
    return values_[static_cast<std::size_t>(program_->outputs[k])];
  }
  IntervalMath& math() { return math_; }

 private:
  bool is_done(std::int32_t s) const { return done_[static_cast<std::size_t>(s)] == round_; }
  bool ask(std::int32_t s);
  bool ask_operands(const formula::Step& step);
  void compute(const formula::Step& step, Enclosure& out);

  const formula::Program* program_;
  IntervalMath math_;
  std::vector<Enclosure> values_;
  std::vector<std::uint64_t> done_;  // the round in which each step was computed
  std::vector<std::int32_t> pending_;
  std::uint64_t round_ = 1;
  PointInputs inputs_{};
};

}  // namespace pantile::proof
