#include "grid/pyramid.h"

#include <algorithm>

namespace pantile {

std::vector<LevelInfo> halving_levels(const LevelInfo& level0, std::int64_t chunk_px) {
  std::vector<LevelInfo> levels{level0};
  double factor = 1;
  while (std::max(levels.back().width, levels.back().height) > chunk_px) {
    factor *= 2;
    LevelInfo next;
    next.width = (levels.back().width + 1) / 2;
    next.height = (levels.back().height + 1) / 2;
    next.scale = {level0.scale.x * factor, level0.scale.y * factor};
    next.offset = {level0.offset.x + level0.scale.x * (factor - 1) / 2,
                   level0.offset.y + level0.scale.y * (factor - 1) / 2};
    levels.push_back(next);
  }
  return levels;
}

std::int64_t default_chunk_px(std::int64_t width, std::int64_t height) {
  constexpr std::int64_t kManyPixels = std::int64_t{1} << 19;
  return std::max(width, height) >= kManyPixels ? 1024 : 512;
}

}  // namespace pantile
