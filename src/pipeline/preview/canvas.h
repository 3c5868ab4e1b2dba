#pragma once
/// \file
/// Rectangles and small letters on an RGB picture, for reports.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/buffer.h"
#include "pantile/options.h"

namespace pantile {

/// Draws on pixels in memory; what lies outside is left out.
class Canvas {
 public:
  Canvas(std::int64_t width, std::int64_t height, Rgb8 background);

  void fill(const Rect& rect, Rgb8 colour);
  /// One pixel wide, inside `rect`.
  void frame(const Rect& rect, Rgb8 colour);
  /// ASCII letters, digits and most signs in 5 x 7 cells, each `cell_px` wide, two more rows below
  /// the line; others are blank.
  void text(std::int64_t x, std::int64_t y, std::string_view text, int cell_px, Rgb8 colour);
  static std::int64_t text_width(std::string_view text, int cell_px);
  /// Broken at spaces into lines that are at most `width` pixels wide.
  static std::vector<std::string> wrap(std::string_view text, std::int64_t width, int cell_px);
  /// RGB8 pixels, at (x, y).
  void picture(std::int64_t x, std::int64_t y, View pixels);

  PixelBuffer take() && { return std::move(pixels_); }

 private:
  static constexpr int kAdvance = 6;  // cells from a letter to the next
  Rect bounds_;
  PixelBuffer pixels_;
};

}  // namespace pantile
