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
/// Every commit writes a fragment (io/tiff/fragment.h) to `parts`, and copies fragments into the
/// file that is to be (io/tiff/assembler.h): header and all directories in front, then the tiles,
/// unit by unit in Z-order. The bytes depend on the plan, the options and the tiles alone.
/// docs/file-formats/tiff.md describes all files.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "io/store/byte_store.h"
#include "io/store/chunk_spool.h"
#include "io/tiff/assembler.h"
#include "io/tiff/format.h"
#include "pantile/fingerprint.h"
#include "pantile/tile_sink.h"
#include "tile/shard_layout.h"

namespace pantile::tiff {

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
  /// Put the file together while units are being committed, rather than all in finish(). Not for
  /// a process that commits only a share of the units.
  bool assemble_early = true;
  /// Hears how many of the units finish() has in the file, on finish()'s thread; what it returns
  /// other than success stops finish() with that error, to be called again later. May be empty.
  std::function<Status(std::int64_t done, std::int64_t total)> on_copy;
};

/// Memory: spool_cap_bytes, one tile per thread, about 40 bytes for each tile of the image and one
/// block of 4 MiB.
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
  /// Writes nothing. A fragment whose table is damaged counts as not committed. Errors: invalid
  /// (TIFF, the dialect or the compression cannot hold such an image); conflict (the file is there
  /// but not of this plan, and not to be replaced); io.
  Status begin(const SinkPlan& plan) override;
  bool committed(UnitId unit) const override;
  Status put(UnitId unit, ChunkId chunk, std::vector<std::byte> encoded) override;
  Status commit(UnitId unit) override;
  bool finished() const override { return finished_; }
  /// Errors: not_found (a unit is not committed); corrupt (a fragment's bytes do not match their
  /// checksums; the message names the file, which is removed and its unit no longer committed);
  /// out_of_space, io.
  Status finish() override;
  /// Null of JPEG, which does not give back the pixels it was given, and of a finished file.
  Result<std::unique_ptr<TileSource>> open_committed() const override;
  void abort() override;
  std::int64_t bytes_written() const override { return bytes_written_; }

  /// Bytes of encoded tiles that wait in memory for their unit's commit.
  std::int64_t pending_bytes() const { return spool_.held_bytes(); }
  const Fingerprint& plan_hash() const { return plan_hash_; }
  /// What the directories say, after begin().
  ImageTags tags() const;
  Dialect dialect() const { return options_.dialect; }
  const SinkPlan& plan() const { return plan_; }  ///< That begin() was given.

 private:
  Status check_plan(const SinkPlan& plan) const;
  /// Puts the next committed fragments into the file. Requires assembly_mutex_.
  Status assemble(std::int64_t most_units);
  /// Finds the sound fragments of this plan.
  Status find_committed();
  /// Throws a damaged fragment away, so that the next run makes it anew; `error` tells of it.
  Error drop_fragment(UnitId unit, const Error& error);
  Status remove_parts();

  std::shared_ptr<ByteStore> target_;
  std::string key_;
  std::shared_ptr<ByteStore> parts_;
  SinkOptions options_;
  SinkPlan plan_;
  ShardLayout layout_;
  std::string description_;  ///< OME-XML; empty in the page dialect.
  Fingerprint plan_hash_;
  ChunkSpool spool_;
  mutable std::mutex committed_mutex_;
  std::set<UnitId> committed_;
  std::mutex assembly_mutex_;             ///< Taken before committed_mutex_.
  std::unique_ptr<Assembler> assembler_;  ///< Null until there is something to put together.
  std::atomic<bool> finished_{false};
  std::atomic<std::int64_t> bytes_written_{0};
};

}  // namespace pantile::tiff
