#include "ops/colormap/colour_source.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/buffer.h"
#include "core/copy.h"
#include "core/hash.h"

namespace pantile {
namespace {

/// Values of one row of `in`, as the numbers they stand for.
template <class T>
void to_values(View in, std::int64_t y, const Colouring& colouring, std::vector<double>& values) {
  for (std::int64_t x = 0; x < in.width(); ++x) {
    const auto q = static_cast<double>(*reinterpret_cast<const T*>(in.at(y, x)));
    values[static_cast<std::size_t>(x)] = colouring.value_offset + q * colouring.value_step;
  }
}

bool can_colour(DType t) {
  return t == DType::u8 || t == DType::u16 || t == DType::f32 || t == DType::f64;
}

}  // namespace

Result<std::unique_ptr<ColourSource>> ColourSource::create(std::shared_ptr<const TileSource> inner,
                                                           const Colouring& colouring,
                                                           Levels levels) {
  if (!can_colour(inner->spec().dtype)) {
    return Error(Code::invalid, "cannot colour samples of type " +
                                    std::string(dtype_name(inner->spec().dtype)) +
                                    ": expected uint8, uint16, float32 or float64");
  }
  if (colouring.map == nullptr) return Error(Code::invalid, "no colour map was chosen");
  PANTILE_TRY(check_value_range<double>(colouring.lo, colouring.hi));
  return std::unique_ptr<ColourSource>(new ColourSource(std::move(inner), colouring, levels));
}

ColourSource::ColourSource(std::shared_ptr<const TileSource> inner, const Colouring& colouring,
                           Levels levels)
    : inner_(std::move(inner)),
      colouring_(colouring),
      mapper_(*colouring.map, colouring.lo, colouring.hi, colouring.nan, colouring.neg_inf,
              colouring.pos_inf),
      spec_(inner_->spec()) {
  if (levels == Levels::first) spec_.levels.resize(1);
  spec_.channels = 3;
  spec_.dtype = DType::u8;
  spec_.kind = Kind::rgb;
  spec_.channel_info.clear();
}

Cost ColourSource::cost(const Region& region) const {
  Region below = region;
  below.c0 = 0;
  below.c1 = 1;
  const auto sample = static_cast<std::int64_t>(dtype_bytes(inner_->spec().dtype));
  Cost cost = inner_->cost(below);
  cost.scratch_bytes += region.rect.area() * sample + region.rect.width() * 11;
  return cost;
}

Status ColourSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec_, region, out));
  Region below = region;
  below.c0 = 0;
  below.c1 = 1;
  PixelBuffer in(inner_->spec().dtype, region.rect.height(), region.rect.width(), 1);
  PANTILE_TRY(inner_->read(below, in.view(), ctx));
  const auto width = static_cast<std::size_t>(region.rect.width());
  std::vector<double> values(width);
  PixelBuffer row(DType::u8, 1, region.rect.width(), 3);
  for (std::int64_t y = 0; y < region.rect.height(); ++y) {
    const View samples = std::as_const(in).view();
    switch (samples.dtype()) {
      case DType::u8: to_values<std::uint8_t>(samples, y, colouring_, values); break;
      case DType::u16: to_values<std::uint16_t>(samples, y, colouring_, values); break;
      case DType::f32: to_values<float>(samples, y, colouring_, values); break;
      default: to_values<double>(samples, y, colouring_, values); break;
    }
    mapper_.map(values.data(), reinterpret_cast<std::uint8_t*>(row.data()), width);
    copy_pixels(std::as_const(row).view().select_channels(region.c0, region.c1),
                out.window({0, y, out.width(), y + 1}));
  }
  return {};
}

Fingerprint ColourSource::fingerprint() const {
  Hasher hasher;
  hasher.add("colour")
      .add(static_cast<std::int64_t>(spec_.levels.size()))
      .add(inner_->fingerprint().hex())
      .add(colouring_.map->name);
  for (const double d :
       {colouring_.lo, colouring_.hi, colouring_.value_offset, colouring_.value_step}) {
    hasher.add(d);
  }
  for (const Rgb8& c : {colouring_.nan, colouring_.neg_inf, colouring_.pos_inf}) {
    hasher.add(std::int64_t{c.r} << 16 | std::int64_t{c.g} << 8 | std::int64_t{c.b});
  }
  return hasher.finish();
}

}  // namespace pantile
