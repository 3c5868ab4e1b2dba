#pragma once
/// \file
/// From pixel index to stored bytes for a formula that kernel_text.h turned into code: the body of
/// the GPU kernels. Compiled for the host too, where tests hold it to FormulaSource.
///
/// A Formula has: Value (float or double); kRowValues, kColumnValues, kOutputs; and
///   row(AxisInput, out, stride), column(AxisInput, out, stride): what varies along one axis only;
///   pixel(row, column, column_stride, out): the outputs of one sample.

#include <cstdint>
#include <limits>

#include "compute/cuda/pixel_batch.h"
#include "compute/math/rounded.h"
#include "ops/colormap/colour_pixel.h"
#include "ops/formula/sample_position.h"

namespace pantile::formula {

using cuda::bytes_of;
using cuda::kMostTiles;
using cuda::PixelBatch;
using cuda::PixelForm;
using cuda::PixelRect;

/// Everything besides the formula that decides a pixel.
template <class T> struct PixelParameters {
  AxisFrame x, y;
  RampView<T> ramp;  ///< Of one number a pixel.
  PixelRgb nan;      ///< Of three.
  T low, per_value;  ///< u16: the value of 0, and steps per unit.
};

using cuda::kBlockThreads;
/// Blocks that a multiprocessor has room for at least: with 80 registers a thread nothing is
/// spilled.
inline constexpr int kResidentBlocks = 6;

/// One block of kBlockThreads threads: its place in the grid, and one of its threads. `shared` is
/// the block's. What is known when the kernel is compiled is a constant here, above all the one
/// sample of most pictures: a thread has few pixels to spread divisions over.
template <class Formula, bool one_sample> struct Block {
  using T = typename Formula::Value;
  const PixelParameters<T>& parameters;
  const PixelBatch& batch;
  std::int32_t tile;    ///< Of the batch.
  std::int32_t x0, y0;  ///< Its first pixel, in the tile.
  T* shared;
  std::int32_t thread;

  PANTILE_HD std::int32_t samples() const {
    if constexpr (one_sample) return 1;
    return parameters.x.samples;
  }
  PANTILE_HD AxisFrame axis(const AxisFrame& a) const {
    return {a.size, a.center, a.scale, samples(), a.centered};
  }
  PANTILE_HD const PixelRect& rect() const { return batch.tiles[tile]; }
  /// Column (row) `k` of the block, counted in samples through the whole picture.
  PANTILE_HD std::int64_t sample_x(std::int32_t k) const {
    return (std::int64_t{rect().x0} + x0) * samples() + k;
  }
  PANTILE_HD std::int64_t sample_y(std::int32_t k) const {
    return (std::int64_t{rect().y0} + y0) * samples() + k;
  }

  PANTILE_HD std::int32_t sample_columns() const { return batch.columns() * samples(); }
  PANTILE_HD std::int32_t sample_rows() const { return batch.rows * samples(); }
  PANTILE_HD T* row_values() const { return shared; }
  PANTILE_HD T* column_values() const { return shared + Formula::kRowValues * sample_rows(); }

  /// Calls `make` for this thread's part of `count` rows or columns.
  template <class Make> PANTILE_HD void share(std::int32_t count, const Make& make) const {
    if constexpr (one_sample) {  // of which there are at most kBlockThreads
      if (thread < count) make(thread);
    } else {
      for (std::int32_t k = thread; k < count; k += kBlockThreads) make(k);
    }
  }

  /// What varies along one axis only; all threads, before any of them draws.
  PANTILE_HD void prepare() const {
    if constexpr (Formula::kRowValues > 0) {
      share(sample_rows(), [this](std::int32_t k) {
        Formula::row(axis_input<T>(sample_y(k), axis(parameters.y)),
                     row_values() + k * Formula::kRowValues, 1);
      });
    }
    if constexpr (Formula::kColumnValues > 0) {
      share(sample_columns(), [this](std::int32_t k) {
        Formula::column(axis_input<T>(sample_x(k), axis(parameters.x)), column_values() + k,
                        sample_columns());
      });
    }
  }

  /// Where the values of a sample's row and column begin. Those of a row lie together, for threads
  /// read the same ones; those of columns apart, for threads read neighbouring ones.
  struct Place {
    const T* row;
    const T* column;
    std::int32_t column_stride;
  };
  PANTILE_HD Place place(std::int32_t column, std::int32_t row) const {
    return {row_values() + row * samples() * Formula::kRowValues,
            column_values() + column * samples(), sample_columns()};
  }

  /// The values of the sample (i, j) of the pixel at `at`.
  PANTILE_HD static void sample(const Place& at, std::int32_t i, std::int32_t j, T* values) {
    Formula::pixel(at.row + j * Formula::kRowValues, at.column + i, at.column_stride, values);
  }

  PANTILE_HD PixelLevels colour(const T* values) const {
    if constexpr (Formula::kOutputs == 3) {
      return direct_colour(values[0], values[1], values[2], parameters.nan);
    } else {
      return map_value(parameters.ramp, values[0]);
    }
  }

  /// (Σ + n²/2) / n² of the samples' colours, per channel.
  PANTILE_HD PixelLevels mean_colour(const Place& at) const {
    const std::int32_t n = samples();
    std::uint32_t r = 0, g = 0, b = 0;
    for (std::int32_t j = 0; j < n; ++j) {
      for (std::int32_t i = 0; i < n; ++i) {
        T values[Formula::kOutputs];
        sample(at, i, j, values);
        const PixelRgb c = as_bytes(colour(values));
        r += c.r, g += c.g, b += c.b;
      }
    }
    const auto all = static_cast<std::uint32_t>(n * n);
    return {(r + all / 2) / all, (g + all / 2) / all, (b + all / 2) / all};
  }

  /// The mean of the samples that are not NaN, in double, row by row; NaN where all are.
  PANTILE_HD T mean_value(const Place& at) const {
    const std::int32_t n = samples();
    double sum = 0;
    std::int32_t count = 0;
    for (std::int32_t j = 0; j < n; ++j) {
      for (std::int32_t i = 0; i < n; ++i) {
        T value[1];
        sample(at, i, j, value);
        if (value[0] != value[0]) continue;
        sum = math::rounded_add(sum, static_cast<double>(value[0]));
        ++count;
      }
    }
    return count == 0 ? std::numeric_limits<T>::quiet_NaN()
                      : static_cast<T>(math::rounded_div(sum, static_cast<double>(count)));
  }

  template <PixelForm form> PANTILE_HD void store(const Place& at, std::uint8_t* out) const {
    if constexpr (form == PixelForm::rgb8) {
      PixelLevels c;
      if constexpr (one_sample) {
        T values[Formula::kOutputs];
        sample(at, 0, 0, values);
        c = colour(values);
      } else {
        c = mean_colour(at);
      }
      const PixelRgb bytes = as_bytes(c);
      out[0] = bytes.r;
      out[1] = bytes.g;
      out[2] = bytes.b;
    } else {
      T value[1];
      if constexpr (one_sample) {
        sample(at, 0, 0, value);
      } else {
        value[0] = mean_value(at);
      }
      if constexpr (form == PixelForm::u16) {
        const std::uint16_t q = stored_u16(value[0], parameters.low, parameters.per_value);
        *reinterpret_cast<std::uint16_t*>(out) = q;
      } else {
        *reinterpret_cast<float*>(out) = stored_f32(value[0]);
      }
    }
  }

  /// The block's pixels, after prepare() of all threads. A thread draws in one column, so that
  /// finding the next pixel is one addition.
  template <PixelForm form> PANTILE_HD void draw() const {
    constexpr std::int32_t kBytes = bytes_of(form);
    // Of its column's values, so many are kept at hand from pixel to pixel.
    constexpr int kMostKept = 4;
    constexpr bool kKept =
        one_sample && Formula::kColumnValues > 0 && Formula::kColumnValues <= kMostKept;
    const std::int32_t column = thread & (batch.columns() - 1);
    const std::int32_t x = x0 + column;
    if (x >= batch.tile_px) return;
    const std::int32_t left = batch.tile_px - y0;
    const std::int32_t rows = left < batch.rows ? left : batch.rows;
    const std::int32_t inside = x < rect().x1 - rect().x0 ? rect().y1 - rect().y0 - y0 : 0;
    const std::int32_t drawn = inside < rows ? inside : rows;
    std::int32_t row = thread >> batch.column_bits;
    const std::int64_t first = std::int64_t{tile} * batch.tile_px + y0 + row;
    std::uint8_t* out = batch.out + (first * batch.tile_px + x) * kBytes;
    Place at = place(column, row);
    T kept[kMostKept];
    if constexpr (kKept) {
      for (int k = 0; k < Formula::kColumnValues; ++k) kept[k] = at.column[k * at.column_stride];
      at.column = kept;
      at.column_stride = 1;
    }
    const std::int32_t row_values_step = batch.row_step * samples() * Formula::kRowValues;
    for (; row < drawn; row += batch.row_step, out += batch.stride_bytes) {
      store<form>(at, out);
      at.row += row_values_step;
    }
    for (; row < rows; row += batch.row_step, out += batch.stride_bytes) {
      for (std::int32_t b = 0; b < kBytes; ++b) out[b] = 0;
    }
  }
};

}  // namespace pantile::formula

