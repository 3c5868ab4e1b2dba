#pragma once
/// \file
/// What is measured of every label of an image, as a file.

#include <string>
#include <vector>

#include "pantile/job.h"
#include "pantile/tile_source.h"

namespace pantile {

/// Errors: invalid (a name that ends neither in .csv nor in .json; an image that is none of
/// labels).
Status check_region_table(const std::string& path, const ImageSpec& labels);

/// Measures every channel of every plane of `labels`, and `values`, if there are any, at the same
/// pixels: for each channel of the labels the one that `value_channels` says.
/// Writes it to `path`, all or nothing: one row (.csv) or object (.json, in "regions") for each
/// label, planes (of a stack "t" and "z" come first), channels and labels ascending. Bounds are
/// half-open; what is no number is left empty (.csv) or null. Stage "regions". Errors: those of
/// measure_regions(); io.
Result<StageSummary> write_region_table(const std::string& path, const TileSource& labels,
                                        const TileSource* values,
                                        const std::vector<int>& value_channels,
                                        const RunOptions& run);

}  // namespace pantile
