#include "io/tiff/plan_tiles.h"

#include <algorithm>

namespace pantile::tiff {

std::vector<std::uint64_t> tiles_of(const ShardLayout& layout, UnitId unit) {
  const std::int64_t columns = layout.chunks(unit.level).columns();
  const Rect cells = layout.chunk_cells(unit);
  std::vector<std::uint64_t> indices;
  indices.reserve(static_cast<std::size_t>(cells.area()));
  for (std::int64_t y = cells.y0; y < cells.y1; ++y) {
    for (std::int64_t x = cells.x0; x < cells.x1; ++x) {
      indices.push_back(static_cast<std::uint64_t>(y * columns + x));
    }
  }
  return indices;
}

std::vector<UnitId> file_order(const ShardLayout& layout) {
  std::vector<UnitId> units;
  for (int level = 0; level < layout.level_count(); ++level) {
    const std::vector<UnitId> more = layout.units(level);
    units.insert(units.end(), more.begin(), more.end());
  }
  std::sort(units.begin(), units.end(), [](UnitId a, UnitId b) {
    const std::uint64_t ka = z_end(a), kb = z_end(b);
    return ka != kb ? ka < kb : a.level < b.level;
  });
  return units;
}

}  // namespace pantile::tiff
