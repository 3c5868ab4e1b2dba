// The loops of kernels over arrays, and the macros that enter the functions of function_list.h into
// a table Kernels<T> `k`, inside a function template over T after PANTILE_MATH_BEGIN.

#if defined(PANTILE_MATH_FILL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef PANTILE_MATH_FILL_INL_H_
#undef PANTILE_MATH_FILL_INL_H_
#else
#define PANTILE_MATH_FILL_INL_H_
#endif

#include "compute/math/kernels.h"
#include "compute/math/lane-inl.h"

PANTILE_MATH_BEGIN

/// How a kernel's loop treats a function.
enum class Loop {
  plain,       ///< One vector at a time.
  light,       ///< For a few instructions: four vectors at a time.
  arithmetic,  ///< As light; and a NaN, of whatever sign and payload, becomes the canonical one.
};

/// The base of a function's type that names its loop.
template <Loop loop> struct RunIn {
  static constexpr Loop kLoop = loop;
};

/// Stores at(i), the result for the elements from i on, at out + i.
template <Loop loop, class T, class At>
PANTILE_MATH_FN void store_all(const At& at, T* out, std::size_t n) {
  using L = Lane<T>;
  const std::size_t step = L::lanes();
  std::size_t i = 0;
  if constexpr (loop != Loop::plain) {
    for (; i + 4 * step <= n; i += 4 * step) {
      L y0 = at(i), y1 = at(i + step), y2 = at(i + 2 * step), y3 = at(i + 3 * step);
      if constexpr (loop == Loop::arithmetic) {
        // One comparison looks at two vectors.
        if (any(either_nan(y0, y1) | either_nan(y2, y3))) [[unlikely]] {
          y0 = canonical(y0);
          y1 = canonical(y1);
          y2 = canonical(y2);
          y3 = canonical(y3);
        }
      }
      y0.store(out + i);
      y1.store(out + i + step);
      y2.store(out + i + 2 * step);
      y3.store(out + i + 3 * step);
    }
  }
  for (; i < n; i += step) {
    const L y = at(i);
    (loop == Loop::arithmetic ? canonical(y) : y).store(out + i);
  }
}

template <class F, class T> struct UnaryAt {
  const T* a;
  PANTILE_MATH_FN Lane<T> operator()(std::size_t i) const { return F::f(Lane<T>::load(a + i)); }
};
template <class F, class T> struct BinaryAt {
  const T *a, *b;
  PANTILE_MATH_FN Lane<T> operator()(std::size_t i) const {
    return F::f(Lane<T>::load(a + i), Lane<T>::load(b + i));
  }
};
template <class F, class T> struct BinaryVsAt {
  const T* a;
  Lane<T> b;
  PANTILE_MATH_FN Lane<T> operator()(std::size_t i) const { return F::f(Lane<T>::load(a + i), b); }
};
template <class F, class T> struct BinarySvAt {
  Lane<T> a;
  const T* b;
  PANTILE_MATH_FN Lane<T> operator()(std::size_t i) const { return F::f(a, Lane<T>::load(b + i)); }
};
template <class F, class T> struct TernaryAt {
  const T *a, *b, *c;
  PANTILE_MATH_FN Lane<T> operator()(std::size_t i) const {
    return F::f(Lane<T>::load(a + i), Lane<T>::load(b + i), Lane<T>::load(c + i));
  }
};

template <class F, class T> void unary_loop(const T* a, T* out, std::size_t n) {
  store_all<F::kLoop>(UnaryAt<F, T>{a}, out, n);
}
template <class F, class T> void binary_loop(const T* a, const T* b, T* out, std::size_t n) {
  store_all<F::kLoop>(BinaryAt<F, T>{a, b}, out, n);
}
template <class F, class T> void binary_vs_loop(const T* a, T b, T* out, std::size_t n) {
  store_all<F::kLoop>(BinaryVsAt<F, T>{a, Lane<T>::set(b)}, out, n);
}
template <class F, class T> void binary_sv_loop(T a, const T* b, T* out, std::size_t n) {
  store_all<F::kLoop>(BinarySvAt<F, T>{Lane<T>::set(a), b}, out, n);
}
template <class F, class T>
void ternary_loop(const T* a, const T* b, const T* c, T* out, std::size_t n) {
  store_all<F::kLoop>(TernaryAt<F, T>{a, b, c}, out, n);
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

#ifndef PANTILE_MATH_UNARY
#define PANTILE_MATH_UNARY(name, loop, expression)                       \
  {                                                                      \
    struct F : RunIn<Loop::loop> {                                       \
      static PANTILE_MATH_FN Lane<T> f(Lane<T> a) { return expression; } \
    };                                                                   \
    enter_unary<F>(k, Unary::name);                                      \
  }
#define PANTILE_MATH_BINARY(name, loop, expression)                                 \
  {                                                                                 \
    struct F : RunIn<Loop::loop> {                                                  \
      static PANTILE_MATH_FN Lane<T> f(Lane<T> a, Lane<T> b) { return expression; } \
    };                                                                              \
    enter_binary<F>(k, Binary::name);                                               \
  }
#define PANTILE_MATH_TERNARY(name, loop, expression)                                           \
  {                                                                                            \
    struct F : RunIn<Loop::loop> {                                                             \
      static PANTILE_MATH_FN Lane<T> f(Lane<T> a, Lane<T> b, Lane<T> c) { return expression; } \
    };                                                                                         \
    enter_ternary<F>(k, Ternary::name);                                                        \
  }
#endif

PANTILE_MATH_END

#endif
