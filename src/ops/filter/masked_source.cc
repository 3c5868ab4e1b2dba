#include "ops/filter/masked_source.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "core/buffer.h"
#include "ops/filter/pointwise.h"
#include "ops/filter/samples.h"

namespace pantile::filter {
namespace {

std::vector<std::byte> sample_of(DType dtype, double value) {
  const RowType rows = row_type(dtype);
  const std::vector<std::byte> nothing(kRowAlign * sizeof(double));
  std::vector<std::byte> row(nothing.size()), sample(dtype_bytes(dtype));
  const std::byte* const taps[] = {nothing.data()};
  const RowWindow windows[] = {{taps}, {taps}};
  make_mask(rows, value_in(dtype, value))->apply(windows, row.data(), kRowAlign, nullptr);
  store_samples(row.data(), 1, {sample.data(), Layout::interleaved(dtype, 1, 1, 1)}, 0, 0);
  return sample;
}

template <class T> std::size_t mark(const std::byte* row, std::size_t n, std::uint8_t* inside) {
  const T* const samples = reinterpret_cast<const T*>(row);
  std::size_t count = 0;
  for (std::size_t i = 0; i < n; ++i) {
    inside[i] = samples[i] != T(0) ? 1 : 0;
    count += inside[i];
  }
  return count;
}

std::size_t mark(RowType type, const std::byte* row, std::size_t n, std::uint8_t* inside) {
  switch (type) {
    case RowType::u8: return mark<std::uint8_t>(row, n, inside);
    case RowType::u16: return mark<std::uint16_t>(row, n, inside);
    case RowType::f32: return mark<float>(row, n, inside);
    case RowType::f64: break;
  }
  return mark<double>(row, n, inside);
}

/// What is no number becomes the one quiet NaN.
template <class T> void make_canonical(const MutableView& out) {
  for (std::int64_t y = 0; y < out.height(); ++y) {
    for (std::int64_t x = 0; x < out.width(); ++x) {
      T sample;
      std::memcpy(&sample, out.at(y, x), sizeof sample);
      if (sample == sample) continue;
      sample = std::numeric_limits<T>::quiet_NaN();
      std::memcpy(out.at(y, x), &sample, sizeof sample);
    }
  }
}

}  // namespace

/// Where the mask is not 0, for one block.
struct MaskedSource::Inside {
  PixelBuffer mask;
  std::vector<std::byte> row;
  std::vector<std::uint8_t> marks;
  std::int64_t width = 0, count = 0;
  bool is_inside(std::int64_t y, std::int64_t x) const {
    return marks[static_cast<std::size_t>(y * width + x)] != 0;
  }
};

MaskedSource::MaskedSource(std::shared_ptr<const TileSource> inner,
                           std::shared_ptr<const TileSource> mask, ImageSpec spec, double value,
                           Fingerprint fingerprint)
    : inner_(std::move(inner)),
      mask_(std::move(mask)),
      spec_(std::move(spec)),
      value_(sample_of(spec_.dtype, value)),
      fingerprint_(fingerprint) {}

std::int64_t MaskedSource::tile_px() const { return std::max(inner_->tile_px(), mask_->tile_px()); }

Cost MaskedSource::cost(const Region& region) const {
  Region block = region;
  block.rect.x1 = std::min(region.rect.x1, region.rect.x0 + kBlockPx);
  block.rect.y1 = std::min(region.rect.y1, region.rect.y0 + kBlockPx);
  Region of_mask = block;
  of_mask.c0 = mask_->spec().channels == 1 ? 0 : region.c0;
  of_mask.c1 = of_mask.c0 + 1;
  const Cost inner = inner_->cost(block), mask = mask_->cost(of_mask);
  const auto sample = static_cast<std::int64_t>(dtype_bytes(mask_->spec().dtype));
  return {std::max(inner.scratch_bytes, mask.scratch_bytes) + block.rect.area() * (sample + 1) +
              8 * block.rect.width(),
          inner.shared_bytes + mask.shared_bytes};
}

/// Reads the mask of one channel.
Status MaskedSource::look(Region region, Inside& inside, ReadContext& ctx) const {
  const ImageSpec& spec = mask_->spec();
  if (spec.t == 1) region.t = 0;
  if (spec.z == 1) region.z = 0;
  const Rect& rect = region.rect;
  View samples = mask_->borrow(region);
  if (samples.data() == nullptr) {
    const bool fits = !inside.mask.empty() && inside.mask.view().height() >= rect.height() &&
                      inside.mask.view().width() >= rect.width();
    if (!fits) inside.mask = PixelBuffer(spec.dtype, rect.height(), rect.width(), 1);
    const MutableView view = inside.mask.view().window({0, 0, rect.width(), rect.height()});
    PANTILE_TRY(mask_->read(region, view, ctx));
    samples = view;
  }
  const auto width = static_cast<std::size_t>(rect.width());
  inside.width = rect.width();
  inside.row.resize(width * sizeof(double));
  inside.marks.resize(static_cast<std::size_t>(rect.area()));
  std::size_t count = 0;
  for (std::int64_t y = 0; y < rect.height(); ++y) {
    load_samples(samples, y, 0, width, inside.row.data());
    count += mark(row_type(spec.dtype), inside.row.data(), width,
                  inside.marks.data() + static_cast<std::size_t>(y) * width);
  }
  inside.count = static_cast<std::int64_t>(count);
  return {};
}

/// Channels that one channel of the mask decides on.
Status MaskedSource::read_block(const Region& region, const MutableView& out, Inside& inside,
                                ReadContext& ctx) const {
  Region of_mask = region;
  if (mask_->spec().channels == 1) of_mask.c0 = 0;
  of_mask.c1 = of_mask.c0 + 1;
  PANTILE_TRY(look(of_mask, inside, ctx));
  const bool any = inside.count > 0, all = inside.count == region.rect.area();
  if (any) {
    Region below = region;
    if (inner_->spec().t == 1) below.t = 0;
    if (inner_->spec().z == 1) below.z = 0;
    PANTILE_TRY(inner_->read(below, out, ctx));
  }
  for (int c = 0; c < region.channels(); ++c) {
    const MutableView plane = MutableView(out.select_channels(c, c + 1));
    if (any && spec_.dtype == DType::f32) make_canonical<float>(plane);
    if (any && spec_.dtype == DType::f64) make_canonical<double>(plane);
    if (all) continue;
    for (std::int64_t y = 0; y < plane.height(); ++y) {
      for (std::int64_t x = 0; x < plane.width(); ++x) {
        if (any && inside.is_inside(y, x)) continue;
        std::memcpy(plane.at(y, x), value_.data(), value_.size());
      }
    }
  }
  return {};
}

Status MaskedSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec_, region, out));
  const Rect& all = region.rect;
  const int together = mask_->spec().channels == 1 ? region.channels() : 1;
  Inside inside;
  for (std::int64_t y = all.y0; y < all.y1; y += kBlockPx) {
    for (std::int64_t x = all.x0; x < all.x1; x += kBlockPx) {
      if (ctx.cancelled()) return Error(Code::cancelled, "stopped on request");
      Region block = region;
      block.rect = {x, y, std::min(x + kBlockPx, all.x1), std::min(y + kBlockPx, all.y1)};
      const MutableView window = out.window(translate(block.rect, -all.x0, -all.y0));
      for (int c = region.c0; c < region.c1; c += together) {
        block.c0 = c;
        block.c1 = c + together;
        const MutableView some =
            MutableView(window.select_channels(c - region.c0, c - region.c0 + together));
        PANTILE_TRY(read_block(block, some, inside, ctx));
      }
    }
  }
  return {};
}

}  // namespace pantile::filter
