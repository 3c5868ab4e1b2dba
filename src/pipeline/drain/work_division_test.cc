// Workers beside lanes in simulated time: whom the decisions of WorkDivision keep waiting.
#include "pipeline/drain/work_division.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "pipeline/drain/committer.h"
#include "pipeline/drain/lane_window.h"
#include "pipeline/test_images.h"

namespace pantile {
namespace {

using Handed = ChunkQueue::Handed;

constexpr std::int64_t kTilePx = 512;
constexpr double kNever = std::numeric_limits<double>::infinity();

/// A machine: seconds are those of one worker or one lane.
struct Machine {
  int workers = 16, lanes = 1;
  int batch_tiles = 34, batches = 3;
  double lane_tile_s = 1e-4;  ///< A lane's, where nothing holds it up.
  double draw_tile_s = 1e-2;  ///< A worker's.
  double encode_s = 1.65e-3;  ///< A worker's, of a lane's tile or its own.
  double scatter = 0;         ///< Of every time, up or down at the most.
  std::int64_t columns = 200, rows = 150;
  bool workers_read = true;
  double commit_s = 0;  ///< A committer's, of a shard.
  int committers = 0;   ///< 0: as a drain has them.
  std::int64_t lane_breaks_after = std::numeric_limits<std::int64_t>::max();  ///< Tiles.

  std::int64_t lane_tiles() const { return std::int64_t{lanes} * batch_tiles * batches; }
  std::int64_t room() const { return room_of(workers, lane_tiles()); }
  std::int64_t window() const { return window_of(workers, lane_tiles()); }
  /// Workers that the lanes' tiles keep busy.
  double encoders() const { return lanes * encode_s / lane_tile_s; }
};

struct Outcome {
  double seconds = 0;       ///< Until nobody works; the last commits take the same in any job.
  double lanes_rate = 0;    ///< Share of the time that lanes read, of what they do alone.
  double workers_idle = 0;  ///< Of their time.
  std::int64_t by_lanes = 0, by_workers = 0;
  double gain = 0;  ///< Over the better of encoding everything and what lanes do alone.
};

class SimulatedLane final : public TileLane {
 public:
  explicit SimulatedLane(const Machine& machine) : machine_(machine) {}
  const std::string& name() const override { return name_; }
  int batch_tiles() const override { return machine_.batch_tiles; }
  int batches() const override { return machine_.batches; }
  std::int64_t peak_device_bytes() const override { return 0; }
  void wait_for_room() override {}
  Result<std::unique_ptr<TileBatch>> begin(std::span<const Rect>) override {
    return std::unique_ptr<TileBatch>(std::make_unique<Batch>(alive));
  }
  int alive = 0;

 private:
  struct Batch final : TileBatch {
    explicit Batch(int& count) : alive(count) { ++alive; }
    ~Batch() override { --alive; }
    Status wait() override { return {}; }
    View tile(std::size_t) const override { return {}; }
    int& alive;
  };
  const Machine machine_;
  const std::string name_ = "simulated";
};

/// Lanes and workers as LaneFeed and Drain run them, one event after the other.
class Simulation {
 public:
  explicit Simulation(const Machine& machine)
      : m_(machine),
        source_(machine.columns * kTilePx, machine.rows * kTilePx),
        plan_(plan_of(source_)),
        sinks_{&sink_},
        layout_(plan_),
        todo_((static_cast<void>(sink_.begin(plan_)), plan_drain(layout_, sinks_, -1, 1, {}))),
        queue_(layout_, todo_, machine.window()),
        workers_(static_cast<std::size_t>(machine.workers)),
        commits_(static_cast<std::size_t>(machine.committers > 0 ? machine.committers
                                                                 : committers_for(machine.workers)),
                 kNever),
        most_open_(2 * std::ssize(commits_)) {
    std::vector<TileLane*> pointers;
    for (int i = 0; i < m_.lanes; ++i) {
      lanes_.emplace_back().lane = std::make_unique<SimulatedLane>(m_);
      pointers.push_back(lanes_.back().lane.get());
    }
    division_.emplace(queue_, layout_, pointers,
                      WorkDivision::Settings{m_.workers, m_.workers_read, m_.room(),
                                             [](const ChunkQueue::Task&) { return true; }});
  }

