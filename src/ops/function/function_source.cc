#include "ops/function/function_source.h"

#include <algorithm>
#include <utility>

#include "core/copy.h"
#include "core/hash.h"
#include "ops/function/blend_source.h"
#include "ops/function/stitch_source.h"

namespace pantile {

Result<std::shared_ptr<const TileSource>> apply_function(
    std::shared_ptr<const TileSource> inner, std::shared_ptr<const TileFunction> function,
    const FunctionOptions& options) {
  PANTILE_ASSIGN(const TileCalls calls,
                 TileCalls::make(std::move(inner), std::move(function), options));
  if (calls.options().stitch) {
    return std::shared_ptr<const TileSource>(std::make_shared<StitchSource>(calls));
  }
  if (calls.options().overlap_px > 0 && calls.options().blend != Blend::nearest) {
    return std::shared_ptr<const TileSource>(std::make_shared<BlendSource>(calls));
  }
  return std::shared_ptr<const TileSource>(std::make_shared<FunctionSource>(calls));
}

ImageSpec spec_after(const TileCalls& calls) {
  const FunctionOptions& options = calls.options();
  ImageSpec spec = calls.inner().spec();
  const bool same = options.channels == spec.channels && options.dtype == spec.dtype;
  if (!same || (spec.kind != Kind::rgb && spec.kind != Kind::rgba)) spec.kind = Kind::intensity;
  if (!same) spec.channel_info.clear();
  spec.levels.resize(1);
  spec.channels = options.channels;
  spec.dtype = options.dtype;
  return spec;
}

Fingerprint fingerprint_after(const TileCalls& calls, std::string_view what) {
  const FunctionOptions& options = calls.options();
  Hasher hasher;
  hasher.add(what)
      .add(calls.inner().fingerprint().hex())
      .add(calls.function().fingerprint().hex())
      .add(options.tile_px)
      .add(options.halo_px)
      .add(std::int64_t{options.channels})
      .add(dtype_name(options.dtype));
  if (options.batch > 0) hasher.add("batch").add(std::int64_t{options.batch});
  if (options.overlap_px > 0) {
    hasher.add("overlap").add(options.overlap_px).add(static_cast<std::int64_t>(options.blend));
  }
  if (options.boundary) {
    hasher.add(boundary_name(*options.boundary));
    if (*options.boundary == Boundary::constant) hasher.add(options.outside);
  }
  return hasher.finish();
}

FunctionSource::FunctionSource(const TileCalls& calls)
    : results_(calls, calls.options().cache_bytes), spec_(spec_after(results_.calls())) {}

std::int64_t FunctionSource::tile_px() const {
  const FunctionGrid& grid = results_.grid();
  return grid.step_px() * std::max(grid.batch_columns(), grid.batch_rows());
}

Cost FunctionSource::cost(const Region&) const { return results_.cost(); }

Status FunctionSource::read_tile(const FunctionTile& tile, const Region& region, MutableView out,
                                 ReadContext& ctx) const {
  const TileCalls& calls = results_.calls();
  const Rect& all = region.rect;
  const Rect part = intersect(results_.grid().nearest(tile.column, tile.row), all);
  if (part.empty()) return {};
  const MutableView to = out.window(translate(part, -all.x0, -all.y0));
  if (part == tile.core && calls.options().batch == 0 && region.channels() == spec_.channels) {
    return calls.call(tile, to, ctx);
  }
  PANTILE_ASSIGN(const TileResult made, results_.get(tile.column, tile.row, ctx));
  const View here = made.pixels.window(translate(part, -tile.core.x0, -tile.core.y0));
  copy_pixels(here.select_channels(region.c0, region.c1), to);
  return {};
}

Status FunctionSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec_, region, out));
  const FunctionGrid& grid = results_.grid();
  const FunctionGrid::Block all = grid.tiles_over(region.rect);
  // Batch by batch, so that none need be kept for long.
  for (std::int64_t r = all.r0; r < all.r1; r = grid.batch_of(all.c0, r).r1) {
    for (std::int64_t c = all.c0; c < all.c1; c = grid.batch_of(c, r).c1) {
      const FunctionGrid::Block block = grid.batch_of(c, r);
      for (std::int64_t row = r; row < std::min(block.r1, all.r1); ++row) {
        for (std::int64_t column = c; column < std::min(block.c1, all.c1); ++column) {
          if (ctx.cancelled()) return Error(Code::cancelled, "stopped on request");
          PANTILE_TRY(read_tile(grid.tile(column, row), region, out, ctx));
        }
      }
    }
  }
  return {};
}

Fingerprint FunctionSource::fingerprint() const {
  return fingerprint_after(results_.calls(), "function 1");
}

}  // namespace pantile
