#pragma once
/// \file
/// A GPU's kernel that is a tile source, for the driver of fake_cuda.h.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>

#include "ops/formula/gpu/pixel_kernel.h"
#include "pantile/tile_source.h"
#include "support/fake_cuda.h"

namespace pantile::testing_cuda {

/// Draws a batch's tiles as a kernel of double precision would, but with the pixels of `open()`, a
/// std::shared_ptr<const TileSource> of the same picture; it is called where tiles are to be drawn.
template <class Open> void draw_by_source(const Launch& launch, const Open& open) {
  if (launch.threads == 0) {
    *static_cast<std::size_t*>(launch.arguments[0]) = sizeof(formula::PixelParameters<double>);
    *static_cast<std::size_t*>(launch.arguments[1]) = sizeof(formula::PixelBatch);
    return;
  }
  const auto& batch = *static_cast<const formula::PixelBatch*>(launch.arguments[1]);
  const std::shared_ptr<const TileSource> source = open();
  ASSERT_NE(source, nullptr);
  const ImageSpec& spec = source->spec();
  const Layout layout =
      Layout::interleaved(spec.dtype, batch.tile_px, batch.tile_px, spec.channels);
  for (unsigned i = 0; i < launch.z; ++i) {
    auto* const out = reinterpret_cast<std::byte*>(batch.out) + i * layout.packed_bytes();
    std::fill_n(out, layout.packed_bytes(), std::byte{0});
    const formula::PixelRect& tile = batch.tiles[i];
    const Rect rect{tile.x0, tile.y0, tile.x1, tile.y1};
    const MutableView pixels(out, layout);
    ReadContext context;
    ASSERT_TRUE(source
                    ->read(spec.region(0, rect), pixels.window({0, 0, rect.width(), rect.height()}),
                           context)
                    .ok());
  }
}

}  // namespace pantile::testing_cuda
