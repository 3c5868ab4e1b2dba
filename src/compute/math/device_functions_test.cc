// The functions' headers as a GPU's compiler reads them, on the host: what is under __CUDACC__ and
// __CUDA_ARCH__, with CUDA's words and functions as its programming guide describes them, in a
// namespace of its own so that the linker does not take one for the other. device_parity_test.cc
// compares.
#include "compute/math/device_functions_test.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

// NOLINTBEGIN(bugprone-reserved-identifier): CUDA's words
namespace {

double __dadd_rn(double a, double b) { return a + b; }
double __dsub_rn(double a, double b) { return a - b; }
double __dmul_rn(double a, double b) { return a * b; }
double __ddiv_rn(double a, double b) { return a / b; }
double __dsqrt_rn(double a) { return std::sqrt(a); }
double __fma_rn(double a, double b, double c) { return std::fma(a, b, c); }
float __fadd_rn(float a, float b) { return a + b; }
float __fsub_rn(float a, float b) { return a - b; }
float __fmul_rn(float a, float b) { return a * b; }
float __fdiv_rn(float a, float b) { return a / b; }
float __fsqrt_rn(float a) { return std::sqrt(a); }
float __fmaf_rn(float a, float b, float c) { return std::fma(a, b, c); }

}  // namespace

#define __CUDACC__
#define __CUDA_ARCH__ 900
#define __device__
#define __constant__ inline
#define __noinline__
// NOLINTEND(bugprone-reserved-identifier)
#define pantile pantile_on_device
#include "compute/math/apply-inl.h"
#undef pantile

namespace pantile_on_device {
namespace {

using math::Binary;
using math::Ternary;
using math::Unary;

template <class T> T call(std::size_t arity, std::size_t f, const T* x) {
  using L = math::scalar::Lane<T>;
  L result{};
  const auto try_each = [&]<class Function, std::size_t... k>(std::index_sequence<k...>,
                                                              const auto& apply_it) {
    ((f == k ? void(result = apply_it.template operator()<static_cast<Function>(k)>()) : void()),
     ...);
  };
  if (arity == 1) {
    try_each.template operator()<Unary>(
        std::make_index_sequence<std::size_t(Unary::count_)>(),
        [&]<Unary g> { return math::scalar::apply<g, T>(L::set(x[0])); });
  } else if (arity == 2) {
    try_each.template operator()<Binary>(
        std::make_index_sequence<std::size_t(Binary::count_)>(),
        [&]<Binary g> { return math::scalar::apply<g, T>(L::set(x[0]), L::set(x[1])); });
  } else {
    try_each.template operator()<Ternary>(
        std::make_index_sequence<std::size_t(Ternary::count_)>(), [&]<Ternary g> {
          return math::scalar::apply<g, T>(L::set(x[0]), L::set(x[1]), L::set(x[2]));
        });
  }
  return math::scalar::canonical(result).v;
}

template <class T> T rounded(Rounded operation, T a, T b, T c) {
  switch (operation) {
    case Rounded::add: return math::rounded_add(a, b);
    case Rounded::sub: return math::rounded_sub(a, b);
    case Rounded::mul: return math::rounded_mul(a, b);
    case Rounded::div: return math::rounded_div(a, b);
    case Rounded::sqrt: return math::rounded_sqrt(a);
    case Rounded::fma: return math::rounded_fma(a, b, c);
    case Rounded::greater: return math::greater(a, b);
    case Rounded::lesser: return math::lesser(a, b);
  }
  return a;
}

}  // namespace

double device_function(std::size_t arity, std::size_t f, const double* x) {
  return call(arity, f, x);
}
float device_function(std::size_t arity, std::size_t f, const float* x) {
  return call(arity, f, x);
}
double device_rounded(Rounded operation, double a, double b, double c) {
  return rounded(operation, a, b, c);
}
float device_rounded(Rounded operation, float a, float b, float c) {
  return rounded(operation, a, b, c);
}

}  // namespace pantile_on_device
