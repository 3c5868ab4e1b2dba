#pragma once
/// \file
/// A stage that reads a whole image and keeps only what it counted.

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "pantile/job.h"
#include "pantile/tile_source.h"
#include "pipeline/process/measured_ranges.h"

namespace pantile {

/// The two quantiles of each channel of level 0, as QuantileSearch finds them: exactly, whatever
/// the threads. Errors: those of the source; cancelled; out_of_memory.
Result<Ranges> measure_quantiles(const TileSource& source, std::pair<double, double> quantiles,
                                 std::string_view stage, int threads, const RunOptions& run,
                                 std::vector<StageSummary>& stages);

/// The most memory that it takes.
std::int64_t statistics_bytes(const TileSource& source, int threads);

}  // namespace pantile
