#include "pipeline/gpu/job_lanes.h"

namespace pantile {

std::int64_t JobLanes::tiles() const {
  std::int64_t tiles = 0;
  for (const auto& lane : lanes) tiles += std::int64_t{lane->batch_tiles()} * lane->batches();
  return tiles;
}

void JobLanes::drop(const std::string& why) {
  lanes.clear();
  memory_bytes = 0;
  notes.push_back(why);
  none = why;
}

}  // namespace pantile
