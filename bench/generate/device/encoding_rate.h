#pragma once
/// \file
/// What a machine's cores encode from memory: the ceiling of jobs whose pixels come for nothing.

#include <cstdint>

#include "core/buffer.h"
#include "pantile/generate.h"
#include "pantile/result.h"

namespace pantile::bench {

struct EncodingBench {
  std::int64_t set_bytes = std::int64_t{1} << 29;  ///< Of tiles, as far as the picture goes.
  double seconds = 2;                              ///< Of encoding, about.
};

struct EncodingRate {
  double raw_bytes_s = 0;      ///< Of all levels, by as many threads as jobs have.
  double left = 0;             ///< Encoded bytes of a raw one.
  std::int64_t set_bytes = 0;  ///< Of tiles that were encoded by turns: more than caches hold.
  std::int64_t tiles = 0;      ///< So many.
};

/// Encodes tiles of the job's picture as its store does. They are those of whole shards and of the
/// levels above them, as many of each level as a job has of them: halved pixels are harder to
/// compress. The picture is square, its edge a multiple of the
/// tile's, and its scale is given.
Result<EncodingRate> measure_encoding(const GenerateOptions& job, const EncodingBench& bench);

}  // namespace pantile::bench
