#include "ops/crop/crop_source.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "core/hash.h"

namespace pantile {

Result<std::unique_ptr<CropSource>> CropSource::create(std::shared_ptr<const TileSource> inner,
                                                       const Rect& rect) {
  const int channels = inner->spec().channels;
  return create(std::move(inner), rect, 0, channels);
}

Result<std::unique_ptr<CropSource>> CropSource::create(std::shared_ptr<const TileSource> inner,
                                                       const Rect& rect, int c0, int c1) {
  const LevelInfo& whole = inner->spec().levels.front();
  if (rect.empty() || !whole.bounds().contains(rect)) {
    return Error(
        Code::invalid,
        fmt::format("region {},{},{},{} (x, y, width, height) does not lie in the image of "
                    "{}x{} pixels; choose x + width <= {} and y + height <= {}",
                    rect.x0, rect.y0, rect.width(), rect.height(), whole.width, whole.height,
                    whole.width, whole.height));
  }
  const int channels = inner->spec().channels;
  if (c0 < 0 || c1 <= c0 || c1 > channels) {
    return Error(Code::invalid, fmt::format("channels {} to {} are not there: the image has {}", c0,
                                            c1 - 1, channels));
  }
  return std::unique_ptr<CropSource>(new CropSource(std::move(inner), rect, c0, c1));
}

CropSource::CropSource(std::shared_ptr<const TileSource> inner, const Rect& rect, int c0, int c1)
    : inner_(std::move(inner)), rect_(rect), c0_(c0), spec_(inner_->spec()) {
  const int channels = c1 - c0;
  if (channels != spec_.channels) {
    if (spec_.kind == Kind::rgb || spec_.kind == Kind::rgba) spec_.kind = Kind::intensity;
    if (!spec_.channel_info.empty()) {
      const auto first = spec_.channel_info.begin();
      spec_.channel_info = std::vector<ChannelInfo>(first + c0, first + c1);
    }
    spec_.channels = channels;
  }
  LevelInfo level = spec_.levels.front();
  level.offset.x += static_cast<double>(rect.x0) * level.scale.x;
  level.offset.y += static_cast<double>(rect.y0) * level.scale.y;
  level.width = rect.width();
  level.height = rect.height();
  spec_.levels = {level};
}

Region CropSource::moved(Region region) const {
  region.rect = translate(region.rect, rect_.x0, rect_.y0);
  region.c0 += c0_;
  region.c1 += c0_;
  return region;
}

Status CropSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec_, region, out));
  return inner_->read(moved(region), out, ctx);
}

Fingerprint CropSource::fingerprint() const {
  Hasher hasher;
  hasher.add("crop")
      .add(inner_->fingerprint().hex())
      .add(rect_.x0)
      .add(rect_.y0)
      .add(rect_.x1)
      .add(rect_.y1);
  if (spec_.channels != inner_->spec().channels) {
    hasher.add(std::int64_t{c0_}).add(std::int64_t{spec_.channels});
  }
  return hasher.finish();
}

}  // namespace pantile
