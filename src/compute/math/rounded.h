#pragma once
/// \file
/// The operations that IEEE 754 rounds correctly, as calls that no compiler fuses: on a GPU by
/// their own names, which ptxas leaves apart whatever the options. Also what device code needs to
/// be written beside host code.

#include <cmath>

#ifdef __CUDACC__
#define PANTILE_HD __device__
#define PANTILE_TABLE static __device__ const  // read by index: one cache line, no constant bank
#else
#define PANTILE_HD
#define PANTILE_TABLE alignas(64) inline constexpr
#endif

namespace pantile::math {

/// The greater (lesser) of a number and a bound, which is no NaN; the bound for NaN. Of zeros of
/// two signs either.
template <class T> PANTILE_HD inline T greater(T a, T bound) { return a > bound ? a : bound; }
template <class T> PANTILE_HD inline T lesser(T a, T bound) { return a < bound ? a : bound; }
#ifdef __CUDA_ARCH__
template <> PANTILE_HD inline float greater(float a, float bound) { return fmaxf(a, bound); }
template <> PANTILE_HD inline float lesser(float a, float bound) { return fminf(a, bound); }
#endif

#ifdef __CUDA_ARCH__
PANTILE_HD inline double rounded_add(double a, double b) { return __dadd_rn(a, b); }
PANTILE_HD inline double rounded_sub(double a, double b) { return __dsub_rn(a, b); }
PANTILE_HD inline double rounded_mul(double a, double b) { return __dmul_rn(a, b); }
PANTILE_HD inline double rounded_div(double a, double b) { return __ddiv_rn(a, b); }
PANTILE_HD inline double rounded_sqrt(double a) { return __dsqrt_rn(a); }
PANTILE_HD inline double rounded_fma(double a, double b, double c) { return __fma_rn(a, b, c); }
PANTILE_HD inline float rounded_add(float a, float b) { return __fadd_rn(a, b); }
PANTILE_HD inline float rounded_sub(float a, float b) { return __fsub_rn(a, b); }
PANTILE_HD inline float rounded_mul(float a, float b) { return __fmul_rn(a, b); }
PANTILE_HD inline float rounded_div(float a, float b) { return __fdiv_rn(a, b); }
PANTILE_HD inline float rounded_sqrt(float a) { return __fsqrt_rn(a); }
PANTILE_HD inline float rounded_fma(float a, float b, float c) { return __fmaf_rn(a, b, c); }
#else
template <class T> PANTILE_HD inline T rounded_add(T a, T b) { return a + b; }
template <class T> PANTILE_HD inline T rounded_sub(T a, T b) { return a - b; }
template <class T> PANTILE_HD inline T rounded_mul(T a, T b) { return a * b; }
template <class T> PANTILE_HD inline T rounded_div(T a, T b) { return a / b; }
template <class T> PANTILE_HD inline T rounded_sqrt(T a) { return std::sqrt(a); }
template <class T> PANTILE_HD inline T rounded_fma(T a, T b, T c) { return std::fma(a, b, c); }
#endif

}  // namespace pantile::math
