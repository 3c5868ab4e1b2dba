#pragma once
/// \file
/// Shrinking by area averaging: what previews are made with.

#include <cstdint>
#include <memory>

#include "pantile/tile_source.h"

namespace pantile {

/// One level of width × height pixels, each the mean of the source pixels it covers, weighted by
/// the covered area, computed in double precision: rows first, then columns, both in rising order.
/// Integers are rounded half up; floats leave NaN out (NaN when all are); label and mask images
/// take the pixel under the centre instead. Thread-safe as `inner` is.
class AreaSource final : public TileSource {
 public:
  /// Source pixels read at a time, in bytes: large enough that chunks are decoded about once.
  static constexpr std::int64_t kPieceBytes = std::int64_t{6} << 20;

  /// Shrinks level `level` of `inner`. Errors: invalid when width or height is not within
  /// 1 … the level's, or the type is f16.
  static Result<std::unique_ptr<AreaSource>> create(std::shared_ptr<const TileSource> inner,
                                                    int level, std::int64_t width,
                                                    std::int64_t height);

  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region& region) const override;
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override;
  int channels_together() const override { return inner_->channels_together(); }

 private:
  AreaSource(std::shared_ptr<const TileSource> inner, int level, std::int64_t width,
             std::int64_t height);

  std::shared_ptr<const TileSource> inner_;
  int level_;
  ImageSpec spec_;
};

/// The level of `spec` to shrink from: the smallest that is at least width × height.
int level_for_size(const ImageSpec& spec, std::int64_t width, std::int64_t height);

}  // namespace pantile
