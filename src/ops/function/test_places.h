#pragma once
/// \file
/// An image that tests know every sample of.

#include <gtest/gtest.h>

#include <utility>

#include "core/buffer.h"
#include "core/copy.h"
#include "core/hash.h"
#include "pantile/tile_source.h"

namespace pantile::test {

/// Sample (y, x) is y·1000 + x.
class Places final : public TileSource {
 public:
  explicit Places(std::int64_t width = 100, std::int64_t height = 70) {
    spec_.name = "places";
    spec_.dtype = DType::i32;
    spec_.levels = {{.width = width, .height = height, .scale = {}, .offset = {}}};
  }
  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region&) const override { return {}; }
  Status read(const Region& region, MutableView out, ReadContext&) const override {
    PANTILE_TRY(check_read(spec_, region, out));
    for (std::int64_t y = 0; y < out.height(); ++y) {
      for (std::int64_t x = 0; x < out.width(); ++x) {
        *reinterpret_cast<std::int32_t*>(out.at(y, x)) =
            static_cast<std::int32_t>((y + region.rect.y0) * 1000 + x + region.rect.x0);
      }
    }
    return {};
  }
  Fingerprint fingerprint() const override { return hash_text("places"); }

 private:
  ImageSpec spec_;
};

inline PixelBuffer read(const TileSource& source, const Rect& rect) {
  PixelBuffer out(source.spec().dtype, rect.height(), rect.width(), source.spec().channels);
  ReadContext context;
  EXPECT_TRUE(source.read(source.spec().region(0, rect), out.view(), context).ok());
  return out;
}

}  // namespace pantile::test
