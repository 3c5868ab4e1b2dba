#pragma once
/// \file
/// Writes an image as a pyramidal BigTIFF, unit by unit, so that it can be resumed and shared
/// among processes although the result is a single file.
///
///     tiff::TiffSink sink(folder, "image.tiff", parts, {.codec = codec});
///     PANTILE_TRY(sink.begin(plan));
///     // for each unit: sink.put(unit, chunk, encoded by the codec) …; sink.commit(unit)
///     PANTILE_TRY(sink.finish());
///
/// Every commit writes a fragment (io/tiff/fragment.h) to `parts`. finish() writes the file
/// header and all directories, then the tiles: level 0 first, a level's shards in C order, a
/// shard's tiles in C order. The bytes depend on the plan, the options and the tiles alone.
/// docs/file-formats/tiff.md describes all files.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "grid/tile_grid.h"
#include "io/store/byte_store.h"
#include "io/store/chunk_spool.h"
#include "io/tiff/format.h"
#include "io/tiff/sums.h"
#include "pantile/fingerprint.h"
#include "pantile/tile_sink.h"

namespace pantile::tiff {

class Directory;

struct SinkOptions {
  /// Encodes the tiles; its bytes go into the file as they are, so it must be what `compression`,
  /// `predictor` and `jpeg_subsample` say. Never null.
  std::shared_ptr<const ChunkCodec> codec;
  Compression compression = Compression::deflate;
  bool predictor = false;       ///< Tiles are differenced horizontally; integer samples only.
  bool jpeg_subsample = false;  ///< JPEG colour tiles are 4:2:0 rather than 4:4:4.
  Dialect dialect = Dialect::ome;
  bool replace = false;  ///< Replace a file that another job left rather than refuse.
  /// Encoded tiles of open units beyond this many bytes wait on disk.
  std::int64_t spool_cap_bytes = std::int64_t{64} << 20;
  /// Hears how many of the tiles' bytes finish() has copied, on finish()'s thread; what it returns
  /// other than success stops finish() with that error, to be called again later. May be empty.
  std::function<Status(std::int64_t done, std::int64_t total)> on_copy;
};

/// Memory: spool_cap_bytes and one tile per thread while units are open; in finish() about 32
/// bytes for each tile of the image and two blocks of 4 MiB.
class TiffSink final : public TileSink {
 public:
  /// The TIFF becomes object `key` of `target`, its checksums `key`.sums beside it; fragments lie
  /// in `parts`, which nobody else uses, and are gone after finish().
  TiffSink(std::shared_ptr<ByteStore> target, std::string key, std::shared_ptr<ByteStore> parts,
           SinkOptions options);
  ~TiffSink() override;

  std::string name() const override { return key_; }
  std::string form() const override;
  std::shared_ptr<const ChunkCodec> codec() const override { return options_.codec; }
  /// Writes nothing. Errors: invalid (TIFF, the dialect or the compression cannot hold such an
  /// image); conflict (the file is there but not of this plan, and not to be replaced); io.
  Status begin(const SinkPlan& plan) override;
  bool committed(UnitId unit) const override;
  Status put(UnitId unit, ChunkId chunk, std::vector<std::byte> encoded) override;
  Status commit(UnitId unit) override;
  bool finished() const override { return finished_; }
  /// Errors: not_found (a unit is not committed); corrupt (a fragment's bytes do not match their
  /// checksums; the message names the file); out_of_space, io.
  Status finish() override;
  void abort() override { spool_.clear(); }
  std::int64_t bytes_written() const override { return bytes_written_; }

  /// Bytes of encoded tiles that wait in memory for their unit's commit.
  std::int64_t pending_bytes() const { return spool_.held_bytes(); }
  const Fingerprint& plan_hash() const { return plan_hash_; }

 private:
  /// What the directories need to know of a level's tiles; row-major.
  struct LevelTiles {
    std::vector<std::uint64_t> offsets;
    std::vector<std::uint32_t> bytes;
  };
  struct Tables {
    std::vector<LevelTiles> levels;
    Sums sums;
  };
  /// Some tiles of a fragment that lie one after another.
  struct Block {
    UnitId unit;
    std::int64_t offset = 0;  ///< In the fragment.
    std::size_t bytes = 0;
    std::vector<std::uint64_t> tiles;
  };

  Status check_plan(const SinkPlan& plan) const;
  TileGrid chunk_grid(int level) const;
  TileGrid shard_grid(int level) const;
  /// Indices in the level of the tiles of `unit`, in C order.
  std::vector<std::uint64_t> tiles_of(UnitId unit) const;
  template <class Fn> Status for_each_unit(Fn fn) const;  ///< In canonical order.

  Result<Tables> gather_tables() const;
  Directory make_directory(int level, const LevelTiles& tiles,
                           const std::vector<std::uint64_t>& sub_ifds) const;
  Status write_head(const Tables& tables, const std::vector<std::uint64_t>& offsets,
                    ByteStore::Writer& writer, std::uint32_t& crc) const;
  template <class Fn>
  Status for_each_block(const Tables& tables, Fn fn) const;  ///< In canonical order.
  Result<std::vector<std::byte>> load_block(const Block& block, const Tables& tables) const;
  Status copy_tiles(const Tables& tables, ByteStore::Writer& writer) const;
  Status remove_parts();

  std::shared_ptr<ByteStore> target_;
  std::string key_;
  std::shared_ptr<ByteStore> parts_;
  SinkOptions options_;
  SinkPlan plan_;
  std::string description_;  ///< OME-XML; empty in the page dialect.
  Fingerprint plan_hash_;
  ChunkSpool spool_;
  std::atomic<bool> finished_{false};
  std::atomic<std::int64_t> bytes_written_{0};
};

}  // namespace pantile::tiff
