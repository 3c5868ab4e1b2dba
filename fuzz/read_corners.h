#pragma once
// What a fuzzer does with an image that opened.

#include <cstdint>

#include "core/buffer.h"
#include "pantile/tile_source.h"

namespace pantile {

/// Reads a corner of every level, which works or is refused. What says beforehand that it takes
/// more memory than this is left alone, as a job with such a budget would: an input that takes more
/// than it says fails by the limit of one allocation that scripts/fuzz sets.
inline void read_corners(const TileSource& source) {
  constexpr std::int64_t kBudgetBytes = std::int64_t{16} << 20;
  constexpr std::int64_t kSidePx = 64;
  const ImageSpec& spec = source.spec();
  if (spec.channels > 16) return;
  for (std::size_t level = 0; level < spec.levels.size(); ++level) {
    const Rect corner = intersect(spec.levels[level].bounds(), {0, 0, kSidePx, kSidePx});
    const Region region = spec.region(static_cast<int>(level), corner);
    if (source.cost(region).scratch_bytes > kBudgetBytes) continue;
    PixelBuffer pixels(spec.dtype, corner.height(), corner.width(), spec.channels);
    ReadContext context;
    static_cast<void>(source.read(region, pixels.view(), context));
  }
}

}  // namespace pantile
