#pragma once
/// \file
/// Chunk and shard addressing of one level.

#include <cstdint>

#include "pantile/geometry.h"

namespace pantile {

/// ⌈a / b⌉ for a ≥ 0, b > 0.
constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return a / b + (a % b != 0); }

/// Square cells of `cell_px` over a width × height level; border cells are cut at the edge.
struct TileGrid {
  std::int64_t width = 0, height = 0;  ///< Pixels of the level.
  std::int64_t cell_px = 1;

  std::int64_t columns() const { return ceil_div(width, cell_px); }
  std::int64_t rows() const { return ceil_div(height, cell_px); }
  std::int64_t count() const { return columns() * rows(); }
  /// Pixels of cell (x, y) that lie in the image.
  Rect rect(std::int64_t x, std::int64_t y) const {
    return intersect({x * cell_px, y * cell_px, (x + 1) * cell_px, (y + 1) * cell_px},
                     {0, 0, width, height});
  }
  /// Cells that `r` (in pixels, inside the level) touches, as a half-open rect of cells.
  Rect cells(const Rect& r) const {
    return {r.x0 / cell_px, r.y0 / cell_px, ceil_div(r.x1, cell_px), ceil_div(r.y1, cell_px)};
  }
};

}  // namespace pantile
