// The functions of the language by their names at compile time, over a lane: what generated code
// calls. No SIMD: a vectorised caller has kernels.h.
#pragma once

#include "compute/math/basic-inl.h"
#include "compute/math/erf-inl.h"
#include "compute/math/exp_log-inl.h"
#include "compute/math/function_list.h"
#include "compute/math/functions.h"
#include "compute/math/hyperbolic-inl.h"
#include "compute/math/inverse-inl.h"
#include "compute/math/pow-inl.h"
#include "compute/math/root-inl.h"
#include "compute/math/trig-inl.h"

PANTILE_MATH_BEGIN

#define PANTILE_MATH_IGNORE(name, loop, expression)
#define PANTILE_MATH_CASE_UNARY(name, loop, expression) \
  if constexpr (f == Unary::name) return expression;
#define PANTILE_MATH_CASE_BINARY(name, loop, expression) \
  if constexpr (f == Binary::name) return expression;
#define PANTILE_MATH_CASE_TERNARY(name, loop, expression) \
  if constexpr (f == Ternary::name) return expression;
#define PANTILE_MATH_ALL_FUNCTIONS(UNARY, BINARY, TERNARY)  \
  PANTILE_MATH_BASIC_FUNCTIONS(UNARY, BINARY, TERNARY)      \
  PANTILE_MATH_TRIG_FUNCTIONS(UNARY, BINARY, TERNARY)       \
  PANTILE_MATH_EXP_LOG_FUNCTIONS(UNARY, BINARY, TERNARY)    \
  PANTILE_MATH_POW_FUNCTIONS(UNARY, BINARY, TERNARY)        \
  PANTILE_MATH_INVERSE_FUNCTIONS(UNARY, BINARY, TERNARY)    \
  PANTILE_MATH_HYPERBOLIC_FUNCTIONS(UNARY, BINARY, TERNARY) \
  PANTILE_MATH_SPECIAL_FUNCTIONS(UNARY, BINARY, TERNARY)

/// f(a). The NaN of a result has any sign and payload; everything else is as of the kernels.
template <Unary f, class T> PANTILE_MATH_FN Lane<T> apply(Lane<T> a) {
  PANTILE_MATH_ALL_FUNCTIONS(PANTILE_MATH_CASE_UNARY, PANTILE_MATH_IGNORE, PANTILE_MATH_IGNORE)
}
template <Binary f, class T> PANTILE_MATH_FN Lane<T> apply(Lane<T> a, Lane<T> b) {
  PANTILE_MATH_ALL_FUNCTIONS(PANTILE_MATH_IGNORE, PANTILE_MATH_CASE_BINARY, PANTILE_MATH_IGNORE)
}
template <Ternary f, class T>
PANTILE_MATH_FN Lane<T> apply(Lane<T> a, Lane<T> b, Lane<T> c){
    PANTILE_MATH_ALL_FUNCTIONS(PANTILE_MATH_IGNORE, PANTILE_MATH_IGNORE, PANTILE_MATH_CASE_TERNARY)}

#undef PANTILE_MATH_IGNORE
#undef PANTILE_MATH_CASE_UNARY
#undef PANTILE_MATH_CASE_BINARY
#undef PANTILE_MATH_CASE_TERNARY
#undef PANTILE_MATH_ALL_FUNCTIONS

PANTILE_MATH_END
