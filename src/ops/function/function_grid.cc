#include "ops/function/function_grid.h"

#include <algorithm>

#include "grid/tile_grid.h"

namespace pantile {
namespace {

/// Tiles along an edge of `n` pixels.
std::int64_t tiles_along(std::int64_t n, std::int64_t tile, std::int64_t step) {
  return n <= tile ? 1 : ceil_div(n - tile, step) + 1;
}

}  // namespace

FunctionGrid::FunctionGrid(const Rect& image, const FunctionOptions& options)
    : image_(image),
      tile_(options.tile_px),
      step_(options.tile_px - options.overlap_px),
      halo_(options.halo_px),
      is_padded_(options.batch > 0 || options.overlap_px > 0),
      has_boundary_(options.boundary.has_value()),
      columns_(tiles_along(image.width(), tile_, step_)),
      rows_(tiles_along(image.height(), tile_, step_)) {
  const std::int64_t most = std::max(1, options.batch);
  while (4 * batch_rows_ * batch_rows_ <= most && most % (2 * batch_rows_) == 0) batch_rows_ *= 2;
  batch_columns_ = most / batch_rows_;
  // Narrow grids have batches as large all the same.
  if (columns_ < batch_columns_) {
    batch_columns_ = columns_;
    batch_rows_ = std::min(rows_, most / columns_);
  } else if (rows_ < batch_rows_) {
    batch_rows_ = rows_;
    batch_columns_ = std::min(columns_, most / rows_);
  }
}

FunctionTile FunctionGrid::tile(std::int64_t column, std::int64_t row) const {
  FunctionTile tile{row, column, {}, {}};
  const std::int64_t x = column * step_, y = row * step_;
  tile.core = {x, y, x + tile_, y + tile_};
  if (!is_padded_) tile.core = intersect(tile.core, image_);
  tile.halo = {tile.core.x0 - halo_, tile.core.y0 - halo_, tile.core.x1 + halo_,
               tile.core.y1 + halo_};
  if (!has_boundary_) tile.halo = intersect(tile.halo, image_);
  return tile;
}

FunctionGrid::Block FunctionGrid::tiles_over(const Rect& rect) const {
  const auto first = [&](std::int64_t at) { return at < tile_ ? 0 : (at - tile_) / step_ + 1; };
  return {first(rect.x0), first(rect.y0), std::min(columns_, ceil_div(rect.x1, step_)),
          std::min(rows_, ceil_div(rect.y1, step_))};
}

Rect FunctionGrid::nearest(std::int64_t column, std::int64_t row) const {
  const std::int64_t shift = (tile_ - step_ + 1) / 2;
  const auto begin = [&](std::int64_t k, std::int64_t count, std::int64_t n) {
    return k == 0 ? 0 : k == count ? n : std::min(n, k * step_ + shift);
  };
  return {begin(column, columns_, image_.width()), begin(row, rows_, image_.height()),
          begin(column + 1, columns_, image_.width()), begin(row + 1, rows_, image_.height())};
}

FunctionGrid::Block FunctionGrid::batch_of(std::int64_t column, std::int64_t row) const {
  const std::int64_t c0 = column / batch_columns_ * batch_columns_;
  const std::int64_t r0 = row / batch_rows_ * batch_rows_;
  return {c0, r0, std::min(columns_, c0 + batch_columns_), std::min(rows_, r0 + batch_rows_)};
}

std::vector<FunctionTile> FunctionGrid::tiles(const Block& block) const {
  std::vector<FunctionTile> all;
  for (std::int64_t row = block.r0; row < block.r1; ++row) {
    for (std::int64_t column = block.c0; column < block.c1; ++column) {
      all.push_back(tile(column, row));
    }
  }
  return all;
}

}  // namespace pantile
