// The table entries of inverse-inl.h.

#if defined(PANTILE_MATH_FILL_INVERSE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef PANTILE_MATH_FILL_INVERSE_INL_H_
#undef PANTILE_MATH_FILL_INVERSE_INL_H_
#else
#define PANTILE_MATH_FILL_INVERSE_INL_H_
#endif

#include "compute/math/fill-inl.h"
#include "compute/math/function_list.h"
#include "compute/math/inverse-inl.h"

PANTILE_MATH_BEGIN

template <class T>
void fill_inverse(Kernels<T>& k){
    PANTILE_MATH_INVERSE_FUNCTIONS(PANTILE_MATH_UNARY, PANTILE_MATH_BINARY, PANTILE_MATH_TERNARY)}

PANTILE_MATH_END

#endif
