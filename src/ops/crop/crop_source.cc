#include "ops/crop/crop_source.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "core/hash.h"

namespace pantile {

Result<std::unique_ptr<CropSource>> CropSource::create(std::shared_ptr<const TileSource> inner,
                                                       const Rect& rect) {
  Part part = whole(inner->spec());
  part.rect = rect;
  return take(std::move(inner), part);
}

CropSource::Part CropSource::whole(const ImageSpec& spec) {
  return {spec.levels.front().bounds(), 0, spec.channels, 0, spec.t, 0, spec.z};
}

Result<std::unique_ptr<CropSource>> CropSource::take(std::shared_ptr<const TileSource> inner,
                                                     const Part& part) {
  const Rect& rect = part.rect;
  const LevelInfo& whole = inner->spec().levels.front();
  if (rect.empty() || !whole.bounds().contains(rect)) {
    return Error(
        Code::invalid,
        fmt::format("region {},{},{},{} (x, y, width, height) does not lie in the image of "
                    "{}x{} pixels; choose x + width <= {} and y + height <= {}",
                    rect.x0, rect.y0, rect.width(), rect.height(), whole.width, whole.height,
                    whole.width, whole.height));
  }
  const auto check = [](const char* what, std::int64_t begin, std::int64_t end,
                        std::int64_t count) -> Status {
    if (begin >= 0 && begin < end && end <= count) return {};
    return Error(Code::invalid, fmt::format("{} {} to {} are not there: the image has {}", what,
                                            begin, end - 1, count));
  };
  const ImageSpec& spec = inner->spec();
  PANTILE_TRY(check("channels", part.c0, part.c1, spec.channels));
  PANTILE_TRY(check("planes along t", part.t0, part.t1, spec.t));
  PANTILE_TRY(check("planes along z", part.z0, part.z1, spec.z));
  return std::unique_ptr<CropSource>(new CropSource(std::move(inner), part));
}

CropSource::CropSource(std::shared_ptr<const TileSource> inner, const Part& part)
    : inner_(std::move(inner)), part_(part), spec_(inner_->spec()) {
  const Rect& rect = part.rect;
  const int channels = part.c1 - part.c0;
  if (channels != spec_.channels) {
    if (spec_.kind == Kind::rgb || spec_.kind == Kind::rgba) spec_.kind = Kind::intensity;
    if (!spec_.channel_info.empty()) {
      const auto first = spec_.channel_info.begin();
      spec_.channel_info = std::vector<ChannelInfo>(first + part.c0, first + part.c1);
    }
    spec_.channels = channels;
  }
  LevelInfo level = spec_.levels.front();
  level.offset.x += static_cast<double>(rect.x0) * level.scale.x;
  level.offset.y += static_cast<double>(rect.y0) * level.scale.y;
  level.width = rect.width();
  level.height = rect.height();
  spec_.levels = {level};
  spec_.t = part.t1 - part.t0;
  spec_.z = part.z1 - part.z0;
  spec_.t_step.offset += static_cast<double>(part.t0) * spec_.t_step.scale;
  spec_.z_step.offset += static_cast<double>(part.z0) * spec_.z_step.scale;
}

Region CropSource::moved(Region region) const {
  region.rect = translate(region.rect, part_.rect.x0, part_.rect.y0);
  region.c0 += part_.c0;
  region.c1 += part_.c0;
  region.t += part_.t0;
  region.z += part_.z0;
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
      .add(part_.rect.x0)
      .add(part_.rect.y0)
      .add(part_.rect.x1)
      .add(part_.rect.y1);
  const ImageSpec& whole = inner_->spec();
  if (spec_.channels != whole.channels) {
    hasher.add(std::int64_t{part_.c0}).add(std::int64_t{spec_.channels});
  }
  if (spec_.t != whole.t || spec_.z != whole.z) {
    hasher.add("planes").add(part_.t0).add(part_.t1).add(part_.z0).add(part_.z1);
  }
  return hasher.finish();
}

}  // namespace pantile