  Outcome run() {
    while (true) {
      while (step()) {}
      double next = kNever;
      for (const Worker& w : workers_) next = std::min(next, w.until);
      for (const Lane& l : lanes_) next = std::min(next, l.until);
      for (const double until : commits_) next = std::min(next, until);
      if (next == kNever) break;
      for (const Worker& w : workers_) {
        if (w.until == kNever && !w.ended) idle_s_ += next - now_;
      }
      now_ = next;
    }
    EXPECT_TRUE(queue_.exhausted());
    EXPECT_EQ(open_shards_, 0);
    for (const Worker& w : workers_) EXPECT_TRUE(w.ended);
    EXPECT_EQ(by_lanes_ + by_workers_, m_.columns * m_.rows);
    Outcome o;
    o.seconds = worked_s_;
    o.by_lanes = by_lanes_;
    o.by_workers = by_workers_;
    o.lanes_rate = lanes_s_ / m_.lanes / worked_s_;
    o.workers_idle = idle_s_ / (worked_s_ * m_.workers);
    const auto all = static_cast<double>(m_.columns * m_.rows);
    o.gain = all * std::max(m_.encode_s / m_.workers, m_.lane_tile_s / m_.lanes) / worked_s_;
    return o;
  }

 private:
  struct Worker {
    double until = kNever, since = 0;
    LaneWork work;
    double encoded_s = 0;
    bool encodes_drawing = false, submits = false, ended = false;
  };
  struct Begun {
    std::vector<ChunkQueue::Task> tasks;
    std::shared_ptr<TileBatch> batch;
    double begun_s = 0, there_s = 0;
  };
  struct Lane {
    std::unique_ptr<SimulatedLane> lane;
    std::deque<Begun> under_way;
    std::vector<ChunkQueue::Task> gathered;
    double until = kNever, wait_s = 0, free_s = 0;
    std::optional<double> blocked_since;
    std::int64_t tiles = 0;
    bool waits = false, ended = false;
  };

  static SinkPlan plan_of(const TileSource& source) {
    SinkPlan plan;
    plan.chunk_px = kTilePx;
    plan.shard_px = 8 * kTilePx;
    plan.spec = source.spec();
    return plan;
  }

  /// The same in every run.
  double scattered(double seconds) { return scattered(seconds, random_); }
  double scattered(double seconds, std::uint64_t& random) const {
    random = random * 6364136223846793005U + 1442695040888963407U;
    const double unit = static_cast<double>(random >> 11) / static_cast<double>(1ULL << 53);
    return seconds * (1 + m_.scatter * (2 * unit - 1));
  }

  /// Whether anybody moved at this time.
  bool step() {
    bool moved = false;
    for (std::size_t i = 0; i < lanes_.size(); ++i) moved = step_lane(i) || moved;
    for (Worker& worker : workers_) moved = step_worker(worker) || moved;
    for (double& until : commits_) moved = step_commit(until) || moved;
    return moved;
  }

  bool step_commit(double& until) {
    if (until == kNever ? waiting_shards_ == 0 : until > now_) return false;
    if (until == kNever) {
      --waiting_shards_;
      until = now_ + scattered(m_.commit_s, random_of_commits_);
    } else {
      --open_shards_;
      until = kNever;
    }
    return true;
  }

  bool step_worker(Worker& w) {
    if (w.ended || (w.until != kNever && w.until > now_)) return false;
    if (w.submits && open_shards_ == most_open_) return false;
    if (w.submits) submit(w);
    if (w.until != kNever) end_work(w);
    if (w.until != kNever) return true;  // a drawing is complete, and is encoded now
    if (w.submits) return true;
    const Handed handed = division_->next(w.work);
    w.ended = handed == Handed::none;
    if (w.ended) worked_s_ = now_;
    if (handed != Handed::task) return w.ended;
    w.since = now_;
    const double tile_s = w.work.batch != nullptr ? m_.encode_s : m_.draw_tile_s + m_.encode_s;
    w.until = now_ + scattered(w.work.drawing == nullptr
                                   ? tile_s
                                   : m_.draw_tile_s * static_cast<double>(w.work.rows) / kTilePx);
    return true;
  }

  void end_work(Worker& w) {
    w.until = kNever;
    if (w.work.drawing != nullptr && !w.encodes_drawing) {
      if (!division_->drew(w.work, now_ - w.since)) return;
      w.encodes_drawing = true;
      w.until = now_ + scattered(m_.encode_s);
      return;
    }
    w.encodes_drawing = false;
    w.encoded_s = now_ - w.since;
    const UnitId unit = w.work.task.unit->id;
    w.submits = ++chunks_encoded_[unit] == layout_.chunk_cells(unit).area();
    if (!w.submits) finish_work(w);
  }

  /// Hands a complete shard on to the committers.
  void submit(Worker& w) {
    ++open_shards_;
    ++waiting_shards_;
    w.submits = false;
    finish_work(w);
  }

  void finish_work(Worker& w) {
    if (w.work.batch != nullptr) {
      ++by_lanes_;
      division_->limit().encoded(w.encoded_s);
    } else {
      ++by_workers_;
    }
    queue_.done(w.work.task.sequence);
    w.work = {};
  }

