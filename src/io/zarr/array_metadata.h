#pragma once
/// \file
/// What a Zarr array says about itself: v3's zarr.json, v2's .zarray.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/store/byte_store.h"
#include "pantile/dtype.h"
#include "pantile/result.h"

namespace pantile::zarr {

/// One step from bytes to bytes, in the order of encoding.
struct ByteStep {
  enum class Kind : std::uint8_t { zstd, gzip, zlib, crc32c };
  Kind kind = Kind::zstd;
  int level = 1;
  friend bool operator==(const ByteStep&, const ByteStep&) = default;
};

/// An array after validation: every size is positive, a chunk is at most 2 GiB, a shard holds
/// at most 2^24 chunks and a whole number of them along each axis.
struct ArrayMetadata {
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> shard;  ///< Shape of one object; equal to `chunk` when not sharded.
  std::vector<std::int64_t> chunk;  ///< Shape of one run of encoded samples.
  bool sharded = false;
  DType dtype = DType::u8;
  Bytes fill;              ///< One sample, as in memory.
  std::vector<int> order;  ///< Stored axis i is array axis order[i].
  bool big_endian = false;
  std::vector<ByteStep> steps;  ///< At most one compressor; crc32c before or after it.
  bool index_at_end = true;
  bool index_crc32c = true;
  std::string key_prefix = "c";  ///< "c" (v3's default) or nothing (v2).
  char key_separator = '/';
  std::vector<std::string> dimension_names;  ///< Empty, or one per axis.

  std::size_t rank() const { return shape.size(); }
  /// Decoded size of one chunk.
  std::int64_t chunk_bytes() const;
  /// Chunks in one shard, along each axis and together.
  std::vector<std::int64_t> chunks_per_shard() const;
  std::int64_t chunk_count_per_shard() const;
  /// Bytes of a shard's index.
  std::int64_t index_bytes() const;
  /// The key, relative to the array, of the object at `position` of the grid.
  std::string key(const std::vector<std::int64_t>& position) const;
};

/// Limits of what is read. One file of metadata takes about twenty times its size while it is read.
inline constexpr std::int64_t kMaxMetadataBytes = std::int64_t{16} << 20;
inline constexpr std::int64_t kMaxChunkBytes = std::int64_t{1} << 31;
inline constexpr std::int64_t kMaxChunksPerShard = std::int64_t{1} << 24;
inline constexpr std::int64_t kMaxSide = std::int64_t{1} << 40;
inline constexpr std::int64_t kMaxChannels = std::int64_t{1} << 16;
inline constexpr std::int64_t kMaxPlanes = std::int64_t{1} << 24;  ///< Along t and z together.

/// `where` names the file in messages. Errors: corrupt (not what Zarr says), foreign (Zarr, but
/// not read here; names it).
Result<ArrayMetadata> parse_array_v3(std::string_view zarr_json, const std::string& where);
Result<ArrayMetadata> parse_array_v2(std::string_view dot_zarray, const std::string& where);

/// zarr.json of an array as we write it: v3's default keys, sharded, index with crc32c at the end.
std::string write_array_v3(const ArrayMetadata& array);

}  // namespace pantile::zarr
