#include "ops/function/function_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/copy.h"
#include "core/hash.h"

namespace pantile {
namespace {

constexpr std::int64_t kStandardTile = 512;
constexpr std::int64_t kMostTile = 65536;

/// Channel by channel, as functions like them.
Layout planar(DType dtype, const Rect& rect, int channels) {
  const auto sample = static_cast<std::ptrdiff_t>(dtype_bytes(dtype));
  const std::ptrdiff_t row = sample * static_cast<std::ptrdiff_t>(rect.width());
  return {dtype,
          rect.height(),
          rect.width(),
          channels,
          row,
          sample,
          row * static_cast<std::ptrdiff_t>(rect.height())};
}

}  // namespace

Result<std::shared_ptr<const TileSource>> apply_function(
    std::shared_ptr<const TileSource> inner, std::shared_ptr<const TileFunction> function,
    const FunctionOptions& options) {
  PANTILE_ASSIGN(std::shared_ptr<const TileSource> source,
                 FunctionSource::make(std::move(inner), std::move(function), options));
  return source;
}

Result<std::unique_ptr<FunctionSource>> FunctionSource::make(
    std::shared_ptr<const TileSource> inner, std::shared_ptr<const TileFunction> function,
    const FunctionOptions& options) {
  FunctionOptions all = options;
  const std::string name = function->name();
  if (all.tile_px == 0) all.tile_px = kStandardTile;
  if (all.tile_px < 1 || all.tile_px > kMostTile) {
    return Error(Code::invalid, fmt::format("{}: tile is {}: expected 1 to {} pixels", name,
                                            all.tile_px, kMostTile));
  }
  if (all.halo_px < 0 || all.halo_px > kMostTile) {
    return Error(Code::invalid, fmt::format("{}: halo is {}: expected 0 to {} pixels", name,
                                            all.halo_px, kMostTile));
  }
  if (all.channels < 0) {
    return Error(Code::invalid,
                 fmt::format("{}: channels is {}: expected at least 1", name, all.channels));
  }
  if (all.channels == 0) all.channels = inner->spec().channels;
  if (!all.has_dtype) all.dtype = inner->spec().dtype;
  return std::unique_ptr<FunctionSource>(
      new FunctionSource(std::move(inner), std::move(function), all));
}

FunctionSource::FunctionSource(std::shared_ptr<const TileSource> inner,
                               std::shared_ptr<const TileFunction> function,
                               const FunctionOptions& options)
    : inner_(std::move(inner)),
      function_(std::move(function)),
      options_(options),
      spec_(inner_->spec()),
      cache_(options.cache_bytes) {
  const bool same = options.channels == spec_.channels && options.dtype == spec_.dtype;
  if (!same || (spec_.kind != Kind::rgb && spec_.kind != Kind::rgba)) spec_.kind = Kind::intensity;
  if (!same) spec_.channel_info.clear();
  spec_.levels.resize(1);
  spec_.channels = options.channels;
  spec_.dtype = options.dtype;
}

FunctionTile FunctionSource::tile_at(std::int64_t column, std::int64_t row) const {
  const Rect image = spec_.levels.front().bounds();
  const std::int64_t edge = options_.tile_px, halo = options_.halo_px;
  FunctionTile tile{row, column, {}, {}};
  tile.core = intersect({column * edge, row * edge, (column + 1) * edge, (row + 1) * edge}, image);
  tile.halo = intersect(
      {tile.core.x0 - halo, tile.core.y0 - halo, tile.core.x1 + halo, tile.core.y1 + halo}, image);
  return tile;
}

Cost FunctionSource::cost(const Region& region) const {
  const std::int64_t edge = options_.tile_px, halo = options_.halo_px;
  const Rect image = spec_.levels.front().bounds();
  // The largest there is; where a read's tiles lie decides little.
  Rect around{region.rect.x0 - edge - halo, region.rect.y0 - edge - halo, 0, 0};
  around.x1 = around.x0 + edge + 2 * halo;
  around.y1 = around.y0 + edge + 2 * halo;
  around = translate(around, std::max<std::int64_t>(0, -around.x0),
                     std::max<std::int64_t>(0, -around.y0));
  around = intersect(around, image);
  if (around.empty()) around = {0, 0, 1, 1};
  Cost cost = inner_->cost(inner_->spec().region(0, around));
  const std::int64_t out =
      std::min(edge, image.width()) * std::min(edge, image.height()) * spec_.pixel_bytes();
  // What the function is given, what it makes, and as much again for itself.
  cost.scratch_bytes += 2 * (around.area() * inner_->spec().pixel_bytes() + out);
  cost.shared_bytes += options_.cache_bytes + out;
  return cost;
}

Status FunctionSource::call(const FunctionTile& tile, MutableView out, ReadContext& ctx) const {
  const ImageSpec& from = inner_->spec();
  const Region region = from.region(0, tile.halo);
  View in = inner_->borrow(region);
  std::vector<std::byte> memory;
  if (in.data() == nullptr) {
    const Layout layout = planar(from.dtype, tile.halo, from.channels);
    memory.resize(layout.packed_bytes());
    const MutableView view(memory.data(), layout);
    PANTILE_TRY(inner_->read(region, view, ctx));
    in = view;
  }
  return function_->apply(tile, in, out)
      .with_context(fmt::format("{} on tile ({}, {}), x {} to {}, y {} to {}", function_->name(),
                                tile.row, tile.column, tile.core.x0, tile.core.x1, tile.core.y0,
                                tile.core.y1));
}

Status FunctionSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec_, region, out));
  const std::int64_t edge = options_.tile_px;
  const Rect& all = region.rect;
  const bool all_channels = region.channels() == spec_.channels;
  for (std::int64_t row = all.y0 / edge; row * edge < all.y1; ++row) {
    for (std::int64_t column = all.x0 / edge; column * edge < all.x1; ++column) {
      if (ctx.cancelled()) return Error(Code::cancelled, "stopped on request");
      const FunctionTile tile = tile_at(column, row);
      const Rect part = intersect(tile.core, all);
      const MutableView to = out.window(translate(part, -all.x0, -all.y0));
      if (part == tile.core && all_channels) {
        PANTILE_TRY(call(tile, to, ctx));
        continue;
      }
      const auto make = [&]() -> Result<PixelBuffer> {
        PixelBuffer pixels(spec_.dtype, tile.core.height(), tile.core.width(), spec_.channels);
        PANTILE_TRY(call(tile, pixels.view(), ctx));
        return pixels;
      };
      PANTILE_ASSIGN(const TileCache::Tile made, cache_.get({row, column}, make));
      const View here = made->view().window(translate(part, -tile.core.x0, -tile.core.y0));
      copy_pixels(here.select_channels(region.c0, region.c1), to);
    }
  }
  return {};
}

Fingerprint FunctionSource::fingerprint() const {
  return Hasher()
      .add("function 1")
      .add(inner_->fingerprint().hex())
      .add(function_->fingerprint().hex())
      .add(options_.tile_px)
      .add(options_.halo_px)
      .add(std::int64_t{spec_.channels})
      .add(dtype_name(spec_.dtype))
      .finish();
}

}  // namespace pantile
