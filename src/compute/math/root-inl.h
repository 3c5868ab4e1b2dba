// cbrt and hypot.

#if defined(PANTILE_MATH_ROOT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef PANTILE_MATH_ROOT_INL_H_
#undef PANTILE_MATH_ROOT_INL_H_
#else
#define PANTILE_MATH_ROOT_INL_H_
#endif

#include "compute/math/double_lane-inl.h"

PANTILE_MATH_BEGIN

struct CbrtOfDouble {
  template <class L> PANTILE_MATH_FN L operator()(L x) const {
    // |x| = 2^(3k + j) m, m in [1, 2), j = 0, 1 or 2
    const auto subnormal = abs(x) < L::set(0x1p-1022);
    const L normal = abs(x) * select(subnormal, L::set(0x1p54), L::set(1));
    const auto representation = bits(normal);
    const L exponent = to_float(shr<52>(representation) - L::Int::set(1023));
    const L m = L::from_bits((representation & L::Int::set(0xfffffffffffff)) |
                             L::Int::set(0x3ff0000000000000));
    const L k = round_even((exponent - L::set(1)) * constant<L, 0x1.5555555555555p-2>());
    const L j = fnma(L::set(3), k, exponent);
    const auto j0 = j == L::set(0), j1 = j == L::set(1);
    const L v = m * select(j0, L::set(1), select(j1, L::set(2), L::set(4)));

    // z = v^(-1/3) to 2^-14.7, to 2^-42 by one step of third order.
    const L start = horner<0x1.ab85904419654p0, -0x1.2c41e23e5eb7dp0, 0x1.6416505a6e46ap-1,
                           -0x1.c51861064401ep-3, 0x1.d46f7d3355354p-6>(m);
    const L z0 = start * select(j0, L::set(1),
                                select(j1, constant<L, 0x1.965fea53d6e3dp-1>(),
                                       constant<L, 0x1.428a2f98d728bp-1>()));
    const L h = fnma(v * z0, z0 * z0, L::set(1));
    const L z = fma(z0 * h, fma(h, L::set(2.0 / 9), L::set(1.0 / 3)), z0);
    // y = v z², then Newton's step with the remainder in twice the precision.
    const L square = z * z, y = v * square;
    const DoubleLane<L> yy = two_prod(y, y);
    const L remainder = fma(yy.lo, y, fms(yy.hi, y, v));
    const L root = fnma(remainder, square * L::set(1.0 / 3), y);

    const L shift = select(subnormal, k - L::set(18), k);
    const auto plain = (x == L::set(0)) | (abs(x) == infinity<L>());
    return canonical(select(plain | is_nan(x), x, copysign(scale(root, shift), x)));
  }
};

struct HypotOfDouble {
  template <class L> PANTILE_MATH_FN L operator()(L x, L y) const {
    const L a = abs(x), b = abs(y);
    const L larger = select(a > b, a, b);
    const auto big = larger > L::set(0x1p500), small = larger < L::set(0x1p-500);
    const L down = select(big, L::set(0x1p-600), select(small, L::set(0x1p600), L::set(1)));
    const L up = select(big, L::set(0x1p600), select(small, L::set(0x1p-600), L::set(1)));
    const L u = a * down, v = b * down;
    const L root = sqrt(add(two_prod(u, u), two_prod(v, v))).hi * up;
    const auto infinite = (a == infinity<L>()) | (b == infinity<L>());
    return canonical(select(infinite, infinity<L>(), root));
  }
};

/// Cube root, odd, any finite argument. f32 goes through f64.
template <class L> PANTILE_MATH_FN L cbrt(L x) { return through_double(CbrtOfDouble(), x); }
/// √(x²+y²) without overflow or underflow on the way; ∞ where either is, NaN or not.
template <class L> PANTILE_MATH_FN L hypot(L x, L y) {
  return through_double(HypotOfDouble(), x, y);
}

PANTILE_MATH_END

#endif
