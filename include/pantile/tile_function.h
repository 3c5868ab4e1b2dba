#pragma once
/// \file
/// One's own work on tiles: a function over another image, called tile by tile.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "pantile/boundary.h"
#include "pantile/dtype.h"
#include "pantile/result.h"
#include "pantile/tile_source.h"

namespace pantile {

/// Where a tile lies, in pixels of the image; where a boundary fills it, also beyond.
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
  /// Several tiles of one size: those of tile k are channels [k·c, (k + 1)·c) of `in` and of `out`.
  /// By itself: apply() for each.
  virtual Status apply_batch(std::span<const FunctionTile> tiles, View in, MutableView out) const;
};

/// What becomes of predictions that overlap. Of n pixels of a window, pixel i has the weight …
enum class Blend : std::uint8_t {
  nearest,   ///< none: the window is taken whose centre is nearest, of two the earlier.
  mean,      ///< 1
  hann,      ///< sin²(π (i + ½) / n)
  gaussian,  ///< exp(−½ ((i + ½ − n/2) / (n/8))²)
};

/// How a function is called.
struct FunctionOptions {
  std::int64_t tile_px = 0;  ///< Edge of the tiles, at least 1; 0: 512.
  std::int64_t halo_px = 0;  ///< Pixels around the tile that it looks at.
  int channels = 0;          ///< Of the result; 0: as the image.
  bool has_dtype = false;    ///< False: `dtype` is the image's.
  DType dtype = DType::u8;   ///< Of the result.
  /// What fills the halo beyond the image. Nothing: there it is cut off, and tiles at the image's
  /// edges are given smaller (of batches: reflect).
  std::optional<Boundary> boundary = {};
  double outside = 0;  ///< Of Boundary::constant; the image's type has to have it.
  /// Tiles that apply_batch() is given at once, fewer where the grid ends, all of them of the full
  /// size: beyond the image the boundary fills them. 0: apply(), tile by tile.
  int batch = 0;
  /// By so much a tile, here a window, reaches into the next: less than its edge. Windows begin at
  /// multiples of tile − overlap, and all have the full size. A pixel is the mean of what all
  /// windows over it say, weighted along y and along x, summed in f64 in the order of the windows,
  /// and for integers rounded, ties to even, and limited.
  std::int64_t overlap_px = 0;
  Blend blend = Blend::hann;
  /// The function gives labels (u32, 0: background), each window by itself: they become labels of
  /// the image, from 1. Labels of two windows are one if, of the pixels that both windows see,
  /// those that both labels have are at least this share, 0 to 1, of those that either has
  /// (intersection over union); 0: if they have a pixel in common. What is one with one is one. A
  /// pixel gets the label of the window whose centre is nearest; numbers go by windows, and in a
  /// window by labels, and none is left out. Needs an overlap; `blend` is not asked.
  std::optional<double> stitch = {};
  /// For tiles that are read in parts; 0: 64 to 256 MiB, more where four batches are larger.
  std::int64_t cache_bytes = 0;
};

/// `inner` through `function`: level 0, on a grid of tiles from (0, 0). The function is called with
/// the same rectangles whatever is read, so that its results do not depend on who reads them how.
/// Reads that contain whole tiles call it straight into place; tiles of which parts are read are
/// kept a while. Batches lie on that grid too. Errors: invalid (a number that cannot be).
Result<std::shared_ptr<const TileSource>> apply_function(
    std::shared_ptr<const TileSource> inner, std::shared_ptr<const TileFunction> function,
    const FunctionOptions& options);

}  // namespace pantile
