#pragma once
/// \file
/// Every function of the language, once: its name in functions.h, the loop that suits it on arrays
/// (Loop in fill-inl.h) and the expression over lanes a, b, c of type Lane<T> that it stands for.
/// PANTILE_MATH_<group>_FUNCTIONS(UNARY, BINARY, TERNARY) calls UNARY(name, loop, expression) and
/// so on for each; the groups are compiled apart.

#define PANTILE_MATH_BASIC_FUNCTIONS(UNARY, BINARY, TERNARY)      \
  UNARY(neg, arithmetic, -a)                                      \
  UNARY(abs, arithmetic, abs(a))                                  \
  UNARY(sqrt, arithmetic, sqrt(a))                                \
  UNARY(floor, arithmetic, floor(a))                              \
  UNARY(ceil, arithmetic, ceil(a))                                \
  UNARY(trunc, arithmetic, trunc(a))                              \
  UNARY(round, arithmetic, round(a))                              \
  UNARY(fract, arithmetic, fract(a))                              \
  UNARY(sign, arithmetic, sign(a))                                \
  UNARY(logical_not, light, truth<Lane<T>>(a == Lane<T>::set(0))) \
  BINARY(add, arithmetic, a + b)                                  \
  BINARY(sub, arithmetic, a - b)                                  \
  BINARY(mul, arithmetic, a* b)                                   \
  BINARY(div, arithmetic, a / b)                                  \
  BINARY(fmod, plain, canonical(fmod(a, b)))                      \
  BINARY(mod, plain, canonical(mod(a, b)))                        \
  BINARY(min, plain, min(a, b))                                   \
  BINARY(max, plain, max(a, b))                                   \
  BINARY(step, plain, step(a, b))                                 \
  BINARY(lt, light, truth<Lane<T>>(a < b))                        \
  BINARY(le, light, truth<Lane<T>>(a <= b))                       \
  BINARY(gt, light, truth<Lane<T>>(a > b))                        \
  BINARY(ge, light, truth<Lane<T>>(a >= b))                       \
  BINARY(eq, light, truth<Lane<T>>(a == b))                       \
  BINARY(ne, light, truth<Lane<T>>(a != b))                       \
  BINARY(logical_and, light, logical_and(a, b))                   \
  BINARY(logical_or, light, logical_or(a, b))                     \
  TERNARY(select, arithmetic, select(a != Lane<T>::set(0), b, c)) \
  TERNARY(clamp, plain, clamp(a, b, c))                           \
  TERNARY(mix, arithmetic, mix(a, b, c))                          \
  TERNARY(smoothstep, arithmetic, smoothstep(a, b, c))

#define PANTILE_MATH_TRIG_FUNCTIONS(UNARY, BINARY, TERNARY) \
  UNARY(sin, plain, sin(a))                                 \
  UNARY(cos, plain, cos(a))                                 \
  UNARY(tan, plain, tan(a))                                 \
  UNARY(sinc, plain, sinc(a))

#define PANTILE_MATH_EXP_LOG_FUNCTIONS(UNARY, BINARY, TERNARY) \
  UNARY(exp, plain, exp(a))                                    \
  UNARY(exp2, plain, exp2(a))                                  \
  UNARY(expm1, plain, expm1(a))                                \
  UNARY(log, plain, log(a))                                    \
  UNARY(log2, plain, log2(a))                                  \
  UNARY(log10, plain, log10(a))                                \
  UNARY(log1p, plain, log1p(a))

#define PANTILE_MATH_POW_FUNCTIONS(UNARY, BINARY, TERNARY) BINARY(pow, plain, pow(a, b))

#define PANTILE_MATH_INVERSE_FUNCTIONS(UNARY, BINARY, TERNARY) \
  UNARY(asin, plain, asin(a))                                  \
  UNARY(acos, plain, acos(a))                                  \
  UNARY(atan, plain, atan(a))                                  \
  BINARY(atan2, plain, atan2(a, b))

#define PANTILE_MATH_HYPERBOLIC_FUNCTIONS(UNARY, BINARY, TERNARY) \
  UNARY(sinh, plain, sinh(a))                                     \
  UNARY(cosh, plain, cosh(a))                                     \
  UNARY(tanh, plain, tanh(a))                                     \
  UNARY(asinh, plain, asinh(a))                                   \
  UNARY(acosh, plain, acosh(a))                                   \
  UNARY(atanh, plain, atanh(a))

#define PANTILE_MATH_SPECIAL_FUNCTIONS(UNARY, BINARY, TERNARY) \
  UNARY(cbrt, plain, cbrt(a))                                  \
  UNARY(erf, plain, erf(a))                                    \
  UNARY(erfc, plain, erfc(a))                                  \
  BINARY(hypot, plain, hypot(a, b))
