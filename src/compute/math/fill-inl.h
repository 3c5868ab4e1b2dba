// The loops of kernels over arrays, and macros that enter them into a table Kernels<T> `k`:
//   PANTILE_MATH_UNARY(sin);            k.unary[Unary::sin]: sin(L)
//   PANTILE_MATH_BINARY(pow);           k.binary, binary_vs and binary_sv
//   PANTILE_MATH_UNARY_AS(neg, -a);     where an expression of the lanes a, b, c says it better
// to be used inside a function template over T after PANTILE_MATH_BEGIN.

#if defined(PANTILE_MATH_FILL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef PANTILE_MATH_FILL_INL_H_
#undef PANTILE_MATH_FILL_INL_H_
#else
#define PANTILE_MATH_FILL_INL_H_
#endif

#include "compute/math/kernels.h"
#include "compute/math/lane-inl.h"

PANTILE_MATH_BEGIN

#ifdef PANTILE_MATH_SIMD
template <class T> using Lane = SimdLane<T>;
#else
template <class T> using Lane = ScalarLane<T>;
#endif

template <class F, class T> void unary_loop(const T* a, T* out, std::size_t n) {
  using L = Lane<T>;
  for (std::size_t i = 0; i < n; i += L::lanes()) F::f(L::load(a + i)).store(out + i);
}
template <class F, class T> void binary_loop(const T* a, const T* b, T* out, std::size_t n) {
  using L = Lane<T>;
  for (std::size_t i = 0; i < n; i += L::lanes()) {
    F::f(L::load(a + i), L::load(b + i)).store(out + i);
  }
}
template <class F, class T> void binary_vs_loop(const T* a, T b, T* out, std::size_t n) {
  using L = Lane<T>;
  for (std::size_t i = 0; i < n; i += L::lanes()) F::f(L::load(a + i), L::set(b)).store(out + i);
}
template <class F, class T> void binary_sv_loop(T a, const T* b, T* out, std::size_t n) {
  using L = Lane<T>;
  for (std::size_t i = 0; i < n; i += L::lanes()) F::f(L::set(a), L::load(b + i)).store(out + i);
}
template <class F, class T>
void ternary_loop(const T* a, const T* b, const T* c, T* out, std::size_t n) {
  using L = Lane<T>;
  for (std::size_t i = 0; i < n; i += L::lanes()) {
    F::f(L::load(a + i), L::load(b + i), L::load(c + i)).store(out + i);
  }
}

template <class F, class T> void enter_unary(Kernels<T>& k, Unary f) {
  k.unary[static_cast<std::size_t>(f)] = &unary_loop<F, T>;
}
template <class F, class T> void enter_binary(Kernels<T>& k, Binary f) {
  k.binary[static_cast<std::size_t>(f)] = &binary_loop<F, T>;
  k.binary_vs[static_cast<std::size_t>(f)] = &binary_vs_loop<F, T>;
  k.binary_sv[static_cast<std::size_t>(f)] = &binary_sv_loop<F, T>;
}
template <class F, class T> void enter_ternary(Kernels<T>& k, Ternary f) {
  k.ternary[static_cast<std::size_t>(f)] = &ternary_loop<F, T>;
}

#ifndef PANTILE_MATH_UNARY_AS
#define PANTILE_MATH_UNARY_AS(name, expression)                          \
  {                                                                      \
    struct F {                                                           \
      static PANTILE_MATH_FN Lane<T> f(Lane<T> a) { return expression; } \
    };                                                                   \
    enter_unary<F>(k, Unary::name);                                      \
  }
#define PANTILE_MATH_BINARY_AS(name, expression)                                    \
  {                                                                                 \
    struct F {                                                                      \
      static PANTILE_MATH_FN Lane<T> f(Lane<T> a, Lane<T> b) { return expression; } \
    };                                                                              \
    enter_binary<F>(k, Binary::name);                                               \
  }
#define PANTILE_MATH_TERNARY_AS(name, expression)                                              \
  {                                                                                            \
    struct F {                                                                                 \
      static PANTILE_MATH_FN Lane<T> f(Lane<T> a, Lane<T> b, Lane<T> c) { return expression; } \
    };                                                                                         \
    enter_ternary<F>(k, Ternary::name);                                                        \
  }
#define PANTILE_MATH_UNARY(name) PANTILE_MATH_UNARY_AS(name, name(a))
#define PANTILE_MATH_BINARY(name) PANTILE_MATH_BINARY_AS(name, name(a, b))
#endif

PANTILE_MATH_END

#endif
