#include "ops/filter/stains.h"

#include <fmt/format.h>

#include <cmath>

#include "ops/filter/pointwise.h"

namespace pantile::filter {

Result<StainMatrix> stain_matrix(std::span<const double> vectors) {
  // Normalized nowhere: as scikit-image's hed_from_rgb has it.
  constexpr std::array<double, 9> kHed{0.65, 0.70, 0.29, 0.07, 0.99, 0.11, 0.27, 0.57, 0.78};
  if (vectors.empty()) vectors = kHed;
  if (vectors.size() != 9) {
    return Error(Code::invalid, fmt::format("hed: vectors are nine numbers, red, green and blue of "
                                            "each of three stains; there are {}",
                                            vectors.size()));
  }
  const auto m = [&](std::size_t row, std::size_t column) {
    return vectors[3 * (row % 3) + column % 3];
  };
  StainMatrix inverse{};
  double determinant = 0, size = 1;
  for (std::size_t row = 0; row < 3; ++row) {
    double length = 0;
    for (std::size_t column = 0; column < 3; ++column) {
      // The cofactor, its sign by going round.
      const double cofactor = m(row + 1, column + 1) * m(row + 2, column + 2) -
                              m(row + 1, column + 2) * m(row + 2, column + 1);
      inverse[column][row] = cofactor;
      if (row == 0) determinant += m(0, column) * cofactor;
      length += m(row, column) * m(row, column);
    }
    size *= std::sqrt(length);
  }
  if (!(std::abs(determinant) > 1e-6 * size)) {
    return Error(Code::invalid, "hed: these stains cannot be told apart by their colours");
  }
  for (auto& row : inverse) {
    for (double& value : row) value /= determinant;
  }
  return inverse;
}

double white_of(DType dtype) { return dtype_is_float(dtype) ? 1 : integer_range(dtype).second; }

}  // namespace pantile::filter
