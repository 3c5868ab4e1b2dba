#pragma once
/// \file
/// One's own work on tiles: a function over another image, called tile by tile.

#include <cstdint>
#include <memory>
#include <string>

#include "pantile/dtype.h"
#include "pantile/result.h"
#include "pantile/tile_source.h"

namespace pantile {

/// Where a tile lies.
struct FunctionTile {
  std::int64_t row = 0, column = 0;  ///< Of the grid of tiles.
  Rect core;                         ///< What the function's result is kept of.
  Rect halo;                         ///< What it is given: the core and its surroundings.
};

/// A function of tiles. Called from several threads at once.
class TileFunction {
 public:
  virtual ~TileFunction() = default;
  /// For messages: "segment".
  virtual std::string name() const = 0;
  /// Identity of what it computes; of another function, or another version, another.
  virtual Fingerprint fingerprint() const = 0;
  /// Fills `out` (the core's size) from `in` (the halo's size). Errors: its own; they name no tile.
  virtual Status apply(const FunctionTile& tile, View in, MutableView out) const = 0;
};

/// How a function is called.
struct FunctionOptions {
  std::int64_t tile_px = 0;  ///< Edge of the tiles, at least 1; 0: 512.
  std::int64_t halo_px = 0;  ///< Pixels around the tile that it looks at; none beyond the image.
  int channels = 0;          ///< Of the result; 0: as the image.
  bool has_dtype = false;    ///< False: `dtype` is the image's.
  DType dtype = DType::u8;   ///< Of the result.
  std::int64_t cache_bytes = std::int64_t{64} << 20;  ///< For tiles that are read in parts.
};

/// `inner` through `function`: level 0, on a grid of tiles from (0, 0). The function is called with
/// the same rectangles whatever is read, so that its results do not depend on who reads them how.
/// Reads that contain whole tiles call it straight into place; tiles of which parts are read are
/// kept a while. Errors: invalid (a tile, halo or channel count that cannot be).
Result<std::shared_ptr<const TileSource>> apply_function(
    std::shared_ptr<const TileSource> inner, std::shared_ptr<const TileFunction> function,
    const FunctionOptions& options);

}  // namespace pantile
