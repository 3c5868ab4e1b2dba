#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "ops/filter/histogram.h"
#include "pantile/image.h"
#include "pipeline/image/prepare.h"
#include "pipeline/process/statistics.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

/// Prepares the image and measures it: measure(source, run).
template <class Measure>
auto measured(const ImageState& image, const RunOptions& run, Measure measure)
    -> decltype(measure(*image.source, std::declval<const MeasureRun&>())) {
  const FloatEnvironmentScope float_environment;
  PANTILE_TRY(prepare(image, run));
  std::vector<StageSummary> stages;
  const int threads = run.threads > 0 ? run.threads : available_cores();
  return measure(*image.source, MeasureRun{"measure", threads, run, stages});
}

}  // namespace

Result<std::vector<ChannelStatistics>> Image::statistics(const RunOptions& run) const {
  PANTILE_ASSIGN(const std::vector<filter::Moments> found,
                 measured(*state_, run, [](const TileSource& source, const MeasureRun& of) {
                   return measure_moments(source, of);
                 }));
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  std::vector<ChannelStatistics> all;
  for (const filter::Moments& m : found) {
    if (m.count == 0) {
      all.push_back({0, kNone, kNone, kNone, kNone});
    } else {
      all.push_back({m.count, m.least, m.greatest, m.mean, m.deviation()});
    }
  }
  return all;
}

Result<std::vector<std::pair<double, double>>> Image::quantiles(std::pair<double, double> shares,
                                                                const RunOptions& run) const {
  const auto [first, second] = shares;
  if (!(first >= 0 && first < second && second <= 1)) {
    return Error(Code::invalid,
                 fmt::format("quantiles {} and {}: expected two from 0 to 1, the smaller first",
                             first, second));
  }
  PANTILE_ASSIGN(Ranges found,
                 measured(*state_, run, [&](const TileSource& source, const MeasureRun& of) {
                   return measure_quantiles(source, shares, of);
                 }));
  return found;
}

Result<std::vector<std::vector<std::uint64_t>>> Image::histogram(double low, double high,
                                                                 std::int64_t bins,
                                                                 const RunOptions& run) const {
  if (!(std::isfinite(low) && std::isfinite(high) && low < high && std::isfinite(high - low))) {
    return Error(Code::invalid,
                 fmt::format("a histogram from {} to {}: expected two numbers, the smaller first",
                             low, high));
  }
  if (bins < 1 || bins > kMostBins) {
    return Error(Code::invalid,
                 fmt::format("a histogram of {} bins: expected 1 to {}", bins, kMostBins));
  }
  const std::vector<filter::Bins> all{{low, high, static_cast<std::size_t>(bins)}};
  PANTILE_ASSIGN(const std::vector<filter::Histogram> found,
                 measured(*state_, run, [&](const TileSource& source, const MeasureRun& of) {
                   return measure_histograms(source, all, of);
                 }));
  std::vector<std::vector<std::uint64_t>> counts;
  counts.reserve(found.size());
  for (const filter::Histogram& histogram : found) counts.push_back(histogram.counts());
  return counts;
}

}  // namespace pantile
