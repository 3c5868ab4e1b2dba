// The kernels themselves, as their macros write them, on the host: CUDA's words are defined here,
// and the threads of a grid run one after the other.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "compute/cuda/halve_kernel.h"
#include "compute/math/apply-inl.h"
#include "ops/colormap/colour_mapper.h"
#include "ops/formula/gpu/kernel_arguments.h"
#include "ops/formula/gpu/pixel_kernel.h"
#include "support/host_kernels.h"

namespace pantile::formula {
namespace {
#include "kernel_samples.inc"
}  // namespace
}  // namespace pantile::formula

namespace {

struct Index {
  unsigned x = 0, y = 0, z = 0;
};
Index blockIdx, blockDim, gridDim, threadIdx;

/// A block's threads are to be here before any goes on: each comes here first and ends; then each
/// comes once more, and goes on.
struct Arrived {};
bool is_first_time = false;
int arrivals = 0;
const std::uint8_t* first_pixel = nullptr;
constexpr std::uint8_t kNotDrawn = 0xaa;
void arrive() {
  ++arrivals;
  if (is_first_time && blockIdx.x + blockIdx.y + blockIdx.z == 0) {
    EXPECT_EQ(*first_pixel, kNotDrawn) << "drawn before all threads were there";
  }
  if (is_first_time) throw Arrived();
}

}  // namespace

constexpr std::size_t kSharedBytes = 48 << 10;
extern "C" {  // as what declares it
double pantile_shared[kSharedBytes / sizeof(double)];
}

// NOLINTBEGIN(bugprone-reserved-identifier): CUDA's words
#define __global__
#define __launch_bounds__(...)
#define __grid_constant__
#define __shared__
#define __syncthreads() arrive()
// NOLINTEND(bugprone-reserved-identifier)
// "complex" in either precision, and a formula of colours. What is formed on the host only declares
// pantile_shared again.
PANTILE_FORMULA_KERNEL(macro_rgb8, pantile::formula::Sample0, pantile::formula::PixelForm::rgb8,
                       true)
PANTILE_FORMULA_KERNEL(macro_u16, pantile::formula::Sample1, pantile::formula::PixelForm::u16,
                       false)
PANTILE_FORMULA_KERNEL(macro_f32, pantile::formula::Sample0, pantile::formula::PixelForm::f32,
                       false)
PANTILE_FORMULA_KERNEL(macro_colour, pantile::formula::Sample4, pantile::formula::PixelForm::rgb8,
                       false)
PANTILE_HALVE_KERNEL(macro_halve_rgb8, pantile::formula::PixelForm::rgb8)
PANTILE_HALVE_KERNEL(macro_halve_u16, pantile::formula::PixelForm::u16)
PANTILE_HALVE_KERNEL(macro_halve_f32, pantile::formula::PixelForm::f32)

