#pragma once
/// \file
/// One pixel of a formula's image held to arbitrary precision.

#include <cstdint>
#include <memory>
#include <vector>

#include "ops/formula/formula_source.h"
#include "ops/proof/program_enclosure.h"
#include "ops/proof/stored_range.h"

namespace pantile::proof {

/// A pixel as it is stored: r, g, b; or one code; or one float.
using StoredPixel = std::array<double, 3>;

/// Precisions that are tried one after the other until the pixel is decided.
inline constexpr mpfr_prec_t kFirstBits = 96, kMostBits = 3072;

enum class Outcome : std::uint8_t {
  same,       ///< The stored pixel is the exact one.
  within,     ///< It is not, but the job's arithmetic, kept to its documented errors, may give it.
  beyond,     ///< No arithmetic within those errors gives it.
  undecided,  ///< kMostBits do not tell what the exact pixel is; the stored one is possible.
};

struct Verdict {
  Outcome outcome = Outcome::same;
  /// Every value that plain code computes in the job's number type lies within the bound.
  bool values_within = true;
  /// Largest distance of such a value from the exact one, over the pixel's samples; without
  /// those that are infinite or NaN on either side.
  double error = 0;
  double share_of_bound = 0;      ///< The largest of error / propagated bound.
  mpfr_prec_t bits = kFirstBits;  ///< What it took.
  StoredRange exact;              ///< What the exact pixel is, as far as it is decided.
  StoredRange possible;           ///< What the job's arithmetic, kept to its errors, may give.
};

/// Upper bound of what one PixelProver takes, when every precision has been tried.
std::int64_t prover_memory_bytes(const formula::Program& program);

/// Exact values start from the job's own numbers: constants as compiled and coordinates as
/// computed, both in its number type. From there on everything is exact: functions, map, rounding
/// to levels. With n×n samples a pixel the stored numbers of the exact samples are averaged, for
/// that is how the pixel is defined. Keeps temporaries: one object a thread, and a RealThread.
class PixelProver {
 public:
  /// Both must outlive the object; the image is one that FormulaSource::make accepts.
  PixelProver(const formula::Program& program, const formula::FormulaImage& image);
  ~PixelProver();

  Verdict prove(std::int64_t x, std::int64_t y, const StoredPixel& stored);

 private:
  struct Level;  // one precision
  struct Tally;  // the samples of one pixel
  Level& level(std::size_t k);
  void measure(Level& level, std::int64_t x, std::int64_t y);
  PointInputs inputs_of(std::int64_t sample_x, std::int64_t sample_y) const;
  void compute(const PointInputs& inputs);
  void compare(const ProgramEnclosure& exact);

  const formula::Program& program_;
  const formula::FormulaImage& image_;
  std::vector<std::unique_ptr<Level>> levels_;
  std::unique_ptr<Level> model_;
  std::vector<double> values_;  // of every step, as plain code computes it
  StoredRange exact_range_, model_range_;
  Verdict verdict_;
};

}  // namespace pantile::proof
