#include "pipeline/drain/drain.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "pantile/encoded_chunks.h"
#include "pipeline/drain/chunk_queue.h"
#include "pipeline/drain/committer.h"
#include "pipeline/drain/lane_window.h"
#include "pipeline/drain/open_parents.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// What the plan, the countdown and the sinks remember of one unit.
constexpr std::int64_t kUnitBytes = 400;

/// The distinct codecs of the sinks, and which sinks take each one's bytes.
struct CodecUse {
  std::shared_ptr<const ChunkCodec> codec;
  std::uint32_t sinks = 0;
};

std::vector<CodecUse> codec_uses(const Codecs& codecs) {
  std::vector<CodecUse> uses;
  std::map<std::string, std::size_t> by_identity;
  for (std::size_t i = 0; i < codecs.size(); ++i) {
    const auto [at, added] = by_identity.emplace(codecs[i]->identity(), uses.size());
    if (added) uses.push_back({codecs[i], 0});
    uses[at->second].sinks |= 1u << i;
  }
  return uses;
}

Codecs codecs_of(const std::vector<TileSink*>& sinks) {
  Codecs codecs;
  for (const TileSink* sink : sinks) codecs.push_back(sink->codec());
  return codecs;
}

/// Counts each unit's chunks down to its commit. Lock-free after construction.
class UnitCountdown {
 public:
  UnitCountdown(const ShardLayout& layout, const DrainPlan& todo) {
    for (const auto& [id, work] : todo.units) {
      remaining_.try_emplace(id, layout.chunk_cells(id).area());
    }
  }
  /// True for the caller who delivers the unit's last chunk.
  bool delivered(UnitId id) {
    return remaining_.at(id).fetch_sub(1, std::memory_order_acq_rel) == 1;
  }

 private:
  std::map<UnitId, std::atomic<std::int64_t>> remaining_;
};

/// What the workers of one drain share.
class Drain {
 public:
  Drain(const DrainJob& job, const DrainPlan& todo, const DrainOptions& options)
      : job_(job),
        todo_(todo),
        options_(options),
        encoded_(job.source->encoded_chunks()),
        layout_(job.plan),
        codecs_(codec_uses(codecs_of(job.sinks))),
        queue_(layout_, todo, window_of(options.threads, tiles_alive(options.lanes))),
        buffers_(job.plan.spec.dtype, job.plan.chunk_px, job.plan.unit_channels()),
        parents_(layout_, job.plan.spec.kind, buffers_),
        countdown_(layout_, todo),
        committer_(job.sinks, committers_for(options.threads)) {
    if (!options.lanes.empty()) {
      feed_.emplace(queue_, layout_, options.lanes,
                    WorkDivision::Settings{
                        .workers = options.threads,
                        .workers_read = options.workers_read,
                        .room_tiles = room_of(options.threads, tiles_alive(options.lanes)),
                        .is_for_lanes = [this](const ChunkQueue::Task& task) {
                          return task.chunk.level == 0 && task.unit->origin == Origin::source &&
                                 !can_copy(*task.unit);
                        }});
    }
  }

  Status run() {
    const int lanes = static_cast<int>(options_.lanes.size());
    const Status worked = run_workers(options_.threads + lanes, [&](int i) -> Status {
      if (i < options_.threads) return work();
      StopOnFailure stop{*this};
      feed_->run_lane(static_cast<std::size_t>(i - options_.threads));
      stop.all_is_well = true;
      return {};
    });
    if (feed_ && options_.on_lane) std::ranges::for_each(feed_->uses(), options_.on_lane);
    if (feed_ && options_.on_workers_idle) options_.on_workers_idle(feed_->workers_idle_s());
    const Status committed = committer_.finish();
    PANTILE_TRY(worked);
    PANTILE_TRY(committed);
    if (!queue_.exhausted()) return Error(Code::cancelled, "stopped on request");
    return {};
  }

 private:
  /// Per-worker state, made once.
  struct Worker {
    std::vector<std::unique_ptr<ChunkCodec::Scratch>> scratch;  // beside codecs_
    double waited_s = 0;                                        // for the committer
  };

  /// Stops the others when a worker leaves by an error or exception.
  struct StopOnFailure {
    Drain& drain;
    bool all_is_well = false;
    ~StopOnFailure() {
      if (all_is_well) return;
      drain.queue_.stop_now();
      if (drain.feed_) drain.feed_->stop();
    }
  };

