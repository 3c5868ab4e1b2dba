#include "compute/math/kernels.h"

#include <iterator>

#include "compute/math/simd_targets.h"
#include "hwy/targets.h"

namespace pantile::math {
namespace {

/// The table of one Highway target; false if a group was not compiled for it.
template <class T> bool fill_target(std::int64_t target, Kernels<T>& k) {
  constexpr FillSimd<T> kGroups[] = {&fill_basic_simd,  &fill_trig_simd,    &fill_exp_log_simd,
                                     &fill_pow_simd,    &fill_inverse_simd, &fill_hyperbolic_simd,
                                     &fill_special_simd};
  for (const FillSimd<T> fill : kGroups) {
    if (!fill(target, k)) return false;
  }
  k.target = hwy::TargetName(target);
  return true;
}

/// Widest first: Highway gives better targets lower bits.
template <class T> std::vector<Kernels<T>> make_simd() {
  std::vector<Kernels<T>> tables;
  const std::int64_t supported = hwy::SupportedTargets();
  for (int bit = 0; bit < 62; ++bit) {
    const std::int64_t target = std::int64_t{1} << bit;
    Kernels<T> k;
    if ((supported & target) != 0 && fill_target(target, k)) tables.push_back(k);
  }
  return tables;
}

template <class T> const std::vector<Kernels<T>>& simd_kernels() {
  static const std::vector<Kernels<T>> tables = make_simd<T>();
  return tables;
}

constexpr std::string_view kUnaryNames[] = {
    "neg",   "abs", "sqrt", "cbrt",  "floor", "ceil", "round", "trunc", "fract", "sign",  "not",
    "sin",   "cos", "tan",  "asin",  "acos",  "atan", "sinh",  "cosh",  "tanh",  "asinh", "acosh",
    "atanh", "exp", "exp2", "expm1", "log",   "log2", "log10", "log1p", "erf",   "erfc",  "sinc"};
constexpr std::string_view kBinaryNames[] = {"add",  "sub", "mul", "div", "pow",  "atan2", "hypot",
                                             "fmod", "mod", "min", "max", "step", "lt",    "le",
                                             "gt",   "ge",  "eq",  "ne",  "and",  "or"};
constexpr std::string_view kTernaryNames[] = {"select", "clamp", "mix", "smoothstep"};
static_assert(std::size(kUnaryNames) == kUnaryCount);
static_assert(std::size(kBinaryNames) == kBinaryCount);
static_assert(std::size(kTernaryNames) == kTernaryCount);

}  // namespace

template <class T> const Kernels<T>& kernels() {
  return simd_kernels<T>().empty() ? scalar_kernels<T>() : simd_kernels<T>().front();
}
template <class T> std::vector<const Kernels<T>*> all_kernels() {
  std::vector<const Kernels<T>*> all;
  for (const Kernels<T>& k : simd_kernels<T>()) all.push_back(&k);
  all.push_back(&scalar_kernels<T>());
  return all;
}

std::string_view name(Unary f) { return kUnaryNames[static_cast<std::size_t>(f)]; }
std::string_view name(Binary f) { return kBinaryNames[static_cast<std::size_t>(f)]; }
std::string_view name(Ternary f) { return kTernaryNames[static_cast<std::size_t>(f)]; }

template <class T> T evaluate(Unary f, T a) {
  // Scalar loops take any length.
  T out = a;
  scalar_kernels<T>().unary[static_cast<std::size_t>(f)](&a, &out, 1);
  return out;
}
template <class T> T evaluate(Binary f, T a, T b) {
  T out = a;
  scalar_kernels<T>().binary[static_cast<std::size_t>(f)](&a, &b, &out, 1);
  return out;
}
template <class T> T evaluate(Ternary f, T a, T b, T c) {
  T out = a;
  scalar_kernels<T>().ternary[static_cast<std::size_t>(f)](&a, &b, &c, &out, 1);
  return out;
}

#define PANTILE_MATH_INSTANTIATE(T)                      \
  template const Kernels<T>& kernels();                  \
  template std::vector<const Kernels<T>*> all_kernels(); \
  template T evaluate(Unary, T);                         \
  template T evaluate(Binary, T, T);                     \
  template T evaluate(Ternary, T, T, T)
PANTILE_MATH_INSTANTIATE(float);
PANTILE_MATH_INSTANTIATE(double);

}  // namespace pantile::math
