#pragma once
/// \file
/// Any part of a source into memory, by several threads.

#include "pantile/job.h"
#include "pantile/tile_source.h"

namespace pantile {

/// Fills `out` with `region` of level 0: cut into blocks of whole source tiles, which threads take
/// one after the other. Progress is reported as stage "compute". Errors: those of the source;
/// cancelled; invalid.
Status compute_region(const TileSource& source, const Region& region, MutableView out,
                      const RunOptions& run);

/// Fills all planes of level 0 in the same way, as one stage: plane (0, 0) goes into `out`, the
/// others lie `strides` away from it.
Status compute_planes(const TileSource& source, MutableView out, PlaneStrides strides,
                      const RunOptions& run);

}  // namespace pantile
