#pragma once
/// \file
/// The five filters of PNG (section 9): rows become the errors of a prediction.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pantile::png {

/// Filters the rows of one band from top to bottom. Every row takes the filter whose bytes have
/// the least sum of magnitudes, the first of equals. Above the first row lie zeros, but it never
/// uses them: it takes none or the left one, so that a band may begin anywhere in a picture.
class RowFilter {
 public:
  RowFilter(std::size_t row_bytes, std::size_t pixel_bytes);

  /// The next row goes here before filter_row(), row_bytes long, samples big-endian.
  std::uint8_t* next_row() { return now_.data() + pixel_; }
  /// Writes the filter's number and the filtered row, 1 + row_bytes, to `out`.
  void filter_row(std::byte* out);
  /// The next row is the first of a band.
  void restart() { first_ = true; }

  static std::int64_t working_bytes(std::int64_t row_bytes) { return 7 * (row_bytes + 64); }

 private:
  std::size_t row_, pixel_;
  bool first_ = true;
  std::vector<std::uint8_t> last_, now_;  ///< Each begins with one pixel of zeros.
  std::array<std::vector<std::uint8_t>, 5> candidates_;
};

}  // namespace pantile::png
