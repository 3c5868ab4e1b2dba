#pragma once
/// \file
/// The fragments of a TIFF that is not put together yet, held against their checksums and the
/// store.

#include <map>
#include <memory>
#include <vector>

#include "io/store/file_store.h"
#include "io/tiff/fragment.h"
#include "io/tiff/tiff_sink.h"
#include "pipeline/check/finding_log.h"
#include "pipeline/check/levels.h"
#include "pipeline/check/tile_judge.h"

namespace pantile {

/// Fragments whose names and tables were checked; visit() looks at their tiles. Thread-safe.
class FragmentCheck final : public ChunkVisitor {
 public:
  /// Looks at everything in the folder `parts`, which may not exist; `prefix` is that of its names
  /// in findings. `expected`, which may be null, is a sink that has begun the plan: fragments of
  /// other plans are what it will throw away, and not looked at. Errors: io.
  static Result<std::unique_ptr<FragmentCheck>> open(const std::string& parts, std::string prefix,
                                                     const tiff::TiffSink* expected,
                                                     FindingLog& log);

  std::unique_ptr<Scratch> make_scratch() const override;
  /// With an `expected` sink only. A tile of a fragment that is not there yet is no finding.
  Status visit(ChunkId id, const View* stored, Scratch& scratch) override;
  /// Holds every tile against its checksum, where there is no store to hold it against.
  Status check_all(int threads, const CancelToken* cancel);

  /// True when the tiles are those of an expected sink, whose chunks visit() knows.
  bool knows_chunks() const { return knows_chunks_; }
  std::int64_t file_count() const { return file_count_; }
  /// Memory that visit() takes on `threads` threads, with the tables.
  std::int64_t working_bytes(int threads) const;

 private:
  struct Fragment {
    std::string key;
    std::vector<tiff::TileEntry> tiles;
    std::vector<std::int64_t> offsets;  ///< Beside tiles.
  };
  FragmentCheck(const std::string& parts, std::string prefix, FindingLog& log)
      : files_(parts), prefix_(std::move(prefix)), log_(log) {}
  Status read_table(const std::string& key, const tiff::TiffSink* expected);
  Status check_sums(const Fragment& fragment, Bytes& block);
  void add(FindingKind kind, const std::string& key, std::string text);

  const FileStore files_;
  const std::string prefix_;
  FindingLog& log_;
  std::map<UnitId, Fragment> fragments_;
  std::int64_t file_count_ = 0;
  bool knows_chunks_ = false;
  ShardLayout layout_;
  TileJudge judge_;
};

}  // namespace pantile
