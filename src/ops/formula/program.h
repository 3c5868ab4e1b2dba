#pragma once
/// \file
/// A compiled formula: a list of operations in the order they are to be done.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "compute/math/kernels.h"

namespace pantile::formula {

/// What a formula may ask about the pixel it is evaluated at.
/// x, y: the formula's coordinates; r = sqrt(x²+y²), theta = atan2(y, x) are expanded by the
/// compiler. i, j: column and row of the pixel, from 0. u, v: (i+½)/W and (j+½)/H.
enum class Input : std::uint8_t { x, y, i, j, u, v };

/// Which loop variable a value depends on: a row value is one number per row, a column value one
/// array per tile, only `pixel` values are computed for every pixel.
enum class Varies : std::uint8_t { constant, row, column, pixel };

/// One operation. Operands are indices of earlier steps; unused ones are -1.
struct Step {
  std::variant<double, Input, math::Unary, math::Binary, math::Ternary> op;
  std::int32_t a = -1, b = -1, c = -1;
  Varies varies = Varies::constant;
};

/// Operands precede their users, no two steps are equal, constants are folded, every step is
/// used. One output: a value. Three: red, green, blue in [0, 1] (the formula was `rgb(…)`).
struct Program {
  std::vector<Step> steps;
  std::vector<std::int32_t> outputs;
  std::string
      canonical;  ///< Text that two programs share exactly when they compute the same steps.

  bool is_colour() const { return outputs.size() == 3; }
};

}  // namespace pantile::formula