  Status work() {
    StopOnFailure stop{*this};
    Worker worker;
    for (const CodecUse& use : codecs_) worker.scratch.push_back(use.codec->make_scratch());
    while (true) {
      if (options_.cancel != nullptr && options_.cancel->cancelled()) {
        queue_.stop_after_begun_units();
      }
      std::optional<LaneWork> next = next_work();
      if (!next) {
        if (feed_) feed_->waited(worker.waited_s);
        stop.all_is_well = true;
        return {};
      }
      const ChunkQueue::Task task = next->task;
      if (next->drawing != nullptr) {
        PANTILE_ASSIGN(const bool is_last, draw_band(*next));
        if (!is_last) continue;
        PANTILE_TRY(deliver({task.chunk, std::move(next->drawing->pixels)}, worker));
      } else if (next->batch != nullptr) {
        const Stopwatch time;
        const double waited_s = worker.waited_s;
        PANTILE_TRY(deliver_tile(*next, worker));
        feed_->encoded(time.seconds() - (worker.waited_s - waited_s));
        next.reset();  // the lane may have its batch back
      } else {
        PANTILE_TRY(do_leaf(task, worker));
      }
      queue_.done(task.sequence);
      if (feed_) feed_->queue_moved();
      if (options_.on_pixels) {
        options_.on_pixels(layout_.chunk_rect(task.chunk).area(), *task.unit);
      }
    }
  }

  std::optional<LaneWork> next_work() {
    if (feed_) return feed_->next();
    const std::optional<ChunkQueue::Task> task = queue_.next();
    if (!task) return std::nullopt;
    return LaneWork{.task = *task};
  }

  /// A chunk's buffer, with zeros where the chunk lies beyond the picture's edge.
  PixelBuffer take_pixels(const Rect& rect) {
    PixelBuffer pixels = buffers_.take();
    if (rect.width() < layout_.chunk_px() || rect.height() < layout_.chunk_px()) {
      std::memset(pixels.data(), 0, pixels.size_bytes());
    }
    return pixels;
  }

  /// True where the drawing is complete.
  Result<bool> draw_band(const LaneWork& work) {
    const Stopwatch time;
    Drawing& drawing = *work.drawing;
    const Rect rect = layout_.chunk_rect(work.task.chunk);
    std::call_once(drawing.begun, [&] { drawing.pixels = take_pixels(rect); });
    ReadContext context;  // without the token: a unit that was begun is completed
    const std::int64_t end = work.first_row + work.rows;
    Region band = layout_.chunk_region(work.task.chunk);
    band.rect = {rect.x0, rect.y0 + work.first_row, rect.x1, rect.y0 + end};
    PANTILE_TRY(job_.source->read(
        band, drawing.pixels.view().window({0, work.first_row, rect.width(), end}), context));
    return feed_->drew(work, time.seconds());
  }

  Status do_leaf(const ChunkQueue::Task& task, Worker& worker) {
    const ChunkId& chunk = task.chunk;
    if (options_.tiles == nullptr || chunk.level != 0 || task.unit->origin != Origin::source) {
      return make_leaf(task, worker);
    }
    const TileGrid grid = layout_.chunks(0);
    return options_.tiles->tile({layout_.chunk_rect(chunk), chunk.x, chunk.y, grid.columns(),
                                 grid.rows(), chunk.group, layout_.groups()},
                                [&] { return make_leaf(task, worker); });
  }

  Status make_leaf(const ChunkQueue::Task& task, Worker& worker) {
    if (can_copy(*task.unit)) {
      PANTILE_ASSIGN(const bool copied, copy_leaf(task, worker));
      if (copied) return {};
    }
    const Rect rect = layout_.chunk_rect(task.chunk);
    PixelBuffer pixels = take_pixels(rect);
    const TileSource& source = task.unit->origin == Origin::store ? *job_.stored : *job_.source;
    ReadContext context;  // without the token: a unit that was begun is completed
    const MutableView target = pixels.view().window({0, 0, rect.width(), rect.height()});
    PANTILE_TRY(source.read(layout_.chunk_region(task.chunk), target, context));
    return deliver({task.chunk, std::move(pixels)}, worker);
  }

  /// True when the source holds just the bytes that every sink of this unit wants.
  bool can_copy(const UnitWork& work) const {
    if (encoded_ == nullptr || layout_.groups() != 1 || work.origin != Origin::source ||
        work.feeds_parent || encoded_->chunk_px() != layout_.chunk_px()) {
      return false;
    }
    return std::all_of(codecs_.begin(), codecs_.end(), [&](const CodecUse& use) {
      return (use.sinks & work.missing) == 0 || use.codec->identity() == encoded_->codec_identity();
    });
  }

  /// Hands the encoded chunk on as it is; false when the source has none.
  Result<bool> copy_leaf(const ChunkQueue::Task& task, Worker& worker) {
    const UnitWork& work = *task.unit;
    PANTILE_ASSIGN(std::vector<std::byte> bytes,
                   encoded_->read_encoded_chunk(task.chunk.level, task.chunk.x, task.chunk.y));
    if (bytes.empty()) return false;
    for (std::uint32_t wanted = work.missing; wanted != 0; wanted &= wanted - 1) {
      TileSink& sink = *job_.sinks[static_cast<std::size_t>(std::countr_zero(wanted))];
      PANTILE_TRY(sink.put(work.id, task.chunk, bytes));
    }
    if (countdown_.delivered(work.id)) {
      PANTILE_TRY(committer_.submit(work.id, work.missing, worker.waited_s));
    }
    return true;
  }

