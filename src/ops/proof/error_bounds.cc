#include "ops/proof/error_bounds.h"

#include <limits>

namespace pantile::proof {

using math::Binary;
using math::Unary;

double error_ulps(Unary f, Precision precision) {
  const bool single = precision == Precision::f32;
  switch (f) {
    case Unary::neg:
    case Unary::abs:
    case Unary::floor:
    case Unary::ceil:
    case Unary::round:
    case Unary::trunc:
    case Unary::sign:
    case Unary::logical_not:
    case Unary::count_: return 0;
    case Unary::sqrt:
    case Unary::fract: return 0.5;
    case Unary::sin:
    case Unary::cos: return single ? 2.1 : 2;
    case Unary::sinc: return 3;
    case Unary::exp: return single ? 2 : 1;
    case Unary::expm1: return single ? 1 : 2;
    default: return 1;
  }
}

double error_ulps(Binary f, Precision precision) {
  switch (f) {
    case Binary::add:
    case Binary::sub:
    case Binary::mul:
    case Binary::div:
    case Binary::mod: return 0.5;
    case Binary::pow: return precision == Precision::f32 ? 0.52 : 1.5;
    case Binary::atan2:
    case Binary::hypot: return 1;
    default: return 0;
  }
}

NumberFormat format_of(Precision precision) {
  const auto format = []<class T>(T) {
    using Limits = std::numeric_limits<T>;
    return NumberFormat{Limits::digits, Limits::min_exponent, Limits::max_exponent};
  };
  return precision == Precision::f64 ? format(double{}) : format(float{});
}

}  // namespace pantile::proof
