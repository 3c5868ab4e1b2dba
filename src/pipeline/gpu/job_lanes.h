#pragma once
/// \file
/// What reads tiles of a job's source beside the workers: its GPUs.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tile/tile_lane.h"

namespace pantile {

struct JobLanes {
  std::vector<std::unique_ptr<TileLane>> lanes;
  bool workers_read = true;        ///< Beside the lanes.
  bool are_optional = false;       ///< Nobody asked for them: the job may go without.
  std::int64_t memory_bytes = 0;   ///< Of the host.
  std::vector<std::string> notes;  ///< What could not be used, and why.
  /// Of the notes, a sentence for each GPU that there is but cannot be used.
  std::vector<std::string> left_out;
  std::string none;  ///< Why there are no lanes; empty: there are.

  /// The most tiles that are under way.
  std::int64_t tiles() const;
  /// Gives them all up, which is `why` there are none, and a note.
  void drop(const std::string& why);
};

}  // namespace pantile