  /// As deliver(), of pixels that a lane has read.
  Status deliver_tile(const LaneWork& work, Worker& worker) {
    std::optional<OpenParents::Finished> parent;
    PANTILE_TRY(pass_on(work.task.chunk, work.batch->tile(work.index), work.batch->half(work.index),
                        worker, parent));
    if (!parent) return {};
    return deliver(std::move(*parent), worker);
  }

  /// Puts a finished chunk where it is wanted, and its parents as they become complete.
  Status deliver(OpenParents::Finished chunk, Worker& worker) {
    while (true) {
      std::optional<OpenParents::Finished> parent;
      const Status passed =
          pass_on(chunk.chunk, std::as_const(chunk.pixels).view(), {}, worker, parent);
      buffers_.give_back(std::move(chunk.pixels));
      PANTILE_TRY(passed);
      if (!parent) return {};
      chunk = std::move(*parent);
    }
  }

  /// One chunk to its sinks and into its parent, which comes out where it is complete.
  Status pass_on(ChunkId id, View pixels, const std::optional<View>& half, Worker& worker,
                 std::optional<OpenParents::Finished>& parent) {
    const UnitId unit = layout_.unit_of(id);
    const UnitWork& work = todo_.units.at(unit);
    PANTILE_TRY(put(work, id, pixels, worker));
    if (work.feeds_parent) {
      PANTILE_ASSIGN(parent, parents_.add(id, pixels, half));
    }
    if (countdown_.delivered(unit) && work.missing != 0) {
      PANTILE_TRY(committer_.submit(unit, work.missing, worker.waited_s));
    }
    return {};
  }

  Status put(const UnitWork& work, ChunkId id, View pixels, Worker& worker) {
    for (std::size_t c = 0; c < codecs_.size(); ++c) {
      std::uint32_t wanted = codecs_[c].sinks & work.missing;
      if (wanted == 0) continue;
      std::vector<std::byte> encoded;
      PANTILE_TRY(codecs_[c].codec->encode(pixels, *worker.scratch[c], encoded));
      while (wanted != 0) {
        TileSink& sink = *job_.sinks[static_cast<std::size_t>(std::countr_zero(wanted))];
        wanted &= wanted - 1;
        PANTILE_TRY(sink.put(work.id, id, wanted == 0 ? std::move(encoded) : encoded));
      }
    }
    return {};
  }

  const DrainJob& job_;
  const DrainPlan& todo_;
  const DrainOptions& options_;
  const EncodedChunks* const encoded_;
  const ShardLayout layout_;
  const std::vector<CodecUse> codecs_;
  ChunkQueue queue_;
  ChunkBuffers buffers_;
  OpenParents parents_;
  UnitCountdown countdown_;
  Committer committer_;
  std::optional<LaneFeed> feed_;  ///< Where there are lanes.
};

}  // namespace

int matching_levels(const TileSource& source, const SinkPlan& plan) {
  const auto& have = source.spec().levels;
  const auto& want = plan.spec.levels;
  std::size_t n = 0;
  while (n < have.size() && n < want.size() && have[n].width == want[n].width &&
         have[n].height == want[n].height) {
    ++n;
  }
  return static_cast<int>(n);
}

std::int64_t drain_memory_bytes(const SinkPlan& plan, const Codecs& codecs, int threads,
                                std::int64_t lane_tiles) {
  const Layout chunk =
      Layout::interleaved(plan.spec.dtype, plan.chunk_px, plan.chunk_px, plan.unit_channels());
  const auto chunk_bytes = static_cast<std::int64_t>(chunk.packed_bytes());
  // Z-order keeps window/4 + 1 parents open one level up, a quarter of that above, and so on:
  // window/3 in all, and at most two more a level where the window crosses a border.
  const auto levels = static_cast<std::int64_t>(plan.spec.levels.size());
  const std::int64_t parents = window_of(threads, lane_tiles) / 3 + 2 * levels;
  std::int64_t units = 0;
  for (const LevelInfo& l : plan.spec.levels) {
    units += plan.groups() * TileGrid{l.width, l.height, plan.shard_px}.count();
  }
  std::int64_t bytes = (parents + threads) * chunk_bytes + units * kUnitBytes;
  for (const CodecUse& use : codec_uses(codecs)) {
    bytes += threads * use.codec->working_bytes(chunk);
  }
  return bytes;
}

Status drain(const DrainJob& job, const DrainPlan& todo, const DrainOptions& options) {
  if (todo.leaves.empty()) return {};
  return Drain(job, todo, options).run();
}

}  // namespace pantile
