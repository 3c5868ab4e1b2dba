#pragma once
/// \file
/// Chunks of one Zarr array, found, checked and decoded.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "io/codec/byte_codec.h"
#include "io/store/byte_store.h"
#include "io/zarr/array_metadata.h"
#include "io/zarr/shard_index.h"

namespace pantile::zarr {

/// Position of a chunk in its array's chunk grid, one number per axis.
using Position = std::vector<std::int64_t>;

/// Thread-safe. Keeps no chunks; the caller may.
class ArrayReader {
 public:
  /// `path` is the array's key in the store, empty for the root. Errors: foreign (a codec level
  /// that none of our decoders takes).
  static Result<std::unique_ptr<ArrayReader>> make(std::shared_ptr<const ByteStore> store,
                                                   std::string path, ArrayMetadata metadata);

  const ArrayMetadata& metadata() const { return metadata_; }
  const std::string& path() const { return path_; }
  /// The chunk grid's size.
  const Position& grid() const { return grid_; }
  /// Byte step from one sample to the next along each axis of a decoded chunk.
  const std::vector<std::int64_t>& strides() const { return strides_; }

  Position shard_of(const Position& chunk) const;
  /// The index of a shard; an empty one when there is no such object. Errors: corrupt, io.
  Result<ShardIndex> read_index(const Position& shard) const;
  /// The chunk as it is stored, all byte steps applied; not_found when it is absent. `index` is
  /// its shard's (unused when the array is not sharded).
  Result<Bytes> read_stored(const Position& chunk, const ShardIndex& index) const;
  /// Checks and takes off the trailing crc32c, if the last step is one.
  Status strip_crc32c(const Position& chunk, Bytes& stored) const;
  /// The samples of a stored chunk, native byte order, in the order that strides() tells.
  Result<Bytes> decode(const Position& chunk, std::span<const std::byte> stored) const;

  /// "level-path: shard c/0/1/2, chunk (0, 3, 4)", for messages.
  std::string describe(const Position& chunk) const;
  /// Key of an object of this array in the store.
  std::string full_key(const Position& shard) const;

 private:
  ArrayReader() = default;

  std::shared_ptr<const ByteStore> store_;
  std::string path_;
  ArrayMetadata metadata_;
  Position grid_;
  std::vector<std::int64_t> strides_;
  std::unique_ptr<const codec::ByteCodec> compressor_;  // null: none
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<ChunkCodec::Scratch>> idle_scratch_;
};

}  // namespace pantile::zarr
