#include "pipeline/drain/draw_limit.h"

#include <algorithm>
#include <cmath>

#include "pipeline/drain/lane_window.h"

namespace pantile {
namespace {

/// How much a new measurement counts against all former ones.
constexpr double kNew = 0.125;
/// Of the time of a batch; shorter waiting is that of threads for each other.
constexpr double kNoWait = 0.02;
/// Of the time that is to spare, what a band may take, since measurements scatter.
constexpr double kSpare = 0.5;
/// Of workers that a lane's waiting keeps from drawing, as many are let go by a batch without.
constexpr double kLetGo = 1.0 / 16;

void measure(double& mean, double seconds) {
  mean = mean == 0 ? seconds : mean + kNew * (seconds - mean);
}

}  // namespace

DrawLimit::DrawLimit(int workers, std::span<const Lane> lanes, std::int64_t room_tiles)
    : workers_(workers), room_tiles_(static_cast<double>(room_tiles)) {
  for (const Lane& lane : lanes) lanes_.push_back({lane});
}

void DrawLimit::lane_waited(std::size_t lane, double seconds) { lanes_[lane].waited_s += seconds; }

void DrawLimit::lane_read(std::size_t lane, std::int64_t tiles, double begun_s, double wait_s,
                          double now_s) {
  Pace& pace = lanes_[lane];
  const bool was_alone = begun_s >= pace.last_s;
  const double seconds = now_s - std::max(begun_s, pace.last_s);
  // What was there before anybody asked for it took less time than it seems, and the next one more.
  const bool is_there = now_s - wait_s <= kNoWait * seconds;
  const bool is_exact = !is_there && (pace.last_is_exact || was_alone);
  pace.last_s = now_s;
  pace.last_is_exact = !is_there;
  if (is_exact && tiles > 0) measure(pace.tile_s, seconds / static_cast<double>(tiles));
  // It may wait for workers as long as it has a batch under way.
  const double batch_s = pace.tile_s * static_cast<double>(tiles);
  const bool has_stood = (is_there || was_alone) && pace.waited_s > kNoWait * batch_s;
  const double step = std::max(1.0, workers_ / 16);
  kept_ = std::clamp(kept_ + (has_stood ? step : -kLetGo * step), 0.0, workers_);
  pace.waited_s = 0;
}

void DrawLimit::lane_ended(std::size_t lane) { lanes_[lane].at_work = false; }
void DrawLimit::encoded(double seconds) { measure(encode_s_, seconds); }
void DrawLimit::drew(std::int64_t rows, double seconds) {
  if (rows > 0) measure(row_s_, seconds / static_cast<double>(rows));
}

double DrawLimit::tiles_per_s() const {
  double rate = 0;
  for (const Pace& pace : lanes_) {
    if (pace.at_work && pace.tile_s > 0) rate += 1 / pace.tile_s;
  }
  return rate;
}

std::optional<double> DrawLimit::busy_workers() const {
  const double rate = tiles_per_s();
  if (rate == 0 || encode_s_ == 0) return std::nullopt;
  return rate * encode_s_ + kept_;
}

int DrawLimit::drawers() const {
  const double busy = busy_workers().value_or(0);
  return static_cast<int>(std::clamp(std::floor(workers_ - busy), 0.0, workers_));
}

std::int64_t DrawLimit::short_rows() const {
  const std::optional<double> busy = busy_workers();
  if (!busy || row_s_ == 0) return 0;
  double spare_s = -1;
  for (const Pace& pace : lanes_) {
    if (!pace.at_work || pace.tile_s == 0) continue;
    const int batches = std::max(0, pace.lane.batches - kMostUnderWay);
    const double lane_s = pace.tile_s * pace.lane.batch_tiles * batches;
    if (spare_s < 0 || lane_s < spare_s) spare_s = lane_s;
  }
  spare_s *= std::max(0.0, 1 - *busy / workers_);
  return static_cast<std::int64_t>(std::min(kSpare * spare_s / row_s_, 1e9));
}

bool DrawLimit::is_too_slow(std::int64_t rows) const {
  const std::optional<double> busy = busy_workers();
  if (!busy) return false;
  const double drawing_s = row_s_ * static_cast<double>(rows) / std::max(1.0, workers_ - *busy);
  return drawing_s * tiles_per_s() > room_tiles_;
}

}  // namespace pantile
