#pragma once
/// \file
/// How far the nearest 0 is.

#include <cstdint>
#include <memory>

#include "pantile/tile_source.h"

namespace pantile::filter {

/// Of each sample of level 0 of `inner`, channel by channel: the Euclidean distance (f32, pixels)
/// from its centre to that of the nearest sample that is 0, which of a 0 is 0; `most` where none is
/// as near. NaN is not 0. What lies beyond the edges does not count. Exact: a read looks as far as
/// `most` around, so any rectangle has the bits of the whole. Thread-safe as `inner` is.
///
/// Method: Meijster, Roerdink and Hesselink, "A general algorithm for computing distance transforms
/// in linear time", 2000; in whole numbers up to the root.
class DistanceSource final : public TileSource {
 public:
  /// `spec`: of the result. `most`: 1 or more.
  DistanceSource(std::shared_ptr<const TileSource> inner, ImageSpec spec, double most,
                 Fingerprint fingerprint);

  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region& region) const override;
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override { return fingerprint_; }
  int channels_together() const override { return inner_->channels_together(); }
  std::int64_t tile_px() const override { return kBlockPx; }

 private:
  /// An edge of the blocks that are made at a time; what is read is larger by 2·reach_.
  static constexpr std::int64_t kBlockPx = 512;
  class Work;
  Rect around(const Rect& block) const;

  std::shared_ptr<const TileSource> inner_;
  ImageSpec spec_;
  double most_;
  std::int32_t reach_;  ///< Rows and columns that a 0 may lie away.
  Fingerprint fingerprint_;
};

}  // namespace pantile::filter
