#pragma once
/// \file
/// Puts a TIFF together from fragments: header and directories in front, then all tiles.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/store/byte_store.h"
#include "io/tiff/level_directory.h"
#include "io/tiff/sums.h"
#include "pantile/fingerprint.h"
#include "pantile/tile_sink.h"
#include "tile/shard_layout.h"

namespace pantile::tiff {

/// Copies fragments behind each other as they appear, so that little is left to do at the end.
/// The bytes do not depend on when that happens. One thread at a time. Destroyed before finish():
/// nothing happened. Memory: 40 bytes a tile, 24 a unit, one block of 4 MiB.
class Assembler {
 public:
  /// The file becomes `key` of `target`. `parts` holds the fragments of `plan_hash`; both outlive
  /// us.
  Assembler(const SinkPlan& plan, ImageTags tags, Dialect dialect, const Fingerprint& plan_hash,
            ByteStore& target, std::string key, const ByteStore& parts);

  /// Copies up to `most_units` fragments that come next in file order, as long as `is_committed`
  /// says that they are there; true when none is left to come. Errors: corrupt (the bytes of
  /// next_unit()'s fragment do not match their checksums; the message names the file),
  /// out_of_space, io.
  Result<bool> advance(std::int64_t most_units, const std::function<bool(UnitId)>& is_committed);

  /// Units copied so far, and all of them.
  std::int64_t copied_units() const { return static_cast<std::int64_t>(next_); }
  std::int64_t total_units() const { return static_cast<std::int64_t>(order_.size()); }
  /// The unit that is to be copied next. Requires copied_units() < total_units().
  UnitId next_unit() const { return order_[next_]; }

  /// After the last fragment: writes the directories and the sidecar of checksums, and gives the
  /// file its name. Returns the bytes written. Errors: out_of_space, io.
  Result<std::int64_t> finish();

 private:
  Status open();
  Status copy_unit(UnitId unit);

  ShardLayout layout_;
  ImageTags tags_;
  Dialect dialect_;
  Fingerprint plan_hash_;
  ByteStore& target_;
  std::string key_;
  const ByteStore& parts_;

  std::vector<UnitId> order_;
  std::size_t next_ = 0;
  std::vector<LevelTiles> levels_;
  Sums sums_;
  std::unique_ptr<ByteStore::Writer> writer_;  ///< Null until the first fragment.
};

}  // namespace pantile::tiff
