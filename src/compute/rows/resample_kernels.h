#pragma once
/// \file
/// What a change of size does to rows: weighted sums of whole rows, and along each row.
///
/// Every target gives the same bits: sums are taken in the order given, nothing is contracted.

#include <cstddef>
#include <cstdint>

namespace pantile {

/// out = w[0]·t[0] + w[1]·t[1] + … of the first n samples of `count` rows, count ≥ 1; where `seed`
/// is not null, seed + w[0]·t[0] + …. `out` may be `seed`; no row is read beyond n.
void sum_rows(const std::uint8_t* const* taps, std::size_t count, const float* weights,
              const float* seed, float* out, std::size_t n);
void sum_rows(const std::uint16_t* const* taps, std::size_t count, const float* weights,
              const float* seed, float* out, std::size_t n);
void sum_rows(const float* const* taps, std::size_t count, const float* weights, const float* seed,
              float* out, std::size_t n);
void sum_rows(const double* const* taps, std::size_t count, const double* weights,
              const double* seed, double* out, std::size_t n);

/// The samples that make up new ones along a row: new sample k is weights[at[k]]·row[first[k]] +
/// weights[at[k] + 1]·row[first[k] + 1] + …, at[k + 1] − at[k] ≥ 1 of them.
template <class T> struct RowTaps {
  const std::int64_t* first = nullptr;
  const std::size_t* at = nullptr;
  const T* weights = nullptr;
  std::size_t count = 0;   ///< Of new samples.
  std::int64_t begin = 0;  ///< What `first` counts the row's first sample as.
};

/// Rows that resample_rows() works on together.
inline constexpr std::size_t kResampledRows = 16;
/// A row's samples that it reads and writes come in multiples of so many.
inline constexpr std::size_t kResampleAlign = 4;

/// From kResampledRows rows of n samples the new ones. `memory`: kResampledRows values for each of
/// n and for each of taps.count, both rounded up to multiples of kResampleAlign; so are the rows.
void resample_rows(const float* const* rows, std::size_t n, const RowTaps<float>& taps,
                   float* memory, float* const* out);
void resample_rows(const double* const* rows, std::size_t n, const RowTaps<double>& taps,
                   double* memory, double* const* out);

}  // namespace pantile
