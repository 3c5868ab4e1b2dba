#include "pipeline/validate/device_tiles.h"

#include <algorithm>

#include "pipeline/validate/pixels.h"

namespace pantile::validate {
namespace {

/// What the CPU draws in a few seconds at most.
constexpr std::int64_t kSamples = std::int64_t{1} << 25, kLeastTiles = 8, kMostTiles = 64;

}  // namespace

std::set<std::pair<std::int64_t, std::int64_t>> choose_tiles(const TileGrid& grid,
                                                             std::int64_t samples,
                                                             std::uint64_t seed) {
  const std::int64_t columns = grid.columns(), rows = grid.rows();
  const std::int64_t wanted =
      std::min(grid.count(), std::clamp(kSamples / samples, kLeastTiles, kMostTiles));
  std::uint64_t index = 0;
  const auto below = [&](std::int64_t end) { return chance_below(seed, index++, end); };
  const std::pair<std::int64_t, std::int64_t> first[] = {{0, 0},
                                                         {columns - 1, 0},
                                                         {0, rows - 1},
                                                         {columns - 1, rows - 1},
                                                         {columns - 1, below(rows)},
                                                         {below(columns), rows - 1}};
  std::set<std::pair<std::int64_t, std::int64_t>> chosen;
  for (const auto& tile : first) {
    if (static_cast<std::int64_t>(chosen.size()) < wanted) chosen.insert(tile);
  }
  while (static_cast<std::int64_t>(chosen.size()) < wanted) {
    const std::int64_t column = below(columns);
    chosen.insert({column, below(rows)});
  }
  return chosen;
}

}  // namespace pantile::validate
