#include "ops/formula/gpu/kernel_arguments.h"

#include <fmt/format.h>

namespace pantile::formula {

Result<BlockShape> block_shape(int row_values, int column_values, int samples, Precision precision,
                               std::int64_t shared_bytes) {
  // Wide blocks write whole lines; more rows share the work of a column.
  constexpr std::int32_t kMostColumnBits = 7, kMostRows = 32;
  static_assert(1 << kMostColumnBits <= kBlockThreads && kMostRows <= kBlockThreads);
  const std::int64_t value_bytes = precision == Precision::f64 ? 8 : 4;
  BlockShape shape{kMostColumnBits, kMostRows, 0};
  const auto bytes = [&] {
    return value_bytes * samples *
           (std::int64_t{row_values} * shape.rows + std::int64_t{column_values} * shape.columns());
  };
  while (bytes() > shared_bytes && shape.columns() + shape.rows > 2) {
    const bool rows_weigh = row_values * shape.rows > column_values * shape.columns();
    if (shape.column_bits == 0 || (rows_weigh && shape.rows > 1)) {
      shape.rows /= 2;
    } else {
      --shape.column_bits;
    }
  }
  shape.shared_bytes = bytes();
  if (shape.shared_bytes > shared_bytes) {
    return Error(
        Code::invalid,
        fmt::format("the formula has {} values of rows and columns, which with {} samples a "
                    "pixel take {} bytes; a block of a GPU shares {}",
                    row_values + column_values, samples, shape.shared_bytes, shared_bytes));
  }
  return shape;
}

template <class T>
PixelParameters<T> pixel_parameters(const FormulaImage& image, const RampView<T>& ramp) {
  return {
      x_axis(image.frame), y_axis(image.frame),      ramp,
      as_pixel(image.nan), static_cast<T>(image.lo), static_cast<T>(65535 / (image.hi - image.lo))};
}
template PixelParameters<double> pixel_parameters(const FormulaImage&, const RampView<double>&);
template PixelParameters<float> pixel_parameters(const FormulaImage&, const RampView<float>&);

}  // namespace pantile::formula
