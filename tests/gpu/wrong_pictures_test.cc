// Kernels of pictures that are wrong in one place: the harness finds it, and says where.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "compute/math/apply-inl.h"
#include "gpu/failures.h"
#include "gpu/host_machine.h"
#include "gpu/parity_checks.h"
#include "gpu/test_kernels.h"
#include "ops/formula/compile.h"
#include "ops/formula/gpu/kernel_text.h"
#include "support/host_kernels.h"

namespace pantile::formula {
namespace {
#include "kernel_samples.inc"
}  // namespace
}  // namespace pantile::formula

namespace pantile::gpu {
namespace {

using formula::Output;
using formula::PixelBatch;
using formula::PixelForm;
using testing_cuda::draw_on_host;
using testing_cuda::halve_on_host;
using testing_cuda::HostKernel;
using testing_cuda::Launch;

using Complex = formula::Sample0;  // "complex" in f64

constexpr PictureSize kSize{40, 28};
constexpr std::int32_t kTilePx = 16;  // those at the right are 8 pixels wide

Picture picture(Output output, int samples = 1) {
  for (Picture& one : pictures(kSize)) {
    const formula::FormulaImage& image = one.image;
    if (one.formula == "complex" && image.precision == Precision::f64 && image.output == output) {
      one.image.frame.samples = samples;
      return one;
    }
  }
  return {};
}

/// Flips the lowest bit of a byte of the pixel (x, y) of a level, if it is among these tiles.
void spoil(const PixelBatch& batch, unsigned tiles, std::uint8_t* out, int level, int pixel_bytes,
           std::int32_t x, std::int32_t y, int byte) {
  const std::int32_t edge = batch.tile_px >> level;
  for (unsigned i = 0; i < tiles; ++i) {
    const std::int32_t column = x - (batch.tiles[i].x0 >> level);
    const std::int32_t row = y - (batch.tiles[i].y0 >> level);
    if (column < 0 || row < 0 || column >= edge || row >= edge) continue;
    out[((static_cast<std::int32_t>(i) * edge + row) * edge + column) * pixel_bytes + byte] ^= 1;
  }
}

template <PixelForm form, std::int32_t x, std::int32_t y, int byte>
void draw_wrong(const Launch& launch) {
  draw_on_host<Complex, form, true>(launch);
  if (launch.threads == 0) return;
  const auto& batch = *static_cast<const PixelBatch*>(launch.arguments[1]);
  spoil(batch, launch.z, batch.out, 0, bytes_of(form), x, y, byte);
}
template <PixelForm form, std::int32_t x, std::int32_t y, int byte>
void halve_wrong(const Launch& launch) {
  halve_on_host<form>(launch);
  if (launch.threads == 0) return;
  const auto& batch = *static_cast<const PixelBatch*>(launch.arguments[0]);
  spoil(batch, launch.z, batch.half, 1, bytes_of(form), x, y, byte);
}

PictureParity parity_with(const Picture& picture, const std::string& code) {
  HostMachine host;
  host.use(text_of(picture), code);
  const auto machine = host.open();
  EXPECT_TRUE(machine.ok());
  const auto parity =
      compare_picture(picture, machine->devices.front(), *machine->compiler, kTilePx);
  EXPECT_TRUE(parity.ok());
  // The report of a test has the same, and what picture it is.
  const auto failures = failures_of([&] { expect_same_picture(*machine, picture, kTilePx); });
  EXPECT_EQ(failures.size(), 1u);
  if (!failures.empty()) {
    EXPECT_NE(failures[0].find(picture.words() + ": " + parity->first), std::string::npos)
        << failures[0];
  }
  return *parity;
}

template <PixelForm form, std::int32_t x, std::int32_t y, int byte>
void expect_found(Output output) {
  const PictureParity drawn =
      parity_with(picture(output), testing_cuda::kernel_code(&draw_wrong<form, x, y, byte>, form));
  EXPECT_GE(drawn.different, 1);
  EXPECT_LE(drawn.different, 1 + bytes_of(form)) << "and in its half, perhaps";
  EXPECT_TRUE(
      drawn.first.starts_with(fmt::format("pixel {}, {} of the picture: byte {} is ", x, y, byte)))
      << drawn.first;
  const std::string halved =
      testing_cuda::code_line("pantile_formula", &draw_on_host<Complex, form, true>) +
      testing_cuda::code_line("pantile_halve", &halve_wrong<form, x / 2, y / 2, byte>);
  const PictureParity half = parity_with(picture(output), halved);
  EXPECT_EQ(half.different, 1);
  EXPECT_TRUE(half.first.starts_with(
      fmt::format("pixel {}, {} of the next level: byte {} is ", x / 2, y / 2, byte)))
      << half.first;
}

TEST(WrongPictures, OneBitIsFound) {
  expect_found<PixelForm::rgb8, 0, 0, 0>(Output::rgb8);
  expect_found<PixelForm::rgb8, 17, 9, 1>(Output::rgb8);
  expect_found<PixelForm::rgb8, 39, 27, 2>(Output::rgb8);
  expect_found<PixelForm::u16, 15, 16, 0>(Output::value_u16);
  expect_found<PixelForm::u16, 39, 0, 1>(Output::value_u16);
  expect_found<PixelForm::f32, 0, 27, 0>(Output::value_f32);
  expect_found<PixelForm::f32, 31, 15, 3>(Output::value_f32);
}

TEST(WrongPictures, OneBitBeyondTheEdgeIsFound) {
  expect_found<PixelForm::rgb8, 41, 6, 1>(Output::rgb8);
  expect_found<PixelForm::u16, 47, 31, 1>(Output::value_u16);
  expect_found<PixelForm::f32, 2, 30, 0>(Output::value_f32);
}

/// A formula whose call number `call` of a launch, counted from 0, is far off.
template <int call> struct OneSampleOff : Complex {
  static inline thread_local int calls = 0;
  static void pixel(const double* row, const double* column, int column_stride, double* out) {
    Complex::pixel(row, column, column_stride, out);
    if (calls++ == call) out[0] = out[0] > 0 ? -100 : 100;
  }
};
template <int call, PixelForm form> void draw_one_sample_off(const Launch& launch) {
  OneSampleOff<call>::calls = 0;
  draw_on_host<OneSampleOff<call>, form, false>(launch);
}

/// The first pixel that a launch draws is that of its first tile.
template <int call, PixelForm form> void expect_sample_found(Output output) {
  Picture one = picture(output, 3);
  one.image.frame.width = one.image.frame.height = kTilePx;
  const PictureParity parity =
      parity_with(one, testing_cuda::kernel_code(&draw_one_sample_off<call, form>, form));
  EXPECT_GE(parity.different, 1);
  EXPECT_LE(parity.different, 2 * bytes_of(form)) << "in one pixel, and its half";
  EXPECT_TRUE(parity.first.starts_with("pixel 0, 0 of the picture: byte ")) << parity.first;
}

TEST(WrongPictures, OneSampleOfManyIsFound) {
  expect_sample_found<0, PixelForm::rgb8>(Output::rgb8);
  expect_sample_found<5, PixelForm::rgb8>(Output::rgb8);
  expect_sample_found<4, PixelForm::u16>(Output::value_u16);
  expect_sample_found<8, PixelForm::u16>(Output::value_u16);
  expect_sample_found<1, PixelForm::f32>(Output::value_f32);
  expect_sample_found<8, PixelForm::f32>(Output::value_f32);
}

TEST(WrongPictures, AJobSaysWhichFileDiffers) {
  HostMachine host;
  host.use(text_of(picture(Output::rgb8)),
           testing_cuda::kernel_code(&draw_wrong<PixelForm::rgb8, 100, 90, 0>, PixelForm::rgb8));
  const auto machine = host.open();
  ASSERT_TRUE(machine.ok());
  GenerateOptions options;
  options.width = options.height = 200;
  options.tile_px = 64;
  const auto failures = failures_of([&] { expect_same_jobs(*machine, options); });
  ASSERT_GE(failures.size(), 1u);
  EXPECT_NE(failures[0].find("cuda of complex"), std::string::npos) << failures[0];
  EXPECT_NE(failures[0].find("differs from byte "), std::string::npos) << failures[0];
}

}  // namespace
}  // namespace pantile::gpu
