#pragma once
/// \file
/// Sources whose chunks can be had as they lie on disk, so that nobody decodes and encodes again.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "pantile/result.h"

namespace pantile {

/// What TileSource::encoded_chunks() gives where levels consist of square chunks of all channels.
class EncodedChunks {
 public:
  virtual ~EncodedChunks() = default;
  /// ChunkCodec::identity() of the codec that would have made these bytes; empty: none of ours.
  virtual std::string codec_identity() const = 0;
  /// Chunk edge in pixels; 0 when there is none.
  virtual std::int64_t chunk_px() const = 0;
  /// The chunk's bytes, their checksum verified; empty when the chunk is absent (its pixels are
  /// the fill value). Thread-safe. Errors: invalid (no such chunk), corrupt, io.
  virtual Result<std::vector<std::byte>> read_encoded_chunk(int level, std::int64_t chunk_x,
                                                            std::int64_t chunk_y) const = 0;
};

}  // namespace pantile
