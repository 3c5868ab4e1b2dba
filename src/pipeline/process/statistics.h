#pragma once
/// \file
/// A stage that reads a whole image and keeps only what it counted. All of it level 0, each channel
/// by itself; the same bits whatever the threads. Errors: those of the source; cancelled;
/// out_of_memory.

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "ops/filter/histogram.h"
#include "ops/filter/moments.h"
#include "ops/filter/settle.h"
#include "pantile/job.h"
#include "pantile/tile_source.h"
#include "pipeline/process/measured_ranges.h"

namespace pantile {

/// How a measurement runs, and where it is told of.
struct MeasureRun {
  std::string_view stage;  ///< Its name.
  int threads = 1;
  const RunOptions& run;
  std::vector<StageSummary>& stages;  ///< What was done is added to them.
};

/// What an operator wants to know (filter::Wanted); 0 and 1 of a channel without numbers.
Result<Ranges> measure(const TileSource& source, const filter::Wanted& wanted,
                       const MeasureRun& run);

/// Two quantiles, as QuantileSearch finds them: exactly; NaN of a channel without numbers.
Result<Ranges> measure_quantiles(const TileSource& source, std::pair<double, double> quantiles,
                                 const MeasureRun& run);
/// Least, greatest, mean and deviation.
Result<std::vector<filter::Moments>> measure_moments(const TileSource& source,
                                                     const MeasureRun& run);
/// Counts in bins, `bins` for all channels or one for each.
Result<std::vector<filter::Histogram>> measure_histograms(const TileSource& source,
                                                          const std::vector<filter::Bins>& bins,
                                                          const MeasureRun& run);
/// Otsu's threshold: of the values of types of 8 and 16 bits, else of 256 bins from the least to
/// the greatest (a pass more).
Result<std::vector<double>> measure_otsu(const TileSource& source, const MeasureRun& run);

/// The most memory that any of them takes (of histograms: of 65,536 bins a channel).
std::int64_t statistics_bytes(const TileSource& source, int threads);

}  // namespace pantile
