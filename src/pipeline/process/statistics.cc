#include "pipeline/process/statistics.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "core/buffer.h"
#include "grid/tile_grid.h"
#include "ops/filter/quantiles.h"
#include "pipeline/drain/stage_reporter.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

using filter::QuantileSearch;

constexpr std::int64_t kBlockPx = 512;
/// Channels that are counted at a time: of more, the counts of all would take too much memory.
constexpr int kChannelsTogether = 8;

TileGrid blocks_of(const TileSource& source) {
  const LevelInfo& level = source.spec().levels.front();
  return {level.width, level.height, kBlockPx};
}

/// One pass over all blocks for some channels.
Status count_all(const TileSource& source, int c0, int c1, QuantileSearch& search, int threads,
                 const RunOptions& run, StageReporter& reporter) {
  const TileGrid blocks = blocks_of(source);
  const std::int64_t columns = blocks.columns(), count = columns * blocks.rows();
  std::atomic<std::int64_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  const auto work = [&]() -> Status {
    ReadContext context{run.cancel};
    QuantileSearch::Tally tally = search.tally();
    PixelBuffer buffer(source.spec().dtype, kBlockPx, kBlockPx, c1 - c0);
    for (std::int64_t i = next++; i < count && !failed; i = next++) {
      if (context.cancelled()) return Error(Code::cancelled, "stopped on request");
      const Rect rect = blocks.rect(i % columns, i / columns);
      const MutableView view = buffer.view().window({0, 0, rect.width(), rect.height()});
      PANTILE_TRY(source.read({0, 0, 0, c0, c1, rect}, view, context));
      search.count(view, tally);
      reporter.add(rect.area());
    }
    const std::lock_guard lock(mutex);
    search.add(tally);
    return {};
  };
  return run_workers(threads, [&](int) {
    const Status done = work();
    if (!done.ok()) failed = true;
    return done;
  });
}

}  // namespace

Result<Ranges> measure_quantiles(const TileSource& source, std::pair<double, double> quantiles,
                                 std::string_view stage, int threads, const RunOptions& run,
                                 std::vector<StageSummary>& stages) {
  const ImageSpec& spec = source.spec();
  const std::int64_t pixels = spec.levels.front().bounds().area();
  const int groups = (spec.channels + kChannelsTogether - 1) / kChannelsTogether;
  const int passes = QuantileSearch::passes(spec.dtype);
  StageReporter reporter(run.listener, stage, "px", pixels * groups * passes);
  Ranges ranges;
  for (int c0 = 0; c0 < spec.channels; c0 += kChannelsTogether) {
    const int c1 = std::min(spec.channels, c0 + kChannelsTogether);
    QuantileSearch search(spec.dtype, c1 - c0, quantiles);
    int made = 0;
    do {
      PANTILE_TRY(count_all(source, c0, c1, search, threads, run, reporter));
      ++made;
    } while (search.next_pass());
    reporter.add(pixels * (passes - made));  // not needed: there were no numbers
    for (int c = 0; c < c1 - c0; ++c) ranges.push_back(search.range(c));
  }
  stages.push_back(reporter.end());
  return ranges;
}

std::int64_t statistics_bytes(const TileSource& source, int threads) {
  const ImageSpec& spec = source.spec();
  const LevelInfo& level = spec.levels.front();
  const int channels = std::min(spec.channels, kChannelsTogether);
  const Rect block{0, 0, std::min(level.width, kBlockPx), std::min(level.height, kBlockPx)};
  const Cost cost = source.cost({0, 0, 0, 0, channels, block});
  const std::int64_t counts = QuantileSearch::most_bytes(spec.dtype, channels);
  const std::int64_t samples =
      kBlockPx * kBlockPx * channels * static_cast<std::int64_t>(dtype_bytes(spec.dtype));
  return threads * (cost.scratch_bytes + counts + samples) + cost.shared_bytes + counts;
}

}  // namespace pantile