/// The kernel `name` of a formula. Grid: blocks of batch.columns() × batch.rows pixels over a tile,
/// and tiles; blocks of kBlockThreads threads; dynamic shared memory: BlockShape::shared_bytes.
#define PANTILE_FORMULA_KERNEL(name, Formula, form, one_sample)                                  \
  extern "C" __global__ void __launch_bounds__(pantile::formula::kBlockThreads,                  \
                                               pantile::formula::kResidentBlocks)                \
      name(const __grid_constant__ pantile::formula::PixelParameters<Formula::Value> parameters, \
           const __grid_constant__ pantile::formula::PixelBatch batch) {                         \
    extern __shared__ double pantile_shared[];                                                   \
    const pantile::formula::Block<Formula, one_sample> block{                                    \
        parameters,                                                                              \
        batch,                                                                                   \
        static_cast<std::int32_t>(blockIdx.z),                                                   \
        static_cast<std::int32_t>(blockIdx.x) * batch.columns(),                                 \
        static_cast<std::int32_t>(blockIdx.y) * batch.rows,                                      \
        reinterpret_cast<Formula::Value*>(pantile_shared),                                       \
        static_cast<std::int32_t>(threadIdx.x)};                                                 \
    block.prepare();                                                                             \
    __syncthreads();                                                                             \
    block.draw<form>();                                                                          \
  }
