// A formula's lane on a driver without a GPU, whose kernels are the same code on the host.
#include "ops/formula/gpu/formula_lane.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "compute/cpu/reduce.h"
#include "compute/math/apply-inl.h"
#include "core/buffer.h"
#include "ops/formula/compile.h"
#include "ops/formula/gpu/kernel_headers.h"
#include "ops/formula/gpu/kernel_text.h"
#include "support/fake_cuda.h"
#include "support/host_kernels.h"

namespace pantile::formula {
namespace {

#include "kernel_samples.inc"

using testing_cuda::Control;
using testing_cuda::draw_on_host;
using testing_cuda::HostKernel;

class MapCache : public cuda::CodeCache {
 public:
  Result<std::string> find(const std::string& key) const override {
    const auto at = codes.find(key);
    return at == codes.end() ? std::string() : at->second;
  }
  Status keep(const std::string& key, std::string_view code) override {
    codes[key] = code;
    return {};
  }
  std::map<std::string, std::string> codes;
};

class FormulaLaneTest : public testing::Test {
 protected:
  void SetUp() override {
    auto driver = cuda::Driver::open(PANTILE_FAKE_CUDA);
    ASSERT_TRUE(driver.ok()) << driver.error().message();
    driver_ = *driver;
    library_ = dlopen(PANTILE_FAKE_CUDA, RTLD_NOW | RTLD_NOLOAD);
    ASSERT_NE(library_, nullptr);
    const auto control = reinterpret_cast<Control* (*)()>(dlsym(library_, "fake_cuda_control"));
    control_ = control();
    *control_ = {};
    auto device = cuda::Device::open(driver_, 0);
    ASSERT_TRUE(device.ok()) << device.error().message();
    device_ = *device;
  }
  void TearDown() override {
    EXPECT_EQ(control_->alive, 0) << "something was not given back";
    EXPECT_EQ(control_->used_bytes, 0);
    device_.reset();
    dlclose(library_);
  }

  /// From here on; without, arenas take plain memory.
  void set_pools(bool pools) {
    *control_ = {};
    control_->pools = pools;
    auto device = cuda::Device::open(driver_, 0);
    ASSERT_TRUE(device.ok());
    device_ = *device;
  }

  /// A lane whose kernel is Formula on the host.
  template <class Formula>
  Result<std::unique_ptr<FormulaLane>> lane(std::string_view formula, const FormulaImage& image,
                                            FormulaLaneOptions options,
                                            Halves halves = Halves::yes) {
    const auto program = compile(formula, image.precision);
    const PixelForm form = pixel_form(image.output);
    const bool one = image.frame.samples == 1;
    const KernelText text = kernel_text(*program, image.precision, form, one);
    HostKernel kernel = nullptr;
    if (form == PixelForm::rgb8) {
      kernel = one ? draw_on_host<Formula, PixelForm::rgb8, true>
                   : draw_on_host<Formula, PixelForm::rgb8, false>;
    } else if constexpr (Formula::kOutputs == 1) {
      kernel = form == PixelForm::u16 ? draw_on_host<Formula, PixelForm::u16, true>
                                      : draw_on_host<Formula, PixelForm::f32, true>;
    }
    const std::string code = testing_cuda::kernel_code(kernel, form);
    cache_->codes[cuda::KernelCompiler::key(text.code, kernel_headers(), "sm_90")] = code;
    cuda::KernelCompiler compiler({cache_}, "/nowhere/libnvrtc.so", [](const std::string&) {});
    options.halves = halves;
    return FormulaLane::make(*program, image, device_, compiler, options);
  }

