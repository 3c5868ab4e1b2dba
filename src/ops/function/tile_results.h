#pragma once
/// \file
/// What a function gave for tiles, kept for those who want it next.

#include "ops/cache/tile_cache.h"
#include "ops/function/tile_calls.h"

namespace pantile {

/// The result for one tile: `pixels` has the size of its core.
struct TileResult {
  FunctionTile tile;
  View pixels;
  TileCache::Tile owner;
};

/// Calls a function for tiles, or batches of them, once as long as the cache keeps what it gave.
/// Thread-safe.
class TileResults {
 public:
  TileResults(TileCalls calls, std::int64_t cache_bytes)
      : calls_(std::move(calls)), cache_bytes_(cache_bytes), cache_(cache_bytes) {}

  const TileCalls& calls() const { return calls_; }
  const FunctionGrid& grid() const { return calls_.grid(); }
  Result<TileResult> get(std::int64_t column, std::int64_t row, ReadContext& ctx) const;
  /// Of a call and of the cache.
  Cost cost() const;

 private:
  TileCalls calls_;
  std::int64_t cache_bytes_;
  mutable TileCache cache_;
};

}  // namespace pantile
