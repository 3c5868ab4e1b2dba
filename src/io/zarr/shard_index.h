#pragma once
/// \file
/// The table in a shard that says where its chunks lie (Zarr's sharding_indexed codec).

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "io/store/byte_store.h"
#include "pantile/result.h"

namespace pantile::zarr {

/// Where one chunk lies in its shard, in bytes.
struct ChunkPlace {
  std::int64_t offset = 0, size = 0;
  friend bool operator==(const ChunkPlace&, const ChunkPlace&) = default;
};

/// One place per chunk of the shard in C order; nothing: that chunk is absent.
using ShardIndex = std::vector<std::optional<ChunkPlace>>;

/// Little-endian pairs and, if wanted, their crc32c.
Bytes encode_shard_index(const ShardIndex& index, bool with_crc32c);
/// Checks the checksum and that every chunk lies inside the shard. Errors: corrupt.
Result<ShardIndex> decode_shard_index(std::span<const std::byte> bytes, std::int64_t chunk_count,
                                      bool with_crc32c, std::int64_t shard_bytes);

}  // namespace pantile::zarr
