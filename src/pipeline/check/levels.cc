#include "pipeline/check/levels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "core/copy.h"
#include "pipeline/check/parents.h"
#include "pipeline/drain/chunk_queue.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

constexpr std::int64_t window_of(int threads) { return 8 * std::int64_t{threads} + 8; }

/// All shards of level 0 as leaves, group by group in Z-order.
DrainPlan all_of(const ShardLayout& layout) {
  DrainPlan plan;
  plan.leaves = layout.units(0);
  std::sort(plan.leaves.begin(), plan.leaves.end(), [](UnitId a, UnitId b) {
    return a.group != b.group ? a.group < b.group : z_begin(a) < z_begin(b);
  });
  for (const UnitId id : plan.leaves) plan.units[id].id = id;
  return plan;
}

/// The smallest rectangle that holds all pixels in which two views differ; empty: none.
Rect differing_rect(const View& a, const View& b) {
  Rect all;
  for (std::int64_t y = 0; y < a.height(); ++y) {
    const Rect row{0, y, a.width(), y + 1};
    if (same_pixels(a.window(row), b.window(row))) continue;
    for (std::int64_t x = 0; x < a.width(); ++x) {
      const Rect pixel{x, y, x + 1, y + 1};
      if (same_pixels(a.window(pixel), b.window(pixel))) continue;
      all = all.empty() ? pixel : Rect{std::min(all.x0, x), all.y0, std::max(all.x1, x + 1), y + 1};
    }
  }
  return all;
}

class LevelCheck {
 public:
  LevelCheck(StoreCheck& store, const LevelCheckOptions& options)
      : store_(store),
        options_(options),
        layout_(store.layout()),
        leaves_(all_of(layout_)),
        queue_(layout_, leaves_, window_of(options.threads)),
        buffers_(store.plan().spec.dtype, store.plan().chunk_px, store.plan().unit_channels()),
        parents_(layout_, store.plan().spec.kind, buffers_) {}

  Status run() {
    PANTILE_TRY(run_workers(options_.threads, [this](int) { return work(); }));
    if (!queue_.exhausted()) return Error(Code::cancelled, "stopped on request");
    return {};
  }

 private:
  struct Worker {
    std::unique_ptr<ChunkCodec::Scratch> scratch;
    std::unique_ptr<ChunkVisitor::Scratch> visitor_scratch;
    Bytes encoded;
  };

  Status work() {
    Worker worker;
    worker.scratch = store_.codec()->make_scratch();
    if (options_.visitor != nullptr) worker.visitor_scratch = options_.visitor->make_scratch();
    while (true) {
      if (options_.cancel != nullptr && options_.cancel->cancelled()) queue_.stop_now();
      const std::optional<ChunkQueue::Task> task = queue_.next();
      if (!task) return {};
      const Status done = do_leaf(task->chunk, worker);
      queue_.done(task->sequence);
      if (!done.ok()) {
        queue_.stop_now();
        return done;
      }
    }
  }

  Status do_leaf(ChunkId id, Worker& worker) {
    CheckedChunk chunk{id, false, buffers_.take(), {}};
    PANTILE_ASSIGN(chunk.known,
                   store_.read_chunk(id, *worker.scratch, worker.encoded, chunk.pixels.view()));
    PANTILE_TRY(visit(chunk.id, chunk.known ? &chunk.pixels : nullptr, worker));
    while (chunk.id.level + 1 < layout_.level_count()) {
      PANTILE_ASSIGN(std::optional<ExpectedChunk> parent, parents_.add(chunk));
      give_back(std::move(chunk.pixels));
      give_back(std::move(chunk.truth));
      if (!parent) return {};
      PANTILE_ASSIGN(chunk, judge(std::move(*parent), worker));
    }
    give_back(std::move(chunk.pixels));
    give_back(std::move(chunk.truth));
    return {};
  }

  void give_back(PixelBuffer buffer) {
    if (!buffer.empty()) buffers_.give_back(std::move(buffer));
  }

  Status visit(ChunkId id, const PixelBuffer* stored, Worker& worker) {
    if (options_.visitor != nullptr) {
      const View view = stored != nullptr ? stored->view() : View();
      PANTILE_TRY(options_.visitor->visit(id, stored != nullptr ? &view : nullptr,
                                          *worker.visitor_scratch));
    }
    if (options_.on_bytes) {
      options_.on_bytes(layout_.chunk_rect(id).area() * store_.plan().unit_pixel_bytes(),
                        stored != nullptr);
    }
    return {};
  }

