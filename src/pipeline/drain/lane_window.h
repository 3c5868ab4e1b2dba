#pragma once
/// \file
/// How many chunks and batches are under way in a drain beside lanes.

#include <algorithm>
#include <cstdint>

namespace pantile {

/// The most tiles that `lanes`, pointers to TileLanes, have alive at a time.
template <class Lanes> std::int64_t tiles_alive(const Lanes& lanes) {
  std::int64_t tiles = 0;
  for (const auto& lane : lanes) tiles += std::int64_t{lane->batch_tiles()} * lane->batches();
  return tiles;
}

/// How far a worker may run ahead of the slowest one, in chunks. Wide enough that nobody waits at
/// ordinary scatter, narrow enough that few parents are open.
constexpr std::int64_t room_of(int workers, std::int64_t lane_tiles) {
  return 8 * std::int64_t{workers} + 8 + lane_tiles;
}
/// Lanes have as much again, for what they read while workers draw a chunk together.
constexpr std::int64_t window_of(int workers, std::int64_t lane_tiles) {
  return room_of(workers, lane_tiles) + lane_tiles;
}

/// Batches that a lane has under way at the most: one is read while another is copied. The others
/// belong to the workers.
inline constexpr int kMostUnderWay = 2;
/// Of a lane whose `batches` live at a time: one is always left to the workers, if there are two.
constexpr int batches_under_way(int batches) { return std::clamp(batches - 1, 1, kMostUnderWay); }

}  // namespace pantile
