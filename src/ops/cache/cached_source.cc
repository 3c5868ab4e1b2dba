#include "ops/cache/cached_source.h"

#include <algorithm>
#include <utility>

#include "core/copy.h"

namespace pantile {
namespace {

/// Enough for a few workers that go side by side; of large tiles fewer.
constexpr std::int64_t kTiles = 48;
constexpr std::int64_t kMostBytes = std::int64_t{64} << 20;
/// Readers of many channels take them a few at a time.
constexpr int kChannelsTogether = 4;

std::int64_t capacity(const TileSource& source) {
  const ImageSpec& spec = source.spec();
  const std::int64_t tile = source.tile_px();
  const std::int64_t tile_bytes = tile * tile * std::min(spec.channels, kChannelsTogether) *
                                  static_cast<std::int64_t>(dtype_bytes(spec.dtype));
  return std::min(kMostBytes, kTiles * tile_bytes);
}

}  // namespace

std::shared_ptr<const TileSource> CachedSource::over(std::shared_ptr<const TileSource> source) {
  if (source->tile_px() == 0) return source;
  if (dynamic_cast<const CachedSource*>(source.get()) != nullptr) return source;
  return std::make_shared<CachedSource>(std::move(source));
}

CachedSource::CachedSource(std::shared_ptr<const TileSource> inner)
    : inner_(std::move(inner)),
      tile_px_(inner_->tile_px()),
      capacity_bytes_(capacity(*inner_)),
      cache_(capacity_bytes_) {}

Cost CachedSource::cost(const Region& region) const {
  const LevelInfo& level = spec().levels[static_cast<std::size_t>(region.level)];
  Region tile = region;
  tile.rect = {0, 0, std::min(tile_px_, level.width), std::min(tile_px_, level.height)};
  Cost cost = inner_->cost(tile);
  const std::int64_t tile_bytes =
      tile.rect.area() * region.channels() * static_cast<std::int64_t>(dtype_bytes(spec().dtype));
  // The tile that is being made, and the one that is copied from after it was dropped.
  cost.scratch_bytes += 2 * tile_bytes;
  cost.shared_bytes += capacity_bytes_;
  return cost;
}

Status CachedSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec(), region, out));
  const Rect& all = region.rect;
  const Rect image = spec().levels[static_cast<std::size_t>(region.level)].bounds();
  const auto tile_at = [&](std::int64_t column, std::int64_t row) {
    return intersect(
        {column * tile_px_, row * tile_px_, (column + 1) * tile_px_, (row + 1) * tile_px_}, image);
  };
  if (all == tile_at(all.x0 / tile_px_, all.y0 / tile_px_)) return inner_->read(region, out, ctx);
  for (std::int64_t row = all.y0 / tile_px_; row * tile_px_ < all.y1; ++row) {
    for (std::int64_t column = all.x0 / tile_px_; column * tile_px_ < all.x1; ++column) {
      Region tile = region;
      tile.rect = tile_at(column, row);
      const auto make = [&]() -> Result<PixelBuffer> {
        PixelBuffer pixels(spec().dtype, tile.rect.height(), tile.rect.width(), region.channels());
        PANTILE_TRY(inner_->read(tile, pixels.view(), ctx));
        return pixels;
      };
      PANTILE_ASSIGN(
          const TileCache::Tile kept,
          cache_.get({region.level, region.t, region.z, region.c0, region.c1, row, column}, make));
      const Rect part = intersect(tile.rect, all);
      copy_pixels(kept->view().window(translate(part, -tile.rect.x0, -tile.rect.y0)),
                  out.window(translate(part, -all.x0, -all.y0)));
    }
  }
  return {};
}

}  // namespace pantile
