#include "pipeline/process/statistics.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "core/buffer.h"
#include "grid/tile_grid.h"
#include "ops/filter/quantiles.h"
#include "pipeline/drain/stage_reporter.h"
#include "runtime/workers.h"
#include "tile/work_items.h"

namespace pantile {
namespace {

using filter::Bins;
using filter::Histogram;
using filter::Moments;
using filter::MomentsTree;
using filter::QuantileSearch;
using filter::Statistic;

constexpr std::int64_t kBlockPx = 512;
/// Channels that are counted at a time: of more, the counts of all would take too much memory.
constexpr int kChannelsTogether = 8;

TileGrid blocks_of(const TileSource& source) {
  const LevelInfo& level = source.spec().levels.front();
  return {level.width, level.height, kBlockPx};
}

/// Planes of one channel.
std::int64_t stack_of(const TileSource& source) { return source.spec().t * source.spec().z; }

/// One pass over all blocks of all planes for channels [c0, c1). Each thread takes a `tally()`,
/// gives it to `count(samples, block's number, tally)` for every block, and to `add(tally)`, one
/// thread at a time.
template <class MakeTally, class Count, class Add>
Status pass(const TileSource& source, int c0, int c1, const MeasureRun& run,
            StageReporter& reporter, MakeTally tally, Count count, Add add) {
  const TileGrid blocks = blocks_of(source);
  const std::int64_t columns = blocks.columns(), in_plane = blocks.count(), z = source.spec().z;
  WorkItems items(stack_of(source) * in_plane, run.run.cancel);
  std::mutex mutex;
  return run_workers(run.threads, [&](int) -> Status {
    ReadContext context{run.run.cancel};
    auto mine = tally();
    PixelBuffer buffer(source.spec().dtype, kBlockPx, kBlockPx, c1 - c0);
    const Status counted = items.each([&](std::int64_t i) -> Status {
      const std::int64_t plane = i / in_plane, at = i % in_plane;
      const Rect rect = blocks.rect(at % columns, at / columns);
      const MutableView view = buffer.view().window({0, 0, rect.width(), rect.height()});
      PANTILE_TRY(source.read({0, plane / z, plane % z, c0, c1, rect}, view, context));
      count(View(view), i, mine);
      reporter.add(rect.area());
      return {};
    });
    if (!counted.ok()) return counted;
    const std::lock_guard lock(mutex);
    add(mine);
    return {};
  });
}

/// Calls each(c0, c1) for a few channels at a time.
template <class Each> Status for_channels(const TileSource& source, Each each) {
  const int channels = source.spec().channels;
  for (int c0 = 0; c0 < channels; c0 += kChannelsTogether) {
    PANTILE_TRY(each(c0, std::min(channels, c0 + kChannelsTogether)));
  }
  return {};
}

/// Reports a stage of so many passes over all channels.
StageReporter reporter_of(const TileSource& source, int passes, const MeasureRun& run) {
  const ImageSpec& spec = source.spec();
  const int groups = (spec.channels + kChannelsTogether - 1) / kChannelsTogether;
  return {run.run.listener, run.stage, "px",
          stack_of(source) * spec.levels.front().bounds().area() * groups * passes};
}

Result<std::vector<Moments>> moments_in(const TileSource& source, const MeasureRun& run,
                                        StageReporter& reporter) {
  const TileGrid blocks = blocks_of(source);
  std::vector<Moments> found;
  const Status done = for_channels(source, [&](int c0, int c1) -> Status {
    std::vector<MomentsTree> trees(static_cast<std::size_t>(c1 - c0),
                                   MomentsTree(stack_of(source) * blocks.count()));
    std::mutex mutex;
    struct Nothing {};
    PANTILE_TRY(pass(
        source, c0, c1, run, reporter, [] { return Nothing(); },
        [&](const View& samples, std::int64_t block, Nothing&) {
          for (int c = 0; c < c1 - c0; ++c) {
            const Moments made = filter::moments_of(samples.select_channels(c, c + 1));
            const std::lock_guard lock(mutex);
            trees[static_cast<std::size_t>(c)].add(block, made);
          }
        },
        [](const Nothing&) {}));
    for (const MomentsTree& tree : trees) found.push_back(tree.result());
    return {};
  });
  PANTILE_TRY(done);
  return found;
}

Result<std::vector<Histogram>> histograms_in(const TileSource& source,
                                             const std::vector<Bins>& bins, const MeasureRun& run,
                                             StageReporter& reporter) {
  std::vector<Histogram> found;
  const auto bins_of = [&](int c) { return bins[static_cast<std::size_t>(c) % bins.size()]; };
  const Status done = for_channels(source, [&](int c0, int c1) -> Status {
    const auto tally = [&] {
      std::vector<Histogram> all;
      for (int c = c0; c < c1; ++c) all.emplace_back(bins_of(c));
      return all;
    };
    std::vector<Histogram> sum = tally();
    PANTILE_TRY(pass(
        source, c0, c1, run, reporter, tally,
        [&](const View& samples, std::int64_t, std::vector<Histogram>& mine) {
          for (int c = 0; c < c1 - c0; ++c) {
            mine[static_cast<std::size_t>(c)].count(samples.select_channels(c, c + 1));
          }
        },
        [&](const std::vector<Histogram>& mine) {
          for (std::size_t c = 0; c < sum.size(); ++c) sum[c].add(mine[c]);
        }));
    found.insert(found.end(), sum.begin(), sum.end());
    return {};
  });
  PANTILE_TRY(done);
  return found;
}

}  // namespace

Result<Ranges> measure_quantiles(const TileSource& source, std::pair<double, double> quantiles,
                                 const MeasureRun& run) {
  const ImageSpec& spec = source.spec();
  const std::int64_t pixels = stack_of(source) * spec.levels.front().bounds().area();
  const int passes = QuantileSearch::passes(spec.dtype);
  StageReporter reporter = reporter_of(source, passes, run);
  Ranges ranges;
  const Status done = for_channels(source, [&](int c0, int c1) -> Status {
    QuantileSearch search(spec.dtype, c1 - c0, quantiles);
    int made = 0;
    do {
      PANTILE_TRY(pass(
          source, c0, c1, run, reporter, [&] { return search.tally(); },
          [&](const View& samples, std::int64_t, QuantileSearch::Tally& tally) {
            search.count(samples, tally);
          },
          [&](const QuantileSearch::Tally& tally) { search.add(tally); }));
      ++made;
    } while (search.next_pass());
    reporter.add(pixels * (passes - made));  // not needed: there were no numbers
    for (int c = 0; c < c1 - c0; ++c) ranges.push_back(search.range(c));
    return {};
  });
  PANTILE_TRY(done);
  run.stages.push_back(reporter.end());
  return ranges;
}

Result<std::vector<Moments>> measure_moments(const TileSource& source, const MeasureRun& run) {
  StageReporter reporter = reporter_of(source, 1, run);
  PANTILE_ASSIGN(std::vector<Moments> found, moments_in(source, run, reporter));
  run.stages.push_back(reporter.end());
  return found;
}

Result<std::vector<Histogram>> measure_histograms(const TileSource& source,
                                                  const std::vector<Bins>& bins,
                                                  const MeasureRun& run) {
  StageReporter reporter = reporter_of(source, 1, run);
  PANTILE_ASSIGN(std::vector<Histogram> found, histograms_in(source, bins, run, reporter));
  run.stages.push_back(reporter.end());
  return found;
}

Result<std::vector<double>> measure_otsu(const TileSource& source, const MeasureRun& run) {
  const DType dtype = source.spec().dtype;
  const bool few = filter::has_few_values(dtype);
  StageReporter reporter = reporter_of(source, few ? 1 : 2, run);
  std::vector<Bins> bins{few ? filter::bins_of_values(dtype) : Bins{}};
  if (!few) {
    PANTILE_ASSIGN(const std::vector<Moments> moments, moments_in(source, run, reporter));
    bins.clear();
    for (const Moments& m : moments) {
      // Of one value that; of none 0; infinities are for the operator to refuse.
      if (m.count == 0) {
        bins.push_back({0, 0, 1});
      } else {
        bins.push_back({m.least, m.greatest, m.least < m.greatest ? 256u : 1u});
      }
    }
  }
  PANTILE_ASSIGN(const std::vector<Histogram> found, histograms_in(source, bins, run, reporter));
  run.stages.push_back(reporter.end());
  std::vector<double> thresholds;
  for (const Histogram& histogram : found) {
    const Bins& of = histogram.bins();
    thresholds.push_back(of.count == 1 ? of.centre(0) : filter::otsu_threshold(histogram));
  }
  return thresholds;
}

Result<Ranges> measure(const TileSource& source, const filter::Wanted& wanted,
                       const MeasureRun& run) {
  Ranges ranges;
  if (wanted.what == Statistic::quantiles) {
    PANTILE_ASSIGN(ranges, measure_quantiles(source, wanted.quantiles, run));
    for (auto& range : ranges) {
      if (std::isnan(range.first)) range = {0, 1};
    }
    return ranges;
  }
  if (wanted.what == Statistic::otsu) {
    PANTILE_ASSIGN(const std::vector<double> thresholds, measure_otsu(source, run));
    for (const double threshold : thresholds) ranges.emplace_back(threshold, threshold);
    return ranges;
  }
  PANTILE_ASSIGN(const std::vector<Moments> moments, measure_moments(source, run));
  for (const Moments& m : moments) {
    if (m.count == 0) {
      ranges.emplace_back(0, 1);
    } else if (wanted.what == Statistic::extremes) {
      ranges.emplace_back(m.least, m.greatest);
    } else {
      ranges.emplace_back(m.mean, m.deviation());
    }
  }
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
