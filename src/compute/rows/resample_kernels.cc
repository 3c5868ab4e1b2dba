#include "compute/rows/resample_kernels.h"

#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/rows/resample_kernels.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
//
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace pantile::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Samples as numbers; whole ones of up to 16 bits are exact.
template <class D, class Sample> HWY_INLINE hn::Vec<D> load(D d, const Sample* from) {
  if constexpr (std::is_same_v<Sample, hn::TFromD<D>>) {
    return hn::LoadU(d, from);
  } else {
    const hn::RebindToSigned<D> whole;
    const hn::Rebind<Sample, D> narrow;
    return hn::ConvertTo(d, hn::PromoteTo(whole, hn::LoadU(narrow, from)));
  }
}

template <std::size_t vectors, class Sample, class T>
HWY_INLINE void sum_vectors(const Sample* const* taps, std::size_t count, const T* weights,
                            const T* seed, T* out, std::size_t i) {
  const hn::ScalableTag<T> d;
  const std::size_t lanes = hn::Lanes(d);
  hn::Vec<decltype(d)> sums[vectors];
  std::size_t k = 0;
  if (seed != nullptr) {
    for (std::size_t v = 0; v < vectors; ++v) sums[v] = hn::LoadU(d, seed + i + v * lanes);
  } else {
    const auto weight = hn::Set(d, weights[k]);
    for (std::size_t v = 0; v < vectors; ++v) {
      sums[v] = hn::Mul(weight, load(d, taps[k] + i + v * lanes));
    }
    ++k;
  }
  for (; k < count; ++k) {
    const auto weight = hn::Set(d, weights[k]);
    for (std::size_t v = 0; v < vectors; ++v) {
      sums[v] = hn::Add(sums[v], hn::Mul(weight, load(d, taps[k] + i + v * lanes)));
    }
  }
  for (std::size_t v = 0; v < vectors; ++v) hn::StoreU(sums[v], d, out + i + v * lanes);
}

template <class Sample, class T>
HWY_INLINE void sum(const Sample* const* taps, std::size_t count, const T* weights, const T* seed,
                    T* out, std::size_t n) {
  const std::size_t lanes = hn::Lanes(hn::ScalableTag<T>());
  std::size_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    sum_vectors<4>(taps, count, weights, seed, out, i);
  }
  for (; i + lanes <= n; i += lanes) sum_vectors<1>(taps, count, weights, seed, out, i);
  for (; i < n; ++i) {
    const bool is_seeded = seed != nullptr;
    T one = is_seeded ? seed[i] : weights[0] * static_cast<T>(taps[0][i]);
    for (std::size_t k = is_seeded ? 0 : 1; k < count; ++k) {
      one += weights[k] * static_cast<T>(taps[k][i]);
    }
    out[i] = one;
  }
}

/// As many rows as 128 bits hold samples become columns: to[j] is sample j of each.
template <class T> HWY_INLINE void turn(const T* const from[], T* const to[]) {
#if HWY_TARGET == HWY_SCALAR
  constexpr std::size_t kTurned = 16 / sizeof(T);
  for (std::size_t i = 0; i < kTurned * kTurned; ++i)
    to[i / kTurned][i % kTurned] = from[i % kTurned][i / kTurned];
#else
  const hn::Full128<T> d;
  if constexpr (sizeof(T) == 4) {
    const auto r0 = hn::LoadU(d, from[0]), r1 = hn::LoadU(d, from[1]);
    const auto r2 = hn::LoadU(d, from[2]), r3 = hn::LoadU(d, from[3]);
    const auto even_low = hn::InterleaveLower(d, r0, r2), odd_low = hn::InterleaveLower(d, r1, r3);
    const auto even_high = hn::InterleaveUpper(d, r0, r2);
    const auto odd_high = hn::InterleaveUpper(d, r1, r3);
    hn::StoreU(hn::InterleaveLower(d, even_low, odd_low), d, to[0]);
    hn::StoreU(hn::InterleaveUpper(d, even_low, odd_low), d, to[1]);
    hn::StoreU(hn::InterleaveLower(d, even_high, odd_high), d, to[2]);
    hn::StoreU(hn::InterleaveUpper(d, even_high, odd_high), d, to[3]);
  } else {
    const auto r0 = hn::LoadU(d, from[0]), r1 = hn::LoadU(d, from[1]);
    hn::StoreU(hn::InterleaveLower(d, r0, r1), d, to[0]);
    hn::StoreU(hn::InterleaveUpper(d, r0, r1), d, to[1]);
  }
#endif
}

