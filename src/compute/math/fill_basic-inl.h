// The table entries of basic-inl.h.

#if defined(PANTILE_MATH_FILL_BASIC_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef PANTILE_MATH_FILL_BASIC_INL_H_
#undef PANTILE_MATH_FILL_BASIC_INL_H_
#else
#define PANTILE_MATH_FILL_BASIC_INL_H_
#endif

#include "compute/math/basic-inl.h"
#include "compute/math/fill-inl.h"
#include "compute/math/function_list.h"

PANTILE_MATH_BEGIN

template <class T>
void fill_basic(Kernels<T>& k){
    PANTILE_MATH_BASIC_FUNCTIONS(PANTILE_MATH_UNARY, PANTILE_MATH_BINARY, PANTILE_MATH_TERNARY)}

PANTILE_MATH_END

#endif
