#pragma once
/// \file
/// Where the tiles of a function lie, and which it is given together.

#include <vector>

#include "pantile/tile_function.h"

namespace pantile {

/// Tiles begin at (0, 0) and lie `tile − overlap` apart; so many that their cores cover the image.
/// A batch is a block of them, near to a square. All follows from the image's size and the options
/// alone, whatever is read.
class FunctionGrid {
 public:
  /// Columns [c0, c1) and rows [r0, r1) of tiles or of batches.
  struct Block {
    std::int64_t c0 = 0, r0 = 0, c1 = 0, r1 = 0;
  };

  /// `options`: settled, as TileCalls has them.
  FunctionGrid(const Rect& image, const FunctionOptions& options);

  const Rect& image() const { return image_; }
  std::int64_t columns() const { return columns_; }
  std::int64_t rows() const { return rows_; }
  /// Edge of a tile, and from one to the next.
  std::int64_t tile_px() const { return tile_; }
  std::int64_t step_px() const { return step_; }
  /// Most tiles of a batch, along x and y.
  std::int64_t batch_columns() const { return batch_columns_; }
  std::int64_t batch_rows() const { return batch_rows_; }

  FunctionTile tile(std::int64_t column, std::int64_t row) const;
  /// Tiles whose cores have pixels of `rect`, which lies in the image.
  Block tiles_over(const Rect& rect) const;
  /// The pixels of the image to whose centres that of this tile is the nearest, along y and along
  /// x; of two the earlier. Without overlap its core. They share out the image.
  Rect nearest(std::int64_t column, std::int64_t row) const;
  /// Most tiles that have a pixel in common, along an axis.
  std::int64_t deep() const { return (tile_ + step_ - 1) / step_; }
  /// The batch that has that tile, as the block of its tiles.
  Block batch_of(std::int64_t column, std::int64_t row) const;
  /// Its tiles, row by row.
  std::vector<FunctionTile> tiles(const Block& block) const;

 private:
  Rect image_;
  std::int64_t tile_, step_, halo_;
  bool is_padded_, has_boundary_;
  std::int64_t columns_, rows_, batch_columns_ = 1, batch_rows_ = 1;
};

}  // namespace pantile
