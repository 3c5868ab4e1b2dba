#include <fmt/format.h>

#include "pantile/tile_source.h"

namespace pantile {

Status check_read(const ImageSpec& spec, const Region& region, const MutableView& out) {
  if (region.level < 0 || region.level >= static_cast<int>(spec.levels.size())) {
    return Error(Code::invalid, fmt::format("read of level {}: the image has levels 0 to {}",
                                            region.level, spec.levels.size() - 1));
  }
  const LevelInfo& level = spec.levels[static_cast<std::size_t>(region.level)];
  const Rect& r = region.rect;
  if (region.t < 0 || region.t >= spec.t || region.z < 0 || region.z >= spec.z || region.c0 < 0 ||
      region.c1 <= region.c0 || region.c1 > spec.channels || r.empty() ||
      !level.bounds().contains(r)) {
    return Error(
        Code::invalid,
        fmt::format("read of x {}..{}, y {}..{}, channels {}..{}, t {}, z {} at level {}: "
                    "the image has {}x{} pixels there, {} channels, {} t, {} z",
                    r.x0, r.x1, r.y0, r.y1, region.c0, region.c1, region.t, region.z, region.level,
                    level.width, level.height, spec.channels, spec.t, spec.z));
  }
  if (out.height() != r.height() || out.width() != r.width() ||
      out.channels() != region.channels() || out.dtype() != spec.dtype) {
    return Error(Code::invalid,
                 fmt::format("read into {}x{}x{} {}: the region is {}x{}x{} {}", out.width(),
                             out.height(), out.channels(), dtype_name(out.dtype()), r.width(),
                             r.height(), region.channels(), dtype_name(spec.dtype)));
  }
  if (out.layout().place == Place::device) {
    return Error(Code::invalid, fmt::format("read into memory of device {}: expected a view that "
                                            "lies in host memory; read there and copy",
                                            out.layout().device));
  }
  return {};
}

}  // namespace pantile
