// SIMD kernels of fill_hyperbolic-inl.h, once per target.
#define PANTILE_MATH_SIMD
#include "compute/math/simd_targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/math/kernels_hyperbolic.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#if PANTILE_MATH_IS_SIMD_TARGET
#include "compute/math/fill_hyperbolic-inl.h"
#endif

#if HWY_ONCE
#include "compute/math/simd_choose.h"
namespace pantile::math {
PANTILE_MATH_DEFINE_FILL(fill_hyperbolic)
}  // namespace pantile::math
#endif
