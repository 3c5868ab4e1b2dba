#pragma once
/// \file
/// What filters do to rows of samples: weighted sums, gradients, minima and maxima of taps.
///
/// A tap is a pointer to the first of `n` samples: of a row above or below, or of the same row some
/// columns aside. n is a multiple of kRowAlign; rows hold that many, whatever the width. Pointers
/// need no alignment; `out` overlaps no tap. All tables compute the same bits: sums are taken in
/// the order given, and every product but a sum's first is added to it fused, rounded once; nothing
/// else is contracted.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace pantile {

/// Row lengths are multiples of this many samples, of any type.
inline constexpr std::size_t kRowAlign = 64;

/// Of float and double.
template <class T> struct RowKernels {
  /// out = w[0]·t[r] + w[1]·(t[r−1] + t[r+1]) + … + w[r]·(t[0] + t[2r]), from left to right.
  using SymmetricFn = void (*)(const T* const* taps, std::size_t r, const T* weights, T* out,
                               std::size_t n);
  /// out = w[1]·(t[r+1] − t[r−1]) + … + w[r]·(t[2r] − t[0]); w[0] is not looked at; r ≥ 1.
  using AntisymmetricFn = SymmetricFn;
  /// out = w[0]·t[0] + w[1]·t[1] + …; count ≥ 1.
  using WeightedFn = void (*)(const T* const* taps, std::size_t count, const T* weights, T* out,
                              std::size_t n);
  /// √(gx² + gy²) of a 3×3 derivative of three rows a, b, c, each readable from column −1 to n:
  /// gx = side·(dx(a) + dx(c)) + middle·dx(b), dx(t) = t[+1] − t[−1];
  /// gy = side·(dy[−1] + dy[+1]) + middle·dy[0], dy = c − a.
  using GradientFn = void (*)(const T* a, const T* b, const T* c, T side, T middle, T* out,
                              std::size_t n);

  /// out = the lower one of a and b, `a < b ? a : b`, where what is no number counts as +infinity.
  using LowerFn = void (*)(const T* a, const T* b, T* out, std::size_t n);
  /// The least, `a < b ? a : b` from left to right, of out (where it is `seeded`, else +infinity)
  /// and of the lower one of line[−k] and line[+k], plus depths[k], for k from 0 to count − 1;
  /// count ≥ 1. `line`, without NaN, is readable that far to either side.
  using RollFn = void (*)(const T* line, std::size_t count, const T* depths, bool seeded, T* out,
                          std::size_t n);

  SymmetricFn symmetric = nullptr;
  AntisymmetricFn antisymmetric = nullptr;
  WeightedFn weighted = nullptr;
  GradientFn gradient = nullptr;
  LowerFn lower = nullptr;
  RollFn roll = nullptr;
  std::string_view target;
};

/// How many taps RankKernels::select can tell apart: they are counted in samples' width.
template <class T>
inline constexpr std::size_t most_selected = sizeof(T) == 1   ? 255
                                             : sizeof(T) == 2 ? 65535
                                                              : 1 << 24;

/// Of uint8_t, uint16_t, float and double.
template <class T> struct RankKernels {
  /// The least (greatest) of the taps, as in `a < b ? a : b` from left to right; count ≥ 1.
  using ExtremeFn = void (*)(const T* const* taps, std::size_t count, T* out, std::size_t n);

  /// The median of 3 × 3 (5 × 5) samples around each; rows[k] is k − 1 (k − 2) rows below the
  /// middle, readable from column −1 (−3) to n + kRowAlign. What is no number counts as +infinity.
  using MedianFn = void (*)(const T* const* rows, T* out, std::size_t n);
  /// The rank-th least of the taps, from 0, rank < count; zeros are +0, and what is no number
  /// counts as +infinity. count ≤ most_selected<T>.
  using SelectFn = void (*)(const T* const* taps, std::size_t count, std::size_t rank, T* out,
                            std::size_t n);

  ExtremeFn minimum = nullptr;
  ExtremeFn maximum = nullptr;
  MedianFn median3 = nullptr, median5 = nullptr;
  SelectFn select = nullptr;
  std::string_view target;
};

/// The table of the widest target this machine has.
template <class T> const RowKernels<T>& row_kernels();
template <class T> const RankKernels<T>& rank_kernels();
/// Plain C++, which defines the bits.
template <class T> const RowKernels<T>& scalar_row_kernels();
template <class T> const RankKernels<T>& scalar_rank_kernels();
/// One table per SIMD target this machine can run, widest first, the scalar one last.
template <class T> std::vector<const RowKernels<T>*> all_row_kernels();
template <class T> std::vector<const RankKernels<T>*> all_rank_kernels();

}  // namespace pantile
