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
  /// What is taken of every axis, half-open.
  struct Part {
    Rect rect;
    int c0 = 0, c1 = 1;
    std::int64_t t0 = 0, t1 = 1, z0 = 0, z1 = 1;
  };
  /// All of an image.
  static Part whole(const ImageSpec& spec);
  /// Errors: invalid also when channels or planes are not there.
  static Result<std::unique_ptr<CropSource>> take(std::shared_ptr<const TileSource> inner,
                                                  const Part& part);

  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region& region) const override { return inner_->cost(moved(region)); }
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override;
  View borrow(const Region& region) const override { return inner_->borrow(moved(region)); }
  int channels_together() const override {
    const int each = inner_->channels_together();
    return part_.c0 % each == 0 && spec_.channels % each == 0 ? each : spec_.channels;
  }

 private:
  CropSource(std::shared_ptr<const TileSource> inner, const Part& part);
  Region moved(Region region) const;

  std::shared_ptr<const TileSource> inner_;
  Part part_;
  ImageSpec spec_;
};

}  // namespace pantile
