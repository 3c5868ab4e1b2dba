#include "ops/crop/crop_source.h"

#include <fmt/format.h>

#include <utility>

#include "core/hash.h"

namespace pantile {

Result<std::unique_ptr<CropSource>> CropSource::create(std::shared_ptr<const TileSource> inner,
                                                       const Rect& rect) {
  const LevelInfo& whole = inner->spec().levels.front();
  if (rect.empty() || !whole.bounds().contains(rect)) {
    return Error(
        Code::invalid,
        fmt::format("region {},{},{},{} (x, y, width, height) does not lie in the image of "
                    "{}x{} pixels; choose x + width <= {} and y + height <= {}",
                    rect.x0, rect.y0, rect.width(), rect.height(), whole.width, whole.height,
                    whole.width, whole.height));
  }
  return std::unique_ptr<CropSource>(new CropSource(std::move(inner), rect));
}

CropSource::CropSource(std::shared_ptr<const TileSource> inner, const Rect& rect)
    : inner_(std::move(inner)), rect_(rect), spec_(inner_->spec()) {
  LevelInfo level = spec_.levels.front();
  level.offset.x += static_cast<double>(rect.x0) * level.scale.x;
  level.offset.y += static_cast<double>(rect.y0) * level.scale.y;
  level.width = rect.width();
  level.height = rect.height();
  spec_.levels = {level};
}

Region CropSource::moved(Region region) const {
  region.rect = translate(region.rect, rect_.x0, rect_.y0);
  return region;
}

Status CropSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec_, region, out));
  return inner_->read(moved(region), out, ctx);
}

Fingerprint CropSource::fingerprint() const {
  return Hasher()
      .add("crop")
      .add(inner_->fingerprint().hex())
      .add(rect_.x0)
      .add(rect_.y0)
      .add(rect_.x1)
      .add(rect_.y1)
      .finish();
}

}  // namespace pantile
