#pragma once
/// \file
/// Array kernels of the elementary functions, one table per SIMD target and one for scalar code.
///
/// All tables compute the same bits. Every kernel reads and writes `n` elements, n a multiple of
/// kAlignElements; `out` may be exactly one of the inputs, never a shifted overlap. Pointers need
/// no alignment beyond that of T. Errors of each function in ULP: docs/numbers.md.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "compute/math/functions.h"

namespace pantile::math {

/// Kernel lengths are multiples of this.
inline constexpr std::size_t kAlignElements = 16;

template <class T> struct Kernels {
  using UnaryFn = void (*)(const T* a, T* out, std::size_t n);
  using BinaryFn = void (*)(const T* a, const T* b, T* out, std::size_t n);
  using BinaryVsFn = void (*)(const T* a, T b, T* out, std::size_t n);  ///< array, one number
  using BinarySvFn = void (*)(T a, const T* b, T* out, std::size_t n);  ///< one number, array
  using TernaryFn = void (*)(const T* a, const T* b, const T* c, T* out, std::size_t n);

  std::array<UnaryFn, kUnaryCount> unary{};
  std::array<BinaryFn, kBinaryCount> binary{};
  std::array<BinaryVsFn, kBinaryCount> binary_vs{};
  std::array<BinarySvFn, kBinaryCount> binary_sv{};
  std::array<TernaryFn, kTernaryCount> ternary{};
  std::string_view target;  ///< "scalar", "AVX3", …
};

/// The table of the widest target this machine has.
template <class T> const Kernels<T>& kernels();
/// The table that defines the bits: plain C++, one element at a time.
template <class T> const Kernels<T>& scalar_kernels();
/// One table per SIMD target this machine can run, widest first, the scalar one last.
template <class T> std::vector<const Kernels<T>*> all_kernels();

std::string_view name(Unary f);
std::string_view name(Binary f);
std::string_view name(Ternary f);

/// One element through the scalar table: for constants and references.
template <class T> T evaluate(Unary f, T a);
template <class T> T evaluate(Binary f, T a, T b);
template <class T> T evaluate(Ternary f, T a, T b, T c);

}  // namespace pantile::math
