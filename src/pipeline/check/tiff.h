#pragma once
/// \file
/// A TIFF of ours held against its checksums, its directories and the store.

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/store/file_store.h"
#include "io/tiff/level_directory.h"
#include "io/tiff/sums.h"
#include "io/tiff/tiff_sink.h"
#include "pipeline/check/finding_log.h"
#include "pipeline/check/levels.h"
#include "pipeline/check/tile_judge.h"

namespace pantile {

/// A TIFF whose head was checked; visit() looks at its tiles, one per chunk. Thread-safe.
class TiffCheck final : public ChunkVisitor {
 public:
  /// Checks all but the tiles of `folder`/`key`: the sidecar, the file's size, header and
  /// directories, and that the tiles lie as they must. `expected`, which may be null, is a sink
  /// that has begun the plan: then every tag is held against what it would write. Null, with
  /// findings added, where the tiles cannot be told apart. Errors: foreign (without `expected`: not
  /// a TIFF of ours), io.
  static Result<std::unique_ptr<TiffCheck>> open(std::shared_ptr<const FileStore> folder,
                                                 const std::string& key,
                                                 const tiff::TiffSink* expected, FindingLog& log);

  std::unique_ptr<Scratch> make_scratch() const override;
  Status visit(ChunkId id, const View* stored, Scratch& scratch) override;
  /// Visits every tile, for a TIFF without a store.
  Status check_all(int threads, const CancelToken* cancel);

  const ShardLayout& layout() const { return layout_; }
  /// Memory that visit() takes on `threads` threads, with the tables.
  std::int64_t working_bytes(int threads) const;

 private:
  TiffCheck(std::shared_ptr<const FileStore> folder, std::string key, FindingLog& log)
      : folder_(std::move(folder)), key_(std::move(key)), log_(log) {}

  /// False where nothing more can be looked at.
  Result<bool> read_sums();
  Result<bool> read_head();
  Result<bool> read_tables(const tiff::TiffSink* expected);
  Result<bool> read_own_tables();
  Result<bool> check_against(const tiff::TiffSink& expected);
  /// Every byte behind the head belongs to exactly one tile.
  bool tiles_fill_file() const;
  void add(FindingKind kind, const std::string& file, std::string text);
  void add(FindingKind kind, ChunkId tile, std::string text);

  std::shared_ptr<const FileStore> folder_;
  std::string key_;
  FindingLog& log_;
  tiff::Sums sums_;
  Bytes head_;
  std::vector<tiff::LevelTiles> tiles_;
  TileJudge judge_;
  ShardLayout layout_;  ///< Its chunks are the tiles.
};

}  // namespace pantile
