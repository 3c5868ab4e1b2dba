#include "ops/array/array_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "core/copy.h"
#include "core/hash.h"

namespace pantile {

Result<std::unique_ptr<ArraySource>> ArraySource::make(View pixels,
                                                       std::shared_ptr<const void> owner,
                                                       ImageSpec spec, PlaneStrides planes) {
  if (pixels.data() == nullptr || pixels.width() < 1 || pixels.height() < 1 ||
      pixels.channels() < 1) {
    return Error(Code::invalid,
                 fmt::format("{}: an array of {} channels of {}x{} pixels has none", spec.name,
                             pixels.channels(), pixels.width(), pixels.height()));
  }
  if (pixels.layout().place == Place::device) {
    return Error(Code::invalid, spec.name + " lies on a GPU: copy it to the host first");
  }
  const bool agrees = spec.levels.size() == 1 && spec.levels[0].width == pixels.width() &&
                      spec.levels[0].height == pixels.height() && spec.t >= 1 && spec.z >= 1 &&
                      spec.channels == pixels.channels() && spec.dtype == pixels.dtype();
  if (!agrees) {
    return Error(Code::invalid, fmt::format("{}: what is said of the array is not what it is ({} "
                                            "channels of {}x{} {})",
                                            spec.name, pixels.channels(), pixels.width(),
                                            pixels.height(), dtype_name(pixels.dtype())));
  }
  return std::unique_ptr<ArraySource>(
      new ArraySource(pixels, std::move(owner), std::move(spec), planes));
}

ArraySource::ArraySource(View pixels, std::shared_ptr<const void> owner, ImageSpec spec,
                         PlaneStrides planes)
    : pixels_(pixels), planes_(planes), owner_(std::move(owner)), spec_(std::move(spec)) {}

View ArraySource::plane(std::int64_t t, std::int64_t z) const {
  return {pixels_.data() + t * planes_.t + z * planes_.z, pixels_.layout()};
}

int ArraySource::channels_together() const {
  const Layout& layout = pixels_.layout();
  return std::abs(layout.channel_stride) >= std::abs(layout.col_stride) ? 1 : spec_.channels;
}

View ArraySource::borrow(const Region& region) const {
  return View(plane(region.t, region.z).window(region.rect)).select_channels(region.c0, region.c1);
}

Status ArraySource::read(const Region& region, MutableView out, ReadContext&) const {
  PANTILE_TRY(check_read(spec_, region, out));
  copy_pixels(borrow(region), out);
  return {};
}

Fingerprint ArraySource::fingerprint() const {
  const std::lock_guard lock(mutex_);
  if (fingerprint_) return *fingerprint_;
  Hasher hasher;
  hasher.add("array 1")
      .add(dtype_name(spec_.dtype))
      .add(std::int64_t{spec_.channels})
      .add(pixels_.height())
      .add(pixels_.width());
  // Row by row, channel by channel, whatever the strides.
  const Layout row = Layout::interleaved(spec_.dtype, 1, pixels_.width(), 1);
  std::vector<std::byte> bytes(row.packed_bytes());
  if (spec_.is_stack()) hasher.add(spec_.t).add(spec_.z);
  for (std::int64_t p = 0; p < spec_.t * spec_.z; ++p) {
    for (int c = 0; c < spec_.channels; ++c) {
      const View channel = plane(p / spec_.z, p % spec_.z).select_channels(c, c + 1);
      for (std::int64_t y = 0; y < pixels_.height(); ++y) {
        copy_pixels(channel.window({0, y, pixels_.width(), y + 1}), MutableView(bytes.data(), row));
        hasher.add(bytes);
      }
    }
  }
  fingerprint_ = hasher.finish();
  return *fingerprint_;
}

}  // namespace pantile