template <class T>
HWY_INLINE void resample(const T* const* rows, std::size_t n, const RowTaps<T>& taps, T* memory,
                         T* const* out) {
  constexpr std::size_t kRows = kResampledRows, kTurned = 16 / sizeof(T);
  // Of each column the rows' samples side by side.
  T* const strip = memory;
  T* const made = memory + (n + kResampleAlign - 1) / kResampleAlign * kResampleAlign * kRows;
  for (std::size_t x = 0; x < n; x += kTurned) {
    for (std::size_t r = 0; r < kRows; r += kTurned) {
      const T* from[kTurned];
      T* to[kTurned];
      for (std::size_t j = 0; j < kTurned; ++j) {
        from[j] = rows[r + j] + x;
        to[j] = strip + (x + j) * kRows + r;
      }
      turn(from, to);
    }
  }
  const hn::CappedTag<T, kRows> d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t k = 0; k < taps.count; ++k) {
    const T* const column = strip + static_cast<std::size_t>(taps.first[k] - taps.begin) * kRows;
    const T* const weights = taps.weights + taps.at[k];
    const std::size_t count = taps.at[k + 1] - taps.at[k];
    for (std::size_t r = 0; r < kRows; r += lanes) {
      auto sums = hn::Mul(hn::Set(d, weights[0]), hn::LoadU(d, column + r));
      for (std::size_t j = 1; j < count; ++j) {
        const auto samples = hn::LoadU(d, column + j * kRows + r);
        sums = hn::Add(sums, hn::Mul(hn::Set(d, weights[j]), samples));
      }
      hn::StoreU(sums, d, made + k * kRows + r);
    }
  }
  for (std::size_t x = 0; x < taps.count; x += kTurned) {
    for (std::size_t r = 0; r < kRows; r += kTurned) {
      const T* from[kTurned];
      T* to[kTurned];
      for (std::size_t j = 0; j < kTurned; ++j) {
        from[j] = made + (x + j) * kRows + r;
        to[j] = out[r + j] + x;
      }
      turn(from, to);
    }
  }
}

void sum_u8(const std::uint8_t* const* taps, std::size_t count, const float* weights,
            const float* seed, float* out, std::size_t n) {
  sum(taps, count, weights, seed, out, n);
}
void sum_u16(const std::uint16_t* const* taps, std::size_t count, const float* weights,
             const float* seed, float* out, std::size_t n) {
  sum(taps, count, weights, seed, out, n);
}
void sum_f32(const float* const* taps, std::size_t count, const float* weights, const float* seed,
             float* out, std::size_t n) {
  sum(taps, count, weights, seed, out, n);
}
void sum_f64(const double* const* taps, std::size_t count, const double* weights,
             const double* seed, double* out, std::size_t n) {
  sum(taps, count, weights, seed, out, n);
}
void resample_f32(const float* const* rows, std::size_t n, const RowTaps<float>& taps,
                  float* memory, float* const* out) {
  resample(rows, n, taps, memory, out);
}
void resample_f64(const double* const* rows, std::size_t n, const RowTaps<double>& taps,
                  double* memory, double* const* out) {
  resample(rows, n, taps, memory, out);
}

}  // namespace pantile::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace pantile {

HWY_EXPORT(sum_u8);
HWY_EXPORT(sum_u16);
HWY_EXPORT(sum_f32);
HWY_EXPORT(sum_f64);
HWY_EXPORT(resample_f32);
HWY_EXPORT(resample_f64);

void sum_rows(const std::uint8_t* const* taps, std::size_t count, const float* weights,
              const float* seed, float* out, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(sum_u8)(taps, count, weights, seed, out, n);
}
void sum_rows(const std::uint16_t* const* taps, std::size_t count, const float* weights,
              const float* seed, float* out, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(sum_u16)(taps, count, weights, seed, out, n);
}
void sum_rows(const float* const* taps, std::size_t count, const float* weights, const float* seed,
              float* out, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(sum_f32)(taps, count, weights, seed, out, n);
}
void sum_rows(const double* const* taps, std::size_t count, const double* weights,
              const double* seed, double* out, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(sum_f64)(taps, count, weights, seed, out, n);
}
void resample_rows(const float* const* rows, std::size_t n, const RowTaps<float>& taps,
                   float* memory, float* const* out) {
  HWY_DYNAMIC_DISPATCH(resample_f32)(rows, n, taps, memory, out);
}
void resample_rows(const double* const* rows, std::size_t n, const RowTaps<double>& taps,
                   double* memory, double* const* out) {
  HWY_DYNAMIC_DISPATCH(resample_f64)(rows, n, taps, memory, out);
}

}  // namespace pantile
#endif
