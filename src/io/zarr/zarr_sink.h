#pragma once
/// \file
/// Writes an image as OME-Zarr 0.5 on Zarr v3: one sharded array per level.
///
///     auto store = std::make_shared<FileStore>("run1/image.ome.zarr");
///     zarr::ZarrSink sink(store, {.zstd_level = 1, .pantile_json = facts});
///     PANTILE_TRY(sink.begin(plan));
///     // for each unit: sink.put(unit, chunk, encoded by sink.codec()) …; sink.commit(unit)
///     PANTILE_TRY(sink.finish());
///
/// Layout: arrays "0", "1", … of shape (c, y, x); shard (G, S, S) of a group's channels under
/// "<level>/c/<group>/<sy>/<sx>"; inner chunk (G, T, T) stored as y, x, c (transpose), or (1, T, T)
/// where the plan's planes say so, bytes little-endian, zstd, crc32c. Chunks lie in C order, then
/// the index with its crc32c. Chunks wholly outside the image are absent. A stack has shape
/// (t, c, z, y, x), and 1 along t and z in chunks and shards.

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "io/store/byte_store.h"
#include "io/store/chunk_spool.h"
#include "pantile/tile_sink.h"
#include "tile/shard_layout.h"

namespace pantile::zarr {

class ZarrSource;
struct SourceOptions;

struct SinkOptions {
  std::string name = "image.ome.zarr";  ///< For messages.
  int zstd_level = 1;                   ///< 1 to 19; begin() refuses others.
  bool planes = false;                  ///< As the plan's.
  /// Encoded chunks of open units beyond this many bytes wait in an unlinked file.
  std::int64_t spool_cap_bytes = std::int64_t{64} << 20;
  /// A JSON object for `attributes.pantile`; `kind` is added when it is missing.
  std::string pantile_json = "{}";
};

/// The plan's levels must shrink or stay. Memory: spool_cap_bytes
/// plus one chunk per thread in put() or commit().
class ZarrSink final : public TileSink {
 public:
  ZarrSink(std::shared_ptr<ByteStore> store, SinkOptions options);
  ~ZarrSink() override;

  std::string name() const override { return options_.name; }
  std::string form() const override;
  std::shared_ptr<const ChunkCodec> codec() const override { return codec_; }
  /// Writes the arrays' metadata, or checks it when it is there. Errors: invalid (the plan or an
  /// option); conflict (the store holds another image); io.
  Status begin(const SinkPlan& plan) override;
  bool committed(UnitId unit) const override;
  Status put(UnitId unit, ChunkId chunk, std::vector<std::byte> encoded) override;
  Status commit(UnitId unit) override;
  bool finished() const override;
  /// Writes the group's zarr.json, by which readers find the image.
  Status finish() override;
  void abort() override;
  std::int64_t bytes_written() const override { return store_->bytes_written(); }

  /// Reads what is committed so far, also before finish(); an uncommitted chunk is an error
  /// (not_found). After begin(). The source may outlive the sink.
  Result<std::unique_ptr<ZarrSource>> open_source(const SourceOptions& options) const;
  Result<std::unique_ptr<TileSource>> open_committed() const override;
  /// Bytes of encoded chunks that wait in memory for their unit's commit.
  std::int64_t pending_bytes() const { return spool_.held_bytes(); }

 private:
  Status check_plan(const SinkPlan& plan) const;
  Status find_committed();
  Status check_unit(UnitId unit) const;

  std::shared_ptr<ByteStore> store_;
  SinkOptions options_;
  std::shared_ptr<const ChunkCodec> codec_;
  ChunkSpool spool_;
  SinkPlan plan_;
  ShardLayout layout_;
  std::string group_json_;
  mutable std::mutex mutex_;  // guards what follows
  std::set<UnitId> committed_;
  bool finished_ = false;
};

}  // namespace pantile::zarr