  std::shared_ptr<MapCache> cache_ = std::make_shared<MapCache>();
  std::shared_ptr<const cuda::Driver> driver_;
  std::shared_ptr<const cuda::Device> device_;
  Control* control_ = nullptr;
  void* library_ = nullptr;
};

FormulaImage picture(Output output, Precision precision, int samples = 1) {
  FormulaImage image;
  image.frame = {199, 149, 0.3, -0.2, 0.013, Sampling::center, samples};
  image.output = output;
  image.precision = precision;
  image.lo = -2;
  image.hi = 3;
  image.colormap = "viridis";
  return image;
}

constexpr std::int32_t kTilePx = 64;

void expect_tile(std::string_view formula, const FormulaImage& image, const Rect& rect, View tile) {
  const auto source = FormulaSource::make(*compile(formula, image.precision), image);
  ASSERT_TRUE(source.ok());
  const ImageSpec& spec = (*source)->spec();
  PixelBuffer expected(spec.dtype, kTilePx, kTilePx, spec.channels);
  std::memset(expected.data(), 0, expected.size_bytes());
  ReadContext context;
  ASSERT_TRUE((*source)
                  ->read(spec.region(0, rect),
                         expected.view().window({0, 0, rect.width(), rect.height()}), context)
                  .ok());
  ASSERT_TRUE(tile.layout().is_packed());
  EXPECT_EQ(std::memcmp(tile.data(), expected.data(), expected.size_bytes()), 0) << formula;
}

/// A tile's half is what the CPU makes of the tile.
void expect_half(const Rect& rect, View tile, const std::optional<View>& half) {
  ASSERT_TRUE(half.has_value());
  PixelBuffer expected(tile.dtype(), kTilePx / 2, kTilePx / 2, tile.channels());
  std::memset(expected.data(), 0, expected.size_bytes());
  const std::int64_t w = (rect.width() + 1) / 2, h = (rect.height() + 1) / 2;
  ASSERT_TRUE(reduce_2x2(tile.window({0, 0, rect.width(), rect.height()}), Kind::intensity,
                         expected.view().window({0, 0, w, h}))
                  .ok());
  ASSERT_TRUE(half->layout().is_packed());
  EXPECT_EQ(half->layout().packed_bytes(), expected.size_bytes());
  EXPECT_EQ(std::memcmp(half->data(), expected.data(), expected.size_bytes()), 0);
}

const std::vector<Rect> kTiles{{0, 0, 64, 64}, {64, 0, 128, 64}, {192, 128, 199, 149}};

template <class Formula>
void expect_same_tiles(FormulaLane& lane, std::string_view formula, const FormulaImage& image) {
  auto batch = lane.begin(kTiles);
  ASSERT_TRUE(batch.ok()) << batch.error().message();
  ASSERT_TRUE((*batch)->wait().ok());
  for (std::size_t i = 0; i < kTiles.size(); ++i) {
    expect_tile(formula, image, kTiles[i], (*batch)->tile(i));
    expect_half(kTiles[i], (*batch)->tile(i), (*batch)->half(i));
  }
}

TEST_F(FormulaLaneTest, TilesAreThoseOfFormulaSource){
#define PANTILE_EXPECT_SAME(Sample, formula)                                                  \
  {                                                                                           \
    const Precision precision = sizeof(Sample::Value) == 8 ? Precision::f64 : Precision::f32; \
    for (const Output output : {Output::rgb8, Output::value_u16, Output::value_f32}) {        \
      if (Sample::kOutputs == 3 && output != Output::rgb8) continue;                          \
      const FormulaImage image = picture(output, precision);                                  \
      auto made = lane<Sample>(formula, image, {kTilePx});                                    \
      ASSERT_TRUE(made.ok()) << made.error().message();                                       \
      expect_same_tiles<Sample>(**made, formula, image);                                      \
    }                                                                                         \
  }
    PANTILE_SAMPLES(PANTILE_EXPECT_SAME)
#undef PANTILE_EXPECT_SAME
}

TEST_F(FormulaLaneTest, NothingIsHalvedForNobody) {
  const FormulaImage image = picture(Output::rgb8, Precision::f64);
  auto made = lane<Sample0>("complex", image, {kTilePx}, Halves::no);
  ASSERT_TRUE(made.ok());
  auto batch = (*made)->begin(kTiles);
  ASSERT_TRUE(batch.ok() && (*batch)->wait().ok());
  EXPECT_EQ(control_->launches, 1);
  EXPECT_FALSE((*batch)->half(0).has_value());
  expect_tile("complex", image, kTiles[2], (*batch)->tile(2));
}

TEST_F(FormulaLaneTest, SeveralSamples) {
  const FormulaImage image = picture(Output::rgb8, Precision::f64, 3);
  auto made = lane<Sample0>("complex", image, {kTilePx});
  ASSERT_TRUE(made.ok());
  expect_same_tiles<Sample0>(**made, "complex", image);
}

TEST_F(FormulaLaneTest, BatchesLiveSideBySide) {
  const FormulaImage image = picture(Output::rgb8, Precision::f64);
  auto made = lane<Sample0>("complex", image, {kTilePx});
  ASSERT_TRUE(made.ok());
  FormulaLane& l = **made;
  EXPECT_EQ(l.name(), "GPU 0 (Fake)");
  EXPECT_EQ(l.batches(), 4);
  std::vector<std::unique_ptr<TileBatch>> batches;
  for (const Rect& rect : kTiles) {
    auto batch = l.begin({&rect, 1});
    ASSERT_TRUE(batch.ok());
    batches.push_back(std::move(*batch));
  }
  for (std::size_t i = 0; i < kTiles.size(); ++i) {
    ASSERT_TRUE(batches[i]->wait().ok());
    expect_tile("complex", image, kTiles[i], batches[i]->tile(0));
  }
  batches.erase(batches.begin());
  expect_same_tiles<Sample0>(l, "complex", image);
}

TEST_F(FormulaLaneTest, LessMemoryMeansSmallerBatches) {
  const FormulaImage image = picture(Output::rgb8, Precision::f64);
  constexpr std::int64_t kTileBytes = std::int64_t{3} * kTilePx * kTilePx * 5 / 4;  // and half
  for (const bool pools : {true, false}) {
    set_pools(pools);
    {
      auto all = lane<Sample0>("complex", image, {kTilePx, 16 * kTileBytes, 3});
      ASSERT_TRUE(all.ok());
      EXPECT_EQ((*all)->batch_tiles(), 16);
      EXPECT_EQ((*all)->pinned_bytes(), 3 * 16 * kTileBytes);
      EXPECT_EQ((*all)->note(), "");
      expect_same_tiles<Sample0>(**all, "complex", image);
      EXPECT_EQ((*all)->peak_device_bytes(), control_->device_peak_bytes);
    }
    control_->memory_bytes = 30 * kTileBytes;  // for three batches of pinned memory and a drawing
    {
      auto some = lane<Sample0>("complex", image, {kTilePx, 16 * kTileBytes, 3});
      ASSERT_TRUE(some.ok()) << some.error().message();
      EXPECT_EQ((*some)->batch_tiles(), 8);
      EXPECT_EQ((*some)->note(),
                "GPU 0 (Fake) was short of memory and drew 4 tiles at a time instead of 8.");
      expect_same_tiles<Sample0>(**some, "complex", image);
    }
    control_->memory_bytes = 3 * kTileBytes;
    auto none = lane<Sample0>("complex", image, {kTilePx, 16 * kTileBytes, 3});
    ASSERT_FALSE(none.ok());
    EXPECT_EQ(none.error().code(), Code::out_of_memory);
  }
}

/// Memory that runs out at any call in the middle, for a while.
TEST_F(FormulaLaneTest, OutOfMemoryOnTheWayMeansSmallerParts) {
  const FormulaImage image = picture(Output::rgb8, Precision::f64);
  constexpr std::int64_t kTileBytes = std::int64_t{3} * kTilePx * kTilePx * 5 / 4;  // and half
  for (const bool pools : {true, false}) {
    set_pools(pools);
    for (const int failures : {1, 2}) {
      int shortages = 0;
      for (int call = 0; call < 12; ++call) {
        control_->device_peak_bytes = 0;
        auto made = lane<Sample0>("complex", image, {kTilePx, 3 * kTileBytes, 3});
        ASSERT_TRUE(made.ok());
        const int before = control_->memory_calls;
        control_->memory_call = before + call;
        control_->memory_failures = failures;
        {
          auto kept = (*made)->begin(kTiles);  // still there while the next ones are drawn
          ASSERT_TRUE(kept.ok()) << kept.error().message();
          expect_same_tiles<Sample0>(**made, "complex", image);
          expect_same_tiles<Sample0>(**made, "complex", image);
          ASSERT_TRUE((*kept)->wait().ok());
          for (std::size_t i = 0; i < kTiles.size(); ++i) {
            expect_tile("complex", image, kTiles[i], (*kept)->tile(i));
          }
        }
        EXPECT_EQ((*made)->peak_device_bytes(), control_->device_peak_bytes);
        const bool met = control_->memory_calls > control_->memory_call;
        control_->memory_call = -1;
        if (!met) continue;
        const std::string note = (*made)->note();
        shortages += static_cast<int>(!note.empty());
        if (call == 0) {
          EXPECT_EQ(note,
                    "GPU 0 (Fake) was short of memory and drew 1 tile at a time instead of 3.");
        }
      }
      EXPECT_GE(shortages, 2);
    }
  }
}

TEST_F(FormulaLaneTest, NotEvenOneTileIsTheEndOfTheLane) {
  const FormulaImage image = picture(Output::rgb8, Precision::f64);
  constexpr std::int64_t kTileBytes = std::int64_t{3} * kTilePx * kTilePx * 5 / 4;  // and half
  for (const bool pools : {true, false}) {
    set_pools(pools);
    for (int call = 0; call < 3; ++call) {
      auto made = lane<Sample0>("complex", image, {kTilePx, 3 * kTileBytes, 3});
      ASSERT_TRUE(made.ok());
      control_->memory_call = control_->memory_calls + call;
      control_->memory_failures = 1 << 20;
      auto batch = (*made)->begin(kTiles);
      if (batch.ok()) batch = (*made)->begin(kTiles);  // memory at hand, no launch
      ASSERT_FALSE(batch.ok());
      EXPECT_EQ(batch.error().code(), Code::out_of_memory);
      EXPECT_NE(batch.error().message().find("GPU 0 (Fake)"), std::string::npos);
      control_->memory_call = -1;
    }
  }
}

TEST_F(FormulaLaneTest, AnyCallMayFail) {
  const FormulaImage image = picture(Output::rgb8, Precision::f64);
  int failures = 0;
  for (int call = 0; call < 20; ++call) {
    control_->calls = 0;
    control_->fail_call = call;
    auto made = lane<Sample0>("complex", image, {kTilePx});
    Status failed = made.ok() ? Status() : Status(made.error());
    if (made.ok()) {
      auto batch = (*made)->begin(kTiles);
      failed = batch.ok() ? (*batch)->wait() : Status(batch.error());
    }
    if (failed.ok()) continue;
    ++failures;
    EXPECT_EQ(failed.error().code(), Code::io);
    EXPECT_NE(failed.error().message().find("GPU 0 (Fake)"), std::string::npos)
        << failed.error().message();
  }
  // The colours' copy and wait; the wait for the trial; launches, copies and wait of the batch.
  EXPECT_EQ(failures, 8);
}

TEST_F(FormulaLaneTest, ALaunchOfMoreTilesThanFitIsRefused) {
  const FormulaImage image = picture(Output::rgb8, Precision::f64);
  ASSERT_TRUE(lane<Sample0>("complex", image, {kTilePx}).ok());  // leaves its code in the cache
  cuda::KernelCompiler compiler({cache_}, "/nowhere/libnvrtc.so", [](const std::string&) {});
  const auto kernel =
      FormulaKernel::make(*compile("complex", image.precision), image, device_, compiler);
  ASSERT_TRUE(kernel.ok()) << kernel.error().message();
  const auto stream = cuda::Stream::make(device_);
  ASSERT_TRUE(stream.ok());
  const int before = control_->launches;
  const std::vector<Rect> rects(kMostTiles + 1, kTiles[0]);
  const Status refused = (*kernel)->launch(*stream, {0, 0, kTilePx}, rects);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::internal);
  EXPECT_EQ(control_->launches, before);
}

TEST_F(FormulaLaneTest, SaysWhatIsMissing) {
  cuda::KernelCompiler compiler({cache_}, "/nowhere/libnvrtc.so", [](const std::string&) {});
  const auto none =
      FormulaLane::make(*compile("x", Precision::f64), picture(Output::rgb8, Precision::f64),
                        device_, compiler, {kTilePx});
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code(), Code::not_found);
  EXPECT_NE(none.error().message().find("NVRTC"), std::string::npos);

  const auto no_driver = cuda::Driver::open("/nowhere/libcuda.so");
  ASSERT_FALSE(no_driver.ok());
  EXPECT_EQ(no_driver.error().code(), Code::not_found);
  const auto no_device = cuda::Device::open(driver_, 3);
  ASSERT_FALSE(no_device.ok());
  EXPECT_NE(no_device.error().message().find("no GPU 3"), std::string::npos);
}

}  // namespace
}  // namespace pantile::formula
