// The table entries of erf-inl.h and root-inl.h.

#if defined(PANTILE_MATH_FILL_SPECIAL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef PANTILE_MATH_FILL_SPECIAL_INL_H_
#undef PANTILE_MATH_FILL_SPECIAL_INL_H_
#else
#define PANTILE_MATH_FILL_SPECIAL_INL_H_
#endif

#include "compute/math/erf-inl.h"
#include "compute/math/fill-inl.h"
#include "compute/math/root-inl.h"

PANTILE_MATH_BEGIN

template <class T> void fill_special(Kernels<T>& k) {
  PANTILE_MATH_UNARY(cbrt);
  PANTILE_MATH_UNARY(erf);
  PANTILE_MATH_UNARY(erfc);
  PANTILE_MATH_BINARY(hypot);
}

PANTILE_MATH_END

#endif
