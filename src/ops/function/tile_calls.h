#pragma once
/// \file
/// A function of tiles, and what it is called with.

#include <memory>
#include <span>

#include "ops/function/function_grid.h"
#include "pantile/tile_function.h"
#include "pantile/tile_source.h"

namespace pantile {

/// Reads what a function is given, and names the tile where one of them fails. Thread-safe.
class TileCalls {
 public:
  /// Errors: invalid, naming function and option.
  static Result<TileCalls> make(std::shared_ptr<const TileSource> inner,
                                std::shared_ptr<const TileFunction> function,
                                const FunctionOptions& options);

  const TileSource& inner() const { return *inner_; }
  const TileFunction& function() const { return *function_; }
  /// With what was left open decided.
  const FunctionOptions& options() const { return options_; }
  const FunctionGrid& grid() const { return grid_; }

  /// Fills `out`, of the core's size, by apply().
  Status call(const FunctionTile& tile, MutableView out, ReadContext& ctx) const;
  /// Fills `out`, as apply_batch() has it, by apply_batch().
  Status call(std::span<const FunctionTile> tiles, MutableView out, ReadContext& ctx) const;
  /// Most bytes that a call takes, with what the function is given, what it gives and as much
  /// again for itself.
  Cost cost() const;
  /// Of what it gives for a tile of the full size.
  std::int64_t result_bytes() const;

 private:
  std::int64_t usual_cache() const;
  TileCalls(std::shared_ptr<const TileSource> inner, std::shared_ptr<const TileFunction> function,
            const FunctionOptions& options);
  Status read(const FunctionTile& tile, MutableView out, ReadContext& ctx) const;
  std::string described(const FunctionTile& first, const FunctionTile& last) const;

  std::shared_ptr<const TileSource> inner_;
  std::shared_ptr<const TileFunction> function_;
  FunctionOptions options_;
  FunctionGrid grid_;
};

/// (channels, height, width) without gaps, as functions like them.
Layout planar(DType dtype, std::int64_t height, std::int64_t width, int channels);

}  // namespace pantile
