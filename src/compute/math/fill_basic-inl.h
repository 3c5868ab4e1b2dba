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
  PANTILE_MATH_UNARY_AS(neg, canonical(-a));
  PANTILE_MATH_UNARY_AS(abs, canonical(abs(a)));
  PANTILE_MATH_UNARY_AS(sqrt, canonical(sqrt(a)));
  PANTILE_MATH_UNARY_AS(floor, canonical(floor(a)));
  PANTILE_MATH_UNARY_AS(ceil, canonical(ceil(a)));
  PANTILE_MATH_UNARY_AS(trunc, canonical(trunc(a)));
  PANTILE_MATH_UNARY_AS(round, canonical(round(a)));
  PANTILE_MATH_UNARY_AS(fract, canonical(fract(a)));
  PANTILE_MATH_UNARY_AS(sign, canonical(sign(a)));
  PANTILE_MATH_UNARY_AS(logical_not, truth<Lane<T>>(a == Lane<T>::set(0)));
  
  PANTILE_MATH_BINARY_AS(add, canonical(a + b));
  PANTILE_MATH_BINARY_AS(sub, canonical(a - b));
  PANTILE_MATH_BINARY_AS(mul, canonical(a * b));
  PANTILE_MATH_BINARY_AS(div, canonical(a / b));
  PANTILE_MATH_BINARY_AS(fmod, canonical(fmod(a, b)));
  PANTILE_MATH_BINARY_AS(mod, canonical(mod(a, b)));
  PANTILE_MATH_BINARY(min);
  PANTILE_MATH_BINARY(max);
  PANTILE_MATH_BINARY(step);
  PANTILE_MATH_BINARY_AS(lt, truth<Lane<T>>(a < b));
  PANTILE_MATH_BINARY_AS(le, truth<Lane<T>>(a <= b));
  PANTILE_MATH_BINARY_AS(gt, truth<Lane<T>>(a > b));
  PANTILE_MATH_BINARY_AS(ge, truth<Lane<T>>(a >= b));
  PANTILE_MATH_BINARY_AS(eq, truth<Lane<T>>(a == b));
  PANTILE_MATH_BINARY_AS(ne, truth<Lane<T>>(a != b));
  PANTILE_MATH_BINARY_AS(logical_and, logical_and(a, b));
  PANTILE_MATH_BINARY_AS(logical_or, logical_or(a, b));
  
  PANTILE_MATH_TERNARY_AS(select, choose(a, b, c));
  PANTILE_MATH_TERNARY_AS(clamp, clamp(a, b, c));
  PANTILE_MATH_TERNARY_AS(mix, canonical(mix(a, b, c)));
  PANTILE_MATH_TERNARY_AS(smoothstep, canonical(smoothstep(a, b, c)));
}

PANTILE_MATH_END

#endif
