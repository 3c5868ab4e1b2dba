// The table entries of erf-inl.h and root-inl.h.

#if defined(PANTILE_MATH_FILL_SPECIAL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef PANTILE_MATH_FILL_SPECIAL_INL_H_
#undef PANTILE_MATH_FILL_SPECIAL_INL_H_
#else
#define PANTILE_MATH_FILL_SPECIAL_INL_H_
#endif

#include "compute/math/erf-inl.h"
#include "compute/math/fill-inl.h"
#include "compute/math/function_list.h"
#include "compute/math/root-inl.h"

PANTILE_MATH_BEGIN

template <class T>
void fill_special(Kernels<T>& k){
    PANTILE_MATH_SPECIAL_FUNCTIONS(PANTILE_MATH_UNARY, PANTILE_MATH_BINARY, PANTILE_MATH_TERNARY)}

PANTILE_MATH_END

#endif
