#pragma once
/// \file
/// Chunks whose channels are encoded each by itself, so that readers can take one of many.

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "pantile/result.h"
#include "pantile/tile_sink.h"

namespace pantile {

/// Encodes each channel of a chunk as `of_one` encodes a chunk of one channel, and joins them:
/// join_planes(). Its identity is of_one's with "planar" for "interleaved".
std::shared_ptr<const ChunkCodec> make_planar(std::shared_ptr<const ChunkCodec> of_one);

/// The size of each (u32, little-endian), then the planes one after another.
std::vector<std::byte> join_planes(const std::vector<std::span<const std::byte>>& planes);
/// The inverse, of so many planes; what it gives lies in `joined`. Errors: corrupt.
Result<std::vector<std::span<const std::byte>>> split_planes(std::span<const std::byte> joined,
                                                             int planes);

}  // namespace pantile