  bool step_lane(std::size_t i) {
    Lane& l = lanes_[i];
    if (l.ended || (l.until != kNever && l.until > now_)) return false;
    if (l.until != kNever) finish_oldest(i);
    if (l.gathered.empty()) {
      const Handed handed = division_->gather(i, l.gathered);
      if (l.gathered.empty()) {
        if (!l.under_way.empty()) return wait_for_oldest(l);
        if (handed == Handed::none || l.tiles >= m_.lane_breaks_after) end(i);
        return l.ended;
      }
    }
    if (l.tiles >= m_.lane_breaks_after) {
      division_->give_up(l.gathered);
      for (const Begun& begun : l.under_way) division_->give_up(begun.tasks);
      l.under_way.clear();
      end(i);
      return true;
    }
    if (std::ssize(l.under_way) >= batches_under_way(l.lane->batches())) return wait_for_oldest(l);
    if (!l.blocked_since) l.blocked_since = now_;
    if (l.lane->alive >= m_.batches) return false;
    division_->limit().lane_waited(i, now_ - *l.blocked_since);
    l.blocked_since.reset();
    const double seconds = scattered(m_.lane_tile_s * static_cast<double>(l.gathered.size()));
    l.free_s = std::max(l.free_s, now_) + seconds;
    lanes_s_ += seconds;
    l.under_way.push_back({std::move(l.gathered), *l.lane->begin({}), now_, l.free_s});
    l.gathered.clear();
    return true;
  }

  bool wait_for_oldest(Lane& l) {
    l.wait_s = now_;
    l.until = std::max(now_, l.under_way.front().there_s);
    return true;
  }

  void finish_oldest(std::size_t i) {
    Lane& l = lanes_[i];
    l.until = kNever;
    const Begun begun = std::move(l.under_way.front());
    l.under_way.pop_front();
    const auto count = static_cast<std::int64_t>(begun.tasks.size());
    division_->deliver(begun.tasks, begun.batch);
    division_->limit().lane_read(i, count, begun.begun_s, l.wait_s, now_);
    l.tiles += count;
  }

  void end(std::size_t i) {
    lanes_[i].ended = true;
    division_->lane_ended(i);
  }

