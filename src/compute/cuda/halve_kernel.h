#pragma once
/// \file
/// The step from a batch of drawn tiles to their halves one pyramid level up: the body of a GPU
/// kernel. Compiled for the host too, where tests hold it to reduce_2x2.

#include <cstdint>
#include <type_traits>

#include "compute/cuda/pixel_batch.h"
#include "compute/math/block_mean.h"

namespace pantile::cuda {

/// One tile of a batch whose tile_px is even; `out` and `half` are aligned to 16 bytes where
/// tile_px is a multiple of 8, else as a sample.
template <PixelForm form> struct Halving {
  using Sample =
      std::conditional_t<form == PixelForm::rgb8, std::uint8_t,
                         std::conditional_t<form == PixelForm::u16, std::uint16_t, float>>;
  static constexpr std::int32_t kChannels = form == PixelForm::rgb8 ? 3 : 1;

  /// Pixels of a row that are made at a time, so that words are loaded and stored; where the half
  /// has whole groups of them.
  static constexpr std::int32_t kGroup = 4;
  struct alignas(form == PixelForm::rgb8 ? 8 : 16) Above {
    Sample samples[2 * kGroup * kChannels];
  };
  struct alignas(form == PixelForm::rgb8 ? 4 : sizeof(Sample) * kGroup) Group {
    Sample samples[kGroup * kChannels];
  };

  const PixelBatch& batch;
  std::int32_t tile;

  /// Groups (or pixels) `first`, `first` + `step` … of the half, counted row by row.
  PANTILE_HD void halve(std::int32_t first, std::int32_t step) const {
    const std::int32_t half_px = batch.tile_px / 2;
    if (half_px % kGroup != 0) {
      for (std::int32_t k = first; k < half_px * half_px; k += step) {
        halve_pixel(k % half_px, k / half_px);
      }
      return;
    }
    const std::int32_t groups = half_px / kGroup;
    for (std::int32_t k = first; k < groups * half_px; k += step) {
      halve_group(k % groups * kGroup, k / groups);
    }
  }

  /// Pixels (x, y) to (x + kGroup - 1, y) of the half.
  PANTILE_HD void halve_group(std::int32_t x, std::int32_t y) const {
    const PixelRect& rect = batch.tiles[tile];
    if (rect.x1 - rect.x0 < 2 * (x + kGroup) || rect.y1 - rect.y0 < 2 * (y + 1)) {
      for (std::int32_t i = 0; i < kGroup; ++i) halve_pixel(x + i, y);
      return;
    }
    const std::int64_t tile_px = batch.tile_px, half_px = tile_px / 2;
    const Sample* const from = reinterpret_cast<const Sample*>(batch.out) +
                               ((tile * tile_px + 2 * y) * tile_px + 2 * x) * kChannels;
    const Above upper = *reinterpret_cast<const Above*>(from);
    const Above lower = *reinterpret_cast<const Above*>(from + tile_px * kChannels);
    Group group;
    for (std::int32_t i = 0; i < kGroup; ++i) {
      for (std::int32_t c = 0; c < kChannels; ++c) {
        const std::int32_t p = 2 * i * kChannels + c, q = p + kChannels;
        group.samples[i * kChannels + c] = block_mean<Sample>(
            {{upper.samples[p], upper.samples[q], lower.samples[p], lower.samples[q]}, 4});
      }
    }
    *reinterpret_cast<Group*>(reinterpret_cast<Sample*>(batch.half) +
                              ((tile * half_px + y) * half_px + x) * kChannels) = group;
  }

  /// At an odd edge of the picture the pixels that exist count; beyond it there are zeros.
  PANTILE_HD void halve_pixel(std::int32_t x, std::int32_t y) const {
    const PixelRect& rect = batch.tiles[tile];
    const std::int32_t columns = rect.x1 - rect.x0 - 2 * x, rows = rect.y1 - rect.y0 - 2 * y;
    const std::int64_t tile_px = batch.tile_px, half_px = tile_px / 2;
    const Sample* const from = reinterpret_cast<const Sample*>(batch.out) +
                               ((tile * tile_px + 2 * y) * tile_px + 2 * x) * kChannels;
    Sample* const to =
        reinterpret_cast<Sample*>(batch.half) + ((tile * half_px + y) * half_px + x) * kChannels;
    const std::int64_t below = tile_px * kChannels;
    for (std::int32_t c = 0; c < kChannels; ++c) {
      const Sample* const p = from + c;
      if (columns > 1 && rows > 1) {
        to[c] = block_mean<Sample>({{p[0], p[kChannels], p[below], p[below + kChannels]}, 4});
      } else if (columns < 1 || rows < 1) {
        to[c] = 0;
      } else if (columns > 1) {
        to[c] = block_mean<Sample>({{p[0], p[kChannels]}, 2});
      } else if (rows > 1) {
        to[c] = block_mean<Sample>({{p[0], p[below]}, 2});
      } else {
        to[c] = block_mean<Sample>({{p[0]}, 1});
      }
    }
  }
};

}  // namespace pantile::cuda

/// The kernel `name`. Grid: any number of blocks of kBlockThreads threads, and tiles as z.
#define PANTILE_HALVE_KERNEL(name, form)                                                      \
  extern "C" __global__ void __launch_bounds__(pantile::cuda::kBlockThreads)                  \
      name(const __grid_constant__ pantile::cuda::PixelBatch batch) {                         \
    const pantile::cuda::Halving<form> halving{batch, static_cast<std::int32_t>(blockIdx.z)}; \
    halving.halve(                                                                            \
        static_cast<std::int32_t>(blockIdx.x * pantile::cuda::kBlockThreads + threadIdx.x),   \
        static_cast<std::int32_t>(gridDim.x * pantile::cuda::kBlockThreads));                 \
  }