  /// Reads the stored chunk and holds it against what it must be.
  Result<CheckedChunk> judge(ExpectedChunk expected, Worker& worker) {
    const ChunkId id = expected.id;
    CheckedChunk chunk{id, false, buffers_.take(), {}};
    PANTILE_ASSIGN(const bool readable,
                   store_.read_chunk(id, *worker.scratch, worker.encoded, chunk.pixels.view()));
    if (!readable) {
      PANTILE_TRY(visit(id, nullptr, worker));
      give_back(std::move(chunk.pixels));
      // The levels above can still be held against what this chunk must be.
      chunk.known = children_known(expected);
      chunk.pixels = std::move(expected.by_stored);
      chunk.truth = std::move(expected.by_truth);
      return chunk;
    }
    chunk.known = true;
    const bool same =
        expected.by_truth.empty() && children_known(expected) &&
        std::memcmp(chunk.pixels.data(), expected.by_stored.data(), chunk.pixels.size_bytes()) == 0;
    const Rect wrong = same ? Rect{} : wrong_part(chunk, expected);
    if (!wrong.empty()) {
      const Rect rect = translate(wrong, id.x * layout_.chunk_px(), id.y * layout_.chunk_px());
      store_.add_wrong_pixels(id, rect,
                              fmt::format("these pixels are not level {} halved", id.level - 1));
    }
    PANTILE_TRY(visit(id, wrong.empty() ? &chunk.pixels : nullptr, worker));
    if (!wrong.empty() || !expected.by_truth.empty()) set_truth(chunk, expected);
    give_back(std::move(expected.by_stored));
    give_back(std::move(expected.by_truth));
    return chunk;
  }

  bool children_known(const ExpectedChunk& expected) const {
    for (int q = 0; q < 4; ++q) {
      const bool there = !parents_.quadrant(expected.id, q).empty();
      if (there && !expected.known[static_cast<std::size_t>(q)]) return false;
    }
    return true;
  }

  /// The part of the chunk that follows neither from the stored level below nor from what that
  /// must be: if it follows from either, the level below is the one that is wrong.
  Rect wrong_part(const CheckedChunk& chunk, const ExpectedChunk& expected) const {
    Rect wrong;
    for (int q = 0; q < 4; ++q) {
      if (!expected.known[static_cast<std::size_t>(q)]) continue;
      const Rect part = parents_.quadrant(chunk.id, q);
      const View stored = chunk.pixels.view().window(part);
      const Rect differing = differing_rect(stored, expected.by_stored.view().window(part));
      if (differing.empty()) continue;
      if (!expected.by_truth.empty() &&
          same_pixels(stored, expected.by_truth.view().window(part))) {
        continue;
      }
      wrong = united(wrong, translate(differing, part.x0, part.y0));
    }
    return wrong;
  }

  /// What the chunk must be: its own pixels where the level below cannot tell.
  void set_truth(CheckedChunk& chunk, ExpectedChunk& expected) {
    const bool other = !expected.by_truth.empty();
    chunk.truth = std::move(other ? expected.by_truth : expected.by_stored);
    for (int q = 0; q < 4; ++q) {
      if (expected.known[static_cast<std::size_t>(q)]) continue;
      const Rect part = parents_.quadrant(chunk.id, q);
      if (part.empty()) continue;
      const View own = chunk.pixels.view();
      copy_pixels(own.window(part), chunk.truth.view().window(part));
    }
  }

  StoreCheck& store_;
  const LevelCheckOptions& options_;
  const ShardLayout& layout_;
  const DrainPlan leaves_;
  ChunkQueue queue_;
  ChunkBuffers buffers_;
  CheckParents parents_;
};

}  // namespace

Status check_levels(StoreCheck& store, const LevelCheckOptions& options) {
  return LevelCheck(store, options).run();
}

std::int64_t level_check_bytes(const SinkPlan& plan, int threads) {
  const auto chunk_bytes = plan.chunk_px * plan.chunk_px * plan.unit_pixel_bytes();
  const auto levels = static_cast<std::int64_t>(plan.spec.levels.size());
  // As many parents as a drain holds open, each twice where the store is damaged.
  const std::int64_t parents = window_of(threads) / 3 + 2 * levels;
  std::int64_t units = 0;
  for (const LevelInfo& l : plan.spec.levels) {
    units += plan.groups() * TileGrid{l.width, l.height, plan.shard_px}.count();
  }
  constexpr std::int64_t kUnitBytes = 200, kDecoderBytes = std::int64_t{1} << 20;
  return 2 * parents * chunk_bytes + threads * (6 * chunk_bytes + kDecoderBytes) +
         units * kUnitBytes + StoreCheck::kIndexBytes;
}

}  // namespace pantile
