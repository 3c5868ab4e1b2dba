#pragma once
/// \file
/// The range of values a picture is coloured over when nobody names one.

#include <string>

#include "ops/formula/coordinates.h"
#include "ops/formula/program.h"
#include "pantile/result.h"

namespace pantile::formula {

struct ValueRange {
  double lo = 0, hi = 1;
  std::string origin;  ///< For the job's record: "1st to 99th percentile of 262144 samples".
};

/// The 1st and 99th percentile of the formula's finite values on a grid of at most 512 × 512
/// points: the centres of the pixels ⌊(2k + 1)·size / (2·512)⌋ of each axis, k = 0 … 511 (every
/// pixel of a shorter axis). Of m finite values, sorted, number ⌊(m − 1)/100⌋ counted from either
/// end. Equal ends are moved apart by half of max(|value|, 1) each.
/// Errors: invalid (the program is a colour; no value is finite).
Result<ValueRange> percentile_range(const Program& program, const Frame& frame,
                                    Precision precision);

/// The share of pixels, 0 to 1, where a value, or a part of a colour, is NaN: on a grid of at most
/// 128 × 128 points, laid like that of percentile_range.
double nan_share(const Program& program, const Frame& frame, Precision precision);

}  // namespace pantile::formula
