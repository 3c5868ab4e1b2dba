#pragma once
/// \file
/// Images for the tests of operators.

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <string>

#include "core/buffer.h"
#include "core/copy.h"
#include "core/hash.h"
#include "ops/filter/compile.h"
#include "ops/filter/settle.h"

namespace pantile::filter {

/// Samples in memory.
class MemorySource final : public TileSource {
 public:
  MemorySource(PixelBuffer pixels, Kind kind) : pixels_(std::move(pixels)) {
    const Layout l = pixels_.view().layout();
    spec_.dtype = l.dtype;
    spec_.channels = l.channels;
    spec_.kind = kind;
    spec_.levels = {{l.width, l.height, {}, {}}};
  }
  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region&) const override { return {}; }
  Status read(const Region& r, MutableView out, ReadContext&) const override {
    PANTILE_TRY(check_read(spec_, r, out));
    copy_pixels(View(pixels_.view()).window(r.rect).select_channels(r.c0, r.c1), out);
    return {};
  }
  Fingerprint fingerprint() const override {
    return hash_bytes({pixels_.data(), pixels_.size_bytes()});
  }

 private:
  PixelBuffer pixels_;
  ImageSpec spec_;
};

/// Random samples; among floats some that are no numbers, and infinities.
inline std::shared_ptr<const TileSource> noise(DType dtype, std::int64_t width, std::int64_t height,
                                               int channels = 1, unsigned seed = 5) {
  PixelBuffer pixels(dtype, height, width, channels);
  std::mt19937_64 random(seed);
  const std::size_t sample = dtype_bytes(dtype);
  for (std::size_t i = 0; i < pixels.size_bytes() / sample; ++i) {
    const std::uint64_t bits = random();
    if (dtype == DType::f32 || dtype == DType::f64) {
      double v = static_cast<double>(bits >> 11) * 0x1p-53 * 2 - 0.5;
      if (bits % 997 == 0) v = std::nan("");
      if (bits % 991 == 0) v = HUGE_VAL;
      if (dtype == DType::f32) {
        reinterpret_cast<float*>(pixels.data())[i] = static_cast<float>(v);
      } else {
        reinterpret_cast<double*>(pixels.data())[i] = v;
      }
    } else {
      std::memcpy(pixels.data() + i * sample, &bits, sample);
    }
  }
  return std::make_shared<MemorySource>(std::move(pixels), Kind::intensity);
}

/// `text` over `inner`, with components found where it looks for them; a failure of the test where
/// that cannot be.
inline std::shared_ptr<const TileSource> filtered(std::shared_ptr<const TileSource> inner,
                                                  const std::string& text) {
  const auto chain = parse_chain(text);
  EXPECT_TRUE(chain.ok()) << (chain.ok() ? "" : chain.error().message());
  const auto graph = apply_chain(*chain, Graph::leaf(std::move(inner)));
  EXPECT_TRUE(graph.ok()) << (graph.ok() ? "" : graph.error().message());
  const auto unmeasured = [](const Wanted&,
                             const Graph&) -> Result<std::vector<std::pair<double, double>>> {
    return Error(Code::invalid, "a test measures nothing");
  };
  const auto settled = settle(*graph, unmeasured, stage_for_later);
  EXPECT_TRUE(settled.ok()) << (settled.ok() ? "" : settled.error().message());
  const auto made = compile_graph(*settled);
  EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message());
  return *made;
}

inline PixelBuffer read_rect(const TileSource& source, const Rect& rect) {
  const ImageSpec& spec = source.spec();
  PixelBuffer out(spec.dtype, rect.height(), rect.width(), spec.channels);
  ReadContext context;
  const Status done = source.read(spec.region(0, rect), out.view(), context);
  EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().message());
  return out;
}

/// Rectangles of all sizes have the bits that they have in the whole.
inline void expect_tiles_equal_whole(const TileSource& source, const std::string& what) {
  const Rect all = source.spec().levels.front().bounds();
  const PixelBuffer whole = read_rect(source, all);
  std::mt19937_64 random(3);
  for (int k = 0; k < 25; ++k) {
    const auto pick = [&](std::int64_t n) {
      const auto a = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
      const std::int64_t most = k % 3 == 0 ? n : 17;
      const auto b = a + 1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most));
      return std::pair(a, std::min(b, n));
    };
    const auto [x0, x1] = pick(all.x1);
    const auto [y0, y1] = pick(all.y1);
    const Rect rect{x0, y0, x1, y1};
    const PixelBuffer part = read_rect(source, rect);
    ASSERT_TRUE(same_pixels(part.view(), View(whole.view()).window(rect)))
        << what << " at " << x0 << ", " << y0 << " to " << x1 << ", " << y1;
  }
}

}  // namespace pantile::filter
