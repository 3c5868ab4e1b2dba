#pragma once
/// \file
/// The files of a store held against what they must be: metadata, shards, chunks.

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "io/store/byte_store.h"
#include "io/zarr/chunk_cache.h"
#include "io/zarr/shard_index.h"
#include "pantile/tile_sink.h"
#include "pipeline/check/finding_log.h"
#include "tile/shard_layout.h"

namespace pantile {

/// What a store must be.
struct ExpectedStore {
  std::shared_ptr<const ByteStore> files;
  std::string prefix;  ///< Of its names in findings: "image.ome.zarr/", or nothing.
  SinkPlan plan;
  int zstd_level = 1;
  std::map<std::string, std::string> metadata;  ///< Text of each metadata file, by key.
  bool unfinished = false;                      ///< Files that are not there are no findings.
};

/// Thread-safe after construction.
class StoreCheck {
 public:
  StoreCheck(ExpectedStore expected, FindingLog& log);

  const SinkPlan& plan() const { return expected_.plan; }
  const ShardLayout& layout() const { return layout_; }
  const std::shared_ptr<const ChunkCodec>& codec() const { return codec_; }

  /// Compares every metadata file byte for byte. Errors: io.
  Status check_metadata();
  /// Looks at one shard: its size, its index, and that its chunks lie in C order without gaps,
  /// exactly those that overlap the image. Errors: io.
  Status check_shard(UnitId unit);
  /// Reads a chunk of a shard that passed check_shard() (false for others): its checksum, that it
  /// decodes, and that it is zero beyond the image's edge. False where it cannot be read; findings
  /// were added. `out` is a full chunk. Errors: io.
  Result<bool> read_chunk(ChunkId id, ChunkCodec::Scratch& scratch, Bytes& encoded,
                          MutableView out);
  /// Says of a chunk that `rect` (pixels of its level) is wrong.
  void add_wrong_pixels(ChunkId id, const Rect& rect, std::string text);

  /// How much was wrong so far.
  std::int64_t finding_count() const { return findings_; }
  std::int64_t files_seen() const { return files_seen_; }
  /// Shards that are not there, of an unfinished store.
  std::int64_t units_to_come() const { return units_to_come_; }
  /// Bytes that shard indices may take.
  static constexpr std::int64_t kIndexBytes = std::int64_t{8} << 20;

 private:
  using IndexPtr = std::shared_ptr<const zarr::ShardIndex>;
  /// The index of a sound shard; null where the shard is not, with a finding added.
  Result<IndexPtr> load_index(UnitId unit);
  Result<IndexPtr> index_of(UnitId unit);
  /// What lies at `place`, if its checksum is right; false: a finding was added.
  Result<bool> read_stored(ChunkId id, const zarr::ChunkPlace& place, Bytes& stored);
  /// A chunk as the codec made it.
  Result<bool> read_encoded(ChunkId id, const zarr::ShardIndex& index, Bytes& encoded);
  void add(Finding finding);
  void add(FindingKind kind, UnitId unit, std::string text);
  void add(FindingKind kind, ChunkId chunk, std::string text);
  bool is_broken(UnitId unit) const;
  void set_broken(UnitId unit);

  ExpectedStore expected_;
  FindingLog& log_;
  ShardLayout layout_;
  std::shared_ptr<const ChunkCodec> codec_;
  Layout chunk_layout_;
  zarr::ChunkCache<zarr::ShardIndex> indices_{kIndexBytes};
  mutable std::mutex mutex_;  // of broken_
  std::set<UnitId> broken_;   ///< Shards whose chunks cannot be read.
  std::atomic<std::int64_t> findings_{0}, files_seen_{0}, units_to_come_{0};
};

}  // namespace pantile
