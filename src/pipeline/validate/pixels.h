#pragma once
/// \file
/// Reading pixels for `validate`, and numbers by chance that are the same everywhere.

#include <cstdint>
#include <memory>

#include "core/buffer.h"
#include "pantile/tile_source.h"

namespace pantile::validate {

/// All channels of `rect`, level 0.
Result<PixelBuffer> read_pixels(const TileSource& source, const Rect& rect,
                                const CancelToken* cancel);
/// Pixels that were looked at, and where those lie that are wrong.
struct Found {
  std::int64_t pixels = 0, wrong = 0;
  Rect where{};  ///< Holds all that are wrong; empty when none is.

  void add_wrong(std::int64_t x, std::int64_t y);
  void add(const Found& other);
};

/// Pixels of `b` that differ in any bit from those of `a`, a view of the same shape and type; the
/// upper left one is pixel (x0, y0).
Found find_differences(View a, View b, std::int64_t x0, std::int64_t y0);
/// A sample as a number; `at` points to it.
double number_at(const std::byte* at, DType dtype);

/// Encoded pixels that wait for their shard while through_store() runs.
inline constexpr std::int64_t kStoreSpoolBytes = std::int64_t{16} << 20;

/// Drains `source` into a store in memory, of chunks of `tile_px` and shards twice as wide, and
/// opens that.
Result<std::unique_ptr<TileSource>> through_store(const TileSource& source, std::int64_t tile_px,
                                                  int threads, const CancelToken* cancel);

/// Number `index` of the sequence `seed`: SplitMix64 (Steele, Lea and Flood 2014).
constexpr std::uint64_t chance(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = seed * 0xd1342543de82ef95U + (index + 1) * 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}
/// The same within [0, below), below ≥ 1; every number as often as another, but for 1 in 2^32.
constexpr std::int64_t chance_below(std::uint64_t seed, std::uint64_t index, std::int64_t below) {
  return static_cast<std::int64_t>(chance(seed, index) % static_cast<std::uint64_t>(below));
}

}  // namespace pantile::validate
