#pragma once
/// \file
/// What a job will take, measured on a few of its own chunks.

#include <cstdint>
#include <vector>

#include "grid/tile_grid.h"
#include "pipeline/drain/drain.h"

namespace pantile {

struct Estimate {
  std::vector<std::int64_t> bytes;  ///< Encoded size of all levels, for each codec.
  double worker_seconds = 0;        ///< Reading and encoding everything on one thread.
};

/// What all levels take on a disk at most, whatever the pixels and the codec.
std::int64_t most_encoded_bytes(const SinkPlan& plan);

/// Where sample `k` of `samples` lies in a grid of chunks: all rows in turn, and columns that
/// follow no pattern. `samples`: 32, or all of fewer chunks.
ChunkId sample_chunk(const TileGrid& grid, std::int64_t k, std::int64_t samples);

/// Reads up to 32 level-0 chunks, spread evenly over the image (always the same ones), for at most
/// about half a second, encodes them and their halves, and extrapolates. Errors: those of the
/// source.
Result<Estimate> estimate_drain(const TileSource& source, const SinkPlan& plan,
                                const Codecs& codecs);

}  // namespace pantile
