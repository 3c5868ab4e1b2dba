#pragma once
/// \file
/// The documented largest errors of the elementary functions, docs/numbers.md.

#include "compute/math/kernels.h"
#include "pantile/options.h"

namespace pantile::proof {

/// In units in the last place of the exact result (below the normal range, of the smallest
/// subnormal). 0: exact. 0.5: correctly rounded.
double error_ulps(math::Unary f, Precision precision);
double error_ulps(math::Binary f, Precision precision);

/// The number format of a precision.
struct NumberFormat {
  int digits;                      ///< Bits of the significand.
  int min_exponent, max_exponent;  ///< As in std::numeric_limits.
};
NumberFormat format_of(Precision precision);

}  // namespace pantile::proof
