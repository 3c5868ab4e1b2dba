#include "ops/function/tile_results.h"

namespace pantile {

Result<TileResult> TileResults::get(std::int64_t column, std::int64_t row, ReadContext& ctx) const {
  const FunctionOptions& options = calls_.options();
  const FunctionGrid::Block block = grid().batch_of(column, row);
  const FunctionTile wanted = grid().tile(column, row);
  const auto n = static_cast<int>((block.c1 - block.c0) * (block.r1 - block.r0));
  const Layout layout =
      planar(options.dtype, wanted.core.height(), wanted.core.width(), n * options.channels);
  const auto make = [&]() -> Result<PixelBuffer> {
    PixelBuffer pixels(options.dtype, layout.height * layout.channels, layout.width, 1);
    const MutableView out(pixels.data(), layout);
    if (options.batch > 0) {
      PANTILE_TRY(calls_.call(grid().tiles(block), out, ctx));
    } else {
      PANTILE_TRY(calls_.call(wanted, out, ctx));
    }
    return pixels;
  };
  PANTILE_ASSIGN(TileCache::Tile owner, cache_.get({block.r0, block.c0}, make));
  const std::int64_t place = (row - block.r0) * (block.c1 - block.c0) + column - block.c0;
  const auto first = static_cast<int>(place) * options.channels;
  const View all(owner->data(), layout);
  return TileResult{wanted, all.select_channels(first, first + options.channels), std::move(owner)};
}

Cost TileResults::cost() const {
  Cost cost = calls_.cost();
  const std::int64_t together = grid().batch_columns() * grid().batch_rows();
  cost.shared_bytes += cache_bytes_ + together * calls_.result_bytes();
  return cost;
}

}  // namespace pantile