  const Machine m_;
  testing_images::HashedSource source_;
  SinkPlan plan_;
  testing_images::MemorySink sink_;
  std::vector<TileSink*> sinks_;
  ShardLayout layout_;
  DrainPlan todo_;
  ChunkQueue queue_;
  std::vector<Lane> lanes_;
  std::optional<WorkDivision> division_;
  std::vector<Worker> workers_;
  std::vector<double> commits_;  ///< When each committer is done.
  const std::int64_t most_open_;
  std::map<UnitId, std::int64_t> chunks_encoded_;
  std::int64_t open_shards_ = 0, waiting_shards_ = 0;  ///< Of the open ones nobody has taken these.
  double now_ = 0, worked_s_ = 0, idle_s_ = 0, lanes_s_ = 0;
  std::int64_t by_lanes_ = 0, by_workers_ = 0;
  std::uint64_t random_ = 1, random_of_commits_ = 1;
};

Outcome simulate(const Machine& machine) { return Simulation(machine).run(); }

/// As measured for `complex` on one core, 0.22 Gpx/s; a lane draws `lane_px_s` of them, and copies
/// 15 Gpx/s at the most.
Machine machine_of(int workers, int samples, double lane_px_s) {
  Machine m;
  m.workers = workers;
  m.batches = 2 + std::max(2, (2 * workers + m.batch_tiles - 1) / m.batch_tiles);
  const double tile_samples = static_cast<double>(kTilePx * kTilePx * samples * samples);
  m.lane_tile_s = std::max(tile_samples / lane_px_s, kTilePx * kTilePx / 15e9);
  m.draw_tile_s = tile_samples / 0.22e9;
  // 64 tiles, a seventh of which is left, and a third as much of the coarser levels, at 0.43 GB/s.
  m.commit_s = 64 * kTilePx * kTilePx * 3 / 7.1 * 4 / 3 / 0.43e9;
  return m;
}

/// Checks the outcome against what binds on this machine.
void expect_well_used(const Machine& m) {
  const Outcome o = simulate(m);
  SCOPED_TRACE(testing::Message() << m.workers << " workers, " << m.lanes << " lanes, encoders "
                                  << m.encoders() << ", a worker draws in "
                                  << m.draw_tile_s / m.lane_tile_s << " tiles of a lane");
  const double free_workers = m.workers - m.encoders();
  if (free_workers <= 0) {
    // Encoding binds, and all workers encode.
    EXPECT_GE(o.gain, 0.98);
    EXPECT_LE(o.workers_idle, 0.05);
    EXPECT_LE(o.by_workers, (o.by_workers + o.by_lanes) / 200);
    return;
  }
  EXPECT_GE(o.lanes_rate, 0.98);
  // While lanes read a window, all free workers draw one chunk: or there is nothing in it for them.
  const bool draws_in_time =
      m.draw_tile_s / free_workers * m.lanes / m.lane_tile_s <= 0.8 * static_cast<double>(m.room());
  if (m.workers_read && draws_in_time) {
    EXPECT_LE(o.workers_idle, 0.05);
    EXPECT_GE(o.gain, 0.98);
  }
}

TEST(WorkDivision, LanesLoseNothingAndWorkersAreBusy) {
  for (const int workers : {2, 4, 16, 64}) {
    for (const int samples : {1, 2, 3, 5, 8, 16}) {
      for (const double lane_px_s : {2e9, 10e9, 65e9}) {
        for (const double scatter : {0.0, 0.5}) {
          Machine m = machine_of(workers, samples, lane_px_s);
          m.scatter = scatter;
          expect_well_used(m);
        }
      }
    }
  }
}

TEST(WorkDivision, OneCommitterForAllWouldHoldThemUp) {
  Machine m = machine_of(16, 1, 65e9);
  EXPECT_GE(simulate(m).gain, 0.98);
  m.committers = 1;
  const Outcome o = simulate(m);
  EXPECT_LT(o.gain, 0.4);
  EXPECT_GT(o.workers_idle, 0.5) << "who waits to submit is idle";
}

TEST(WorkDivision, SeveralLanes) {
  for (const int samples : {1, 3, 8}) {
    Machine m = machine_of(16, samples, 20e9);
    m.lanes = 3;
    expect_well_used(m);
  }
}

TEST(WorkDivision, WorkersThatShallNotDrawOnlyEncode) {
  Machine m = machine_of(16, 8, 65e9);
  m.workers_read = false;
  expect_well_used(m);
  EXPECT_EQ(simulate(m).by_workers, 0);
}

TEST(WorkDivision, AfterTheLastLaneAllWorkersDraw) {
  for (const bool workers_read : {true, false}) {
    Machine m = machine_of(16, 3, 65e9);
    m.workers_read = workers_read;
    m.lane_breaks_after = 3000;
    const Outcome o = simulate(m);
    EXPECT_LT(o.by_lanes, 5000);
    EXPECT_LE(o.workers_idle, 0.05);
  }
}

TEST(WorkDivision, FewTilesOfManyWorkers) {
  for (const auto& [columns, rows] : {std::pair(1, 1), {2, 2}, {9, 7}}) {
    Machine m = machine_of(64, 8, 65e9);
    m.columns = columns;
    m.rows = rows;
    const Outcome o = simulate(m);
    EXPECT_EQ(o.by_lanes + o.by_workers, columns * rows);
  }
}

TEST(DrawLimit, FollowsWhatIsMeasured) {
  const DrawLimit::Lane lane{10, 4};
  DrawLimit limit(16, std::vector{lane}, 100);
  EXPECT_EQ(limit.drawers(), 16);  // nothing is known
  EXPECT_EQ(limit.short_rows(), 0);
  EXPECT_FALSE(limit.is_too_slow(512));
  double now = 0;
  const auto read = [&](double seconds) {
    limit.lane_read(0, 10, now - 0.001, now, now + seconds);  // begun before the last was there
    now += seconds;
  };
  for (int i = 0; i < 100; ++i) read(0.01);
  limit.encoded(0.0035);
  EXPECT_EQ(limit.drawers(), 12);  // 3.5 of 16 are busy with 1000 tiles a second
  limit.drew(16, 0.0016);
  // Of two batches' 20 ms 12.5 / 16 are to spare, and half of that is used.
  EXPECT_EQ(limit.short_rows(), 78);
  EXPECT_FALSE(limit.is_too_slow(512));  // 51.2 ms by 12.5 workers
  EXPECT_TRUE(limit.is_too_slow(16384));
  // Waiting that is over before the lane's work is does no harm.
  limit.lane_waited(0, 0.005);
  read(0.01);
  EXPECT_EQ(limit.drawers(), 12);
  // But a lane that has stood still keeps workers from drawing, for a while.
  for (int i = 0; i < 20; ++i) {
    limit.lane_waited(0, 0.005);
    limit.lane_read(0, 10, now - 0.02, now + 0.005, now + 0.005);
    now += 0.005;
  }
  EXPECT_EQ(limit.drawers(), 0);
  for (int i = 0; i < 400; ++i) read(0.01);
  EXPECT_EQ(limit.drawers(), 12);
  limit.lane_ended(0);
  EXPECT_EQ(limit.drawers(), 16);
}

}  // namespace
}  // namespace pantile