namespace pantile::formula {
namespace {

using testing_cuda::Launch;

constexpr std::int32_t kTilePx = 152;  // no multiple of a block's pixels

/// Calls `kernel` for every thread of the grid.
template <class Kernel> void run_grid(const Launch& grid, const Kernel& kernel) {
  gridDim = {grid.x, grid.y, grid.z};
  blockDim = {grid.threads, 1, 1};
  const auto each_thread = [&](auto&& run) {
    for (threadIdx.x = 0; threadIdx.x < grid.threads; ++threadIdx.x) run();
  };
  for (blockIdx.z = 0; blockIdx.z < grid.z; ++blockIdx.z) {
    for (blockIdx.y = 0; blockIdx.y < grid.y; ++blockIdx.y) {
      for (blockIdx.x = 0; blockIdx.x < grid.x; ++blockIdx.x) {
        is_first_time = true;
        arrivals = 0;
        each_thread([&] {
          try {
            kernel();
          } catch (const Arrived&) {}
        });
        is_first_time = false;
        if (arrivals > 0) each_thread(kernel);
      }
    }
  }
}

/// Tiles at the picture's corner, in its middle and beyond its edge.
PixelBatch batch_of(std::vector<std::uint8_t>& out, std::vector<std::uint8_t>& half,
                    PixelForm form) {
  constexpr std::int32_t kTiles = 3;
  const std::size_t bytes = std::size_t{kTiles} * kTilePx * kTilePx;
  out.assign(bytes * static_cast<std::size_t>(bytes_of(form)), kNotDrawn);
  half.assign(out.size() / 4, kNotDrawn);
  PixelBatch batch{};
  batch.out = out.data();
  batch.tile_px = kTilePx;
  batch.half = half.data();
  batch.tiles[0] = {0, 0, 152, 152};
  batch.tiles[1] = {152, 152, 301, 207};
  batch.tiles[2] = {97, 50, 220, 99};
  return batch;
}

template <class Formula, PixelForm form, bool one_sample, class Draw, class Halve>
void expect_what_the_bodies_make(const Draw& draw, const Halve& halve) {
  using T = typename Formula::Value;
  FormulaImage image;
  const int samples = one_sample ? 1 : 3;
  image.frame = {301, 207, 0.3, -0.2, 0.013, Sampling::center, samples};
  image.lo = -2;
  image.hi = 3;
  const ColourMapper<T> mapper(*find_colormap(image.colormap), image.lo, image.hi, image.nan,
                               image.neg_inf, image.pos_inf);
  PixelParameters<T> parameters = pixel_parameters<T>(image, mapper.ramp());
  const auto shape = block_shape(Formula::kRowValues, Formula::kColumnValues, samples,
                                 sizeof(T) == 8 ? Precision::f64 : Precision::f32, kSharedBytes);
  ASSERT_TRUE(shape.ok()) << shape.error().message();
  std::vector<std::uint8_t> out, half, expected, expected_half;
  PixelBatch batch = batch_of(out, half, form),
             expected_batch = batch_of(expected, expected_half, form);
  batch.set_blocks(shape->column_bits, shape->rows, form);
  expected_batch.set_blocks(shape->column_bits, shape->rows, form);

  const auto blocks = [](std::int32_t edge) {
    return static_cast<unsigned>((kTilePx + edge - 1) / edge);
  };
  Launch grid{blocks(shape->columns()),
              blocks(shape->rows),
              3,
              kBlockThreads,
              static_cast<unsigned>(shape->shared_bytes),
              nullptr};
  first_pixel = out.data();
  run_grid(grid, [&] { draw(parameters, batch); });
  EXPECT_EQ(arrivals, 2 * kBlockThreads) << "each thread has to wait for the others";
  void* arguments[] = {&parameters, &expected_batch};
  grid.arguments = arguments;
  testing_cuda::draw_on_host<Formula, form, one_sample>(grid);
  EXPECT_TRUE(out == expected);

  Launch halving{5, 1, 3, kBlockThreads, 0, nullptr};
  run_grid(halving, [&] { halve(batch); });
  void* halve_arguments[] = {&expected_batch};
  halving.arguments = halve_arguments;
  testing_cuda::halve_on_host<form>(halving);
  EXPECT_TRUE(half == expected_half);
  EXPECT_FALSE(std::ranges::all_of(half, [](std::uint8_t byte) { return byte == kNotDrawn; }));
}

TEST(KernelMacros, AreTheirBodiesOnAllThreadsOfTheGrid) {
  expect_what_the_bodies_make<Sample0, PixelForm::rgb8, true>(macro_rgb8, macro_halve_rgb8);
  expect_what_the_bodies_make<Sample1, PixelForm::u16, false>(macro_u16, macro_halve_u16);
  expect_what_the_bodies_make<Sample0, PixelForm::f32, false>(macro_f32, macro_halve_f32);
  expect_what_the_bodies_make<Sample4, PixelForm::rgb8, false>(macro_colour, macro_halve_rgb8);
}

}  // namespace
}  // namespace pantile::formula
