#pragma once
/// \file
/// What is measured of every label of an image.

#include <cstdint>
#include <functional>

#include "pantile/regions.h"
#include "pantile/result.h"
#include "pantile/tile_source.h"

namespace pantile::label {

/// Measures a plane of `labels` (whole numbers from 0; 0 is the background), and one of `values` at
/// the same pixels (null: mean, least and greatest stay empty); planes are ImageSpec::plane(), of
/// one t and z the channel. One pass over both with `threads` threads; sums of values are taken
/// block by block and added in the order of the blocks, so they depend on neither threads nor
/// timing. `made` hears of pixels that were looked at, from any thread. Errors: invalid (sizes that
/// differ; labels of floats, negative or beyond 2^32 - 2; planes that are not there); those of the
/// sources; cancelled.
Result<Regions> measure_regions(const TileSource& labels, std::int64_t plane,
                                const TileSource* values, std::int64_t value_plane, int threads,
                                const CancelToken* cancel,
                                const std::function<void(std::int64_t)>& made);

}  // namespace pantile::label
