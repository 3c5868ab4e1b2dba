#include "pipeline/gpu/job_lanes.h"

#include "pipeline/drain/lane_window.h"

namespace pantile {

std::int64_t JobLanes::tiles() const { return tiles_alive(lanes); }

void JobLanes::drop(const std::string& why) {
  lanes.clear();
  memory_bytes = 0;
  notes.push_back(why);
  none = why;
}

}  // namespace pantile
