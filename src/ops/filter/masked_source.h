#pragma once
/// \file
/// An image of which only what a mask leaves is made.

#include <cstdint>
#include <memory>
#include <vector>

#include "pantile/tile_source.h"

namespace pantile::filter {

/// Level 0 of `inner` where `mask` is not 0, else a number. The mask is read first, square by
/// square; where all of it is 0, `inner` is not asked for anything. Thread-safe as both are.
class MaskedSource final : public TileSource {
 public:
  /// `spec`: of the result, of inner's type. `mask`: of one channel, or as many. `value`: for
  /// integers rounded and limited.
  MaskedSource(std::shared_ptr<const TileSource> inner, std::shared_ptr<const TileSource> mask,
               ImageSpec spec, double value, Fingerprint fingerprint);

  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region& region) const override;
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override { return fingerprint_; }
  int channels_together() const override { return inner_->channels_together(); }
  std::int64_t tile_px() const override;

 private:
  /// Edge of the squares.
  static constexpr std::int64_t kBlockPx = 512;
  struct Inside;
  Status look(Region region, Inside& inside, ReadContext& ctx) const;
  Status read_block(const Region& region, const MutableView& out, Inside& inside,
                    ReadContext& ctx) const;

  std::shared_ptr<const TileSource> inner_, mask_;
  ImageSpec spec_;
  std::vector<std::byte> value_;  ///< A sample.
  Fingerprint fingerprint_;
};

}  // namespace pantile::filter
