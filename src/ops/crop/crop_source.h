#pragma once
/// \file
/// A rectangle and some channels of another source as an image of its own.

#include <memory>

#include "pantile/tile_source.h"

namespace pantile {

/// One level: `rect` of `inner`'s level 0. Keeps type and pixel size; the offset moves with the
/// rectangle. Some channels of a coloured image are values. Thread-safe as `inner` is.
class CropSource final : public TileSource {
 public:
  /// Errors: invalid when `rect` is empty or not inside the image.
  static Result<std::unique_ptr<CropSource>> create(std::shared_ptr<const TileSource> inner,
                                                    const Rect& rect);
  /// Channels [c0, c1) of it. Errors: invalid also when they are not there.
  static Result<std::unique_ptr<CropSource>> create(std::shared_ptr<const TileSource> inner,
                                                    const Rect& rect, int c0, int c1);

  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region& region) const override { return inner_->cost(moved(region)); }
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override;
  View borrow(const Region& region) const override { return inner_->borrow(moved(region)); }

 private:
  CropSource(std::shared_ptr<const TileSource> inner, const Rect& rect, int c0, int c1);
  Region moved(Region region) const;

  std::shared_ptr<const TileSource> inner_;
  Rect rect_;
  int c0_;
  ImageSpec spec_;
};

}  // namespace pantile
