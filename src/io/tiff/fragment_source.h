#pragma once
/// \file
/// The committed units of a TIFF that is still being written, as pixels.

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "io/store/byte_store.h"
#include "io/tiff/fragment.h"
#include "pantile/fingerprint.h"
#include "pantile/tile_sink.h"
#include "pantile/tile_source.h"
#include "tile/shard_layout.h"

namespace pantile::tiff {

/// Reads tiles out of fragments; `codec` gives back the bits that it was given. Thread-safe, also
/// while fragments are added. Errors of read(): not_found (a unit is not committed); corrupt: then
/// the fragment is gone, so that its unit is made anew when the job goes on; io.
class FragmentSource final : public TileSource {
 public:
  FragmentSource(std::shared_ptr<ByteStore> parts, const SinkPlan& plan,
                 const Fingerprint& plan_hash, std::shared_ptr<const ChunkCodec> codec);

  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region& region) const override;
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override { return plan_hash_; }

 private:
  using Table = std::vector<TileEntry>;
  using Kept = std::pair<UnitId, std::shared_ptr<const Table>>;

  Result<std::shared_ptr<const Table>> table_of(UnitId unit) const;
  Status decode(ChunkId chunk, ChunkCodec::Scratch& scratch, MutableView out) const;
  /// Removes the fragment and says so.
  Error thrown_away(UnitId unit, const Error& error) const;

  std::shared_ptr<ByteStore> parts_;
  ImageSpec spec_;
  ShardLayout layout_;
  Fingerprint plan_hash_;
  std::shared_ptr<const ChunkCodec> codec_;
  mutable std::mutex mutex_;
  mutable std::list<Kept> tables_;  ///< Those used last, the newest first.
};

}  // namespace pantile::tiff
