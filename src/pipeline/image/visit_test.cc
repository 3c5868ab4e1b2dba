#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <mutex>

#include "core/buffer.h"
#include "core/hash.h"
#include "ops/array/array_source.h"
#include "pantile/image.h"

namespace pantile {
namespace {

constexpr std::int64_t kWidth = 70, kHeight = 50;

/// Sums of chunks; there is nowhere to put pixels.
class Sums final : public TileFunction {
 public:
  std::string name() const override { return "sums"; }
  Fingerprint fingerprint() const override { return hash_text("sums"); }
  Status apply(const FunctionTile& tile, View in, MutableView out) const override {
    EXPECT_EQ(out.data(), nullptr);
    if (tile.column == fails_at) return Error(Code::invalid, "no");
    std::int64_t sum = 0;
    for (std::int64_t y = 0; y < in.height(); ++y) {
      for (std::int64_t x = 0; x < in.width(); ++x) {
        sum += std::to_integer<int>(*in.at(y, x));
      }
    }
    const std::lock_guard lock(mutex);
    EXPECT_TRUE(sums.try_emplace({tile.row, tile.column}, sum).second);
    return {};
  }
  mutable std::mutex mutex;
  mutable std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> sums;
  std::int64_t fails_at = -1;
};

class Visit : public testing::Test {
 protected:
  static Image ones() {
    auto pixels = std::make_shared<PixelBuffer>(DType::u8, kHeight, kWidth, 1);
    std::memset(pixels->data(), 1, pixels->size_bytes());
    ImageSpec spec;
    spec.levels = {{.width = kWidth, .height = kHeight, .scale = {}, .offset = {}}};
    const View view = pixels->view();
    return *Image::of(*ArraySource::make(view, std::move(pixels), spec));
  }
};

TEST_F(Visit, CallsOnceForEveryChunk) {
  for (const int batch : {0, 4}) {
    const auto sums = std::make_shared<Sums>();
    FunctionOptions options;
    options.tile_px = 20;
    options.halo_px = 5;
    options.batch = batch;
    RunOptions run;
    run.threads = 3;
    ASSERT_TRUE(ones().visit(sums, options, run).ok());
    EXPECT_EQ(sums->sums.size(), 4U * 3U);
    EXPECT_EQ((sums->sums[{1, 1}]), 30 * 30);
    EXPECT_EQ((sums->sums[{0, 0}]), batch > 0 ? 30 * 30 : 25 * 25);
  }
}

TEST_F(Visit, NamesTheChunkThatFailed) {
  const auto sums = std::make_shared<Sums>();
  sums->fails_at = 2;
  FunctionOptions options;
  options.tile_px = 20;
  RunOptions run;
  run.threads = 1;
  const Status failed = ones().visit(sums, options, run);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().message(), "sums on tile (0, 2), x 40 to 60, y 0 to 20: no");
  CancelToken cancel;
  cancel.cancel();
  run.cancel = &cancel;
  EXPECT_EQ(ones().visit(sums, options, run).error().code(), Code::cancelled);
}

}  // namespace
}  // namespace pantile
