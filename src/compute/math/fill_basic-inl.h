// The table entries of basic-inl.h.

#if defined(PANTILE_MATH_FILL_BASIC_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef PANTILE_MATH_FILL_BASIC_INL_H_
#undef PANTILE_MATH_FILL_BASIC_INL_H_
#else
#define PANTILE_MATH_FILL_BASIC_INL_H_
#endif

#include "compute/math/basic-inl.h"
#include "compute/math/fill-inl.h"

PANTILE_MATH_BEGIN

template <class T> void fill_basic(Kernels<T>& k) {
  PANTILE_MATH_UNARY_AS(neg, arithmetic, -a);
  PANTILE_MATH_UNARY_AS(abs, arithmetic, abs(a));
  PANTILE_MATH_UNARY_AS(sqrt, arithmetic, sqrt(a));
  PANTILE_MATH_UNARY_AS(floor, arithmetic, floor(a));
  PANTILE_MATH_UNARY_AS(ceil, arithmetic, ceil(a));
  PANTILE_MATH_UNARY_AS(trunc, arithmetic, trunc(a));
  PANTILE_MATH_UNARY_AS(round, arithmetic, round(a));
  PANTILE_MATH_UNARY_AS(fract, arithmetic, fract(a));
  PANTILE_MATH_UNARY_AS(sign, arithmetic, sign(a));
  PANTILE_MATH_UNARY_AS(logical_not, light, truth<Lane<T>>(a == Lane<T>::set(0)));

  PANTILE_MATH_BINARY_AS(add, arithmetic, a + b);
  PANTILE_MATH_BINARY_AS(sub, arithmetic, a - b);
  PANTILE_MATH_BINARY_AS(mul, arithmetic, a * b);
  PANTILE_MATH_BINARY_AS(div, arithmetic, a / b);
  PANTILE_MATH_BINARY_AS(fmod, plain, canonical(fmod(a, b)));
  PANTILE_MATH_BINARY_AS(mod, plain, canonical(mod(a, b)));
  PANTILE_MATH_BINARY(min);
  PANTILE_MATH_BINARY(max);
  PANTILE_MATH_BINARY(step);
  PANTILE_MATH_BINARY_AS(lt, light, truth<Lane<T>>(a < b));
  PANTILE_MATH_BINARY_AS(le, light, truth<Lane<T>>(a <= b));
  PANTILE_MATH_BINARY_AS(gt, light, truth<Lane<T>>(a > b));
  PANTILE_MATH_BINARY_AS(ge, light, truth<Lane<T>>(a >= b));
  PANTILE_MATH_BINARY_AS(eq, light, truth<Lane<T>>(a == b));
  PANTILE_MATH_BINARY_AS(ne, light, truth<Lane<T>>(a != b));
  PANTILE_MATH_BINARY_AS(logical_and, light, logical_and(a, b));
  PANTILE_MATH_BINARY_AS(logical_or, light, logical_or(a, b));

  PANTILE_MATH_TERNARY_AS(select, arithmetic, select(a != Lane<T>::set(0), b, c));
  PANTILE_MATH_TERNARY_AS(clamp, plain, clamp(a, b, c));
  PANTILE_MATH_TERNARY_AS(mix, arithmetic, mix(a, b, c));
  PANTILE_MATH_TERNARY_AS(smoothstep, arithmetic, smoothstep(a, b, c));
}

PANTILE_MATH_END

#endif
