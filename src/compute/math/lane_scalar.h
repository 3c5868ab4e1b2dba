#pragma once
/// \file
/// The lane type of plain code: one number. It defines the bits that every SIMD lane must give.
///
/// A lane offers only operations that IEEE 754 rounds correctly (+ - * / sqrt fma), exact ones, and
/// integer ones on the representation. Function templates over a lane (`*-inl.h`) therefore give
/// equal bits wherever they are compiled: on GPUs too, by nvcc and, at run time, by NVRTC.
///
/// Shared by ScalarLane and SimdLane (lane_simd-inl.h), L being the lane:
///   L::Value, L::Mask, L::Int, L::lanes(), L::kMaxLanes, L::set(T), L::load(p), x.store(p)
///   + - * / unary-  fma(a,b,c)=ab+c  fnma(a,b,c)=c-ab  fms(a,b,c)=ab-c  sqrt abs copysign
///   < <= > >= == != -> Mask;  & | ! on masks;  select(mask, yes, no), zero_unless(mask, x)
///   any(mask), all(mask)
///   round_even, floor, ceil, trunc: exact, keep the sign of zero
///   bits(x) -> Int, from_bits(Int) -> L; Int: + - & | ^ == < (signed), shl<n>, shr<n> (logical),
///   sar<n> (arithmetic), Int::set; to_float(Int) for |i| < 2^51 (f32: 2^22),
///   to_int(x) for integral x in the same range
///   L::lookup16(table, Int): table[low 4 bits]; the table has 16 elements, aligned to 64 bytes
///   scale(x, n): x * 2^n, rounded once; 2^-20 <= |x| <= 2^20, integral n, |n| <= 2000 (f32: 250)
///   xor_sign(x, s): x with its sign flipped where the sign bit of s is set
///   limit_magnitude(x, b): x, or b with the sign of x where |x| > b; x no NaN, b > 0
///   through_double(f, x...): f applied to f64 lanes and rounded to the type of x

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "compute/math/rounded.h"

namespace pantile::math::scalar {

using math::greater;
using math::lesser;
using math::rounded_add;
using math::rounded_div;
using math::rounded_fma;
using math::rounded_mul;
using math::rounded_sqrt;
using math::rounded_sub;

template <class T> struct ScalarLane;

/// A truth value with the operators of a vector of them.
struct ScalarMask {
  bool v;
  friend PANTILE_HD ScalarMask operator&(ScalarMask a, ScalarMask b) { return {a.v && b.v}; }
  friend PANTILE_HD ScalarMask operator|(ScalarMask a, ScalarMask b) { return {a.v || b.v}; }
  friend PANTILE_HD ScalarMask operator!(ScalarMask a) { return {!a.v}; }
  friend PANTILE_HD bool any(ScalarMask a) { return a.v; }
  friend PANTILE_HD bool all(ScalarMask a) { return a.v; }
};

/// The representation of a ScalarLane<T> as a signed integer of its width; wraps on overflow.
template <class T> struct ScalarInt {
  using Value = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;
  using Bits = std::make_unsigned_t<Value>;
  Value v;

  PANTILE_HD static ScalarInt set(Value x) { return {x}; }
  PANTILE_HD static ScalarInt wrap(Bits x) { return {static_cast<Value>(x)}; }
  PANTILE_HD Bits u() const { return static_cast<Bits>(v); }

  friend PANTILE_HD ScalarInt operator+(ScalarInt a, ScalarInt b) { return wrap(a.u() + b.u()); }
  friend PANTILE_HD ScalarInt operator-(ScalarInt a, ScalarInt b) { return wrap(a.u() - b.u()); }
  friend PANTILE_HD ScalarInt operator&(ScalarInt a, ScalarInt b) { return {a.v & b.v}; }
  friend PANTILE_HD ScalarInt operator|(ScalarInt a, ScalarInt b) { return {a.v | b.v}; }
  friend PANTILE_HD ScalarInt operator^(ScalarInt a, ScalarInt b) { return {a.v ^ b.v}; }
  friend PANTILE_HD ScalarMask operator==(ScalarInt a, ScalarInt b) { return {a.v == b.v}; }
  friend PANTILE_HD ScalarMask operator<(ScalarInt a, ScalarInt b) { return {a.v < b.v}; }
};
template <int n, class T> PANTILE_HD ScalarInt<T> shl(ScalarInt<T> a) {
  return ScalarInt<T>::wrap(a.u() << n);
}
template <int n, class T> PANTILE_HD ScalarInt<T> shr(ScalarInt<T> a) {
  return ScalarInt<T>::wrap(a.u() >> n);
}
template <int n, class T> PANTILE_HD ScalarInt<T> sar(ScalarInt<T> a) { return {a.v >> n}; }

template <class T> struct ScalarLane {
  using Value = T;
  using Mask = ScalarMask;
  using Int = ScalarInt<T>;
  static constexpr std::size_t kMaxLanes = 1;
  T v;

  PANTILE_HD static constexpr std::size_t lanes() { return 1; }
  PANTILE_HD static ScalarLane set(T x) { return {x}; }
  PANTILE_HD static ScalarLane load(const T* p) { return {*p}; }
  PANTILE_HD void store(T* p) const { *p = v; }

  friend PANTILE_HD ScalarLane operator+(ScalarLane a, ScalarLane b) {
    return {rounded_add(a.v, b.v)};
  }
  friend PANTILE_HD ScalarLane operator-(ScalarLane a, ScalarLane b) {
    return {rounded_sub(a.v, b.v)};
  }
  friend PANTILE_HD ScalarLane operator*(ScalarLane a, ScalarLane b) {
    return {rounded_mul(a.v, b.v)};
  }
  friend PANTILE_HD ScalarLane operator/(ScalarLane a, ScalarLane b) {
    return {rounded_div(a.v, b.v)};
  }
  friend PANTILE_HD ScalarLane operator-(ScalarLane a) { return {-a.v}; }
  friend PANTILE_HD ScalarMask operator<(ScalarLane a, ScalarLane b) { return {a.v < b.v}; }
  friend PANTILE_HD ScalarMask operator<=(ScalarLane a, ScalarLane b) { return {a.v <= b.v}; }
  friend PANTILE_HD ScalarMask operator>(ScalarLane a, ScalarLane b) { return {a.v > b.v}; }
  friend PANTILE_HD ScalarMask operator>=(ScalarLane a, ScalarLane b) { return {a.v >= b.v}; }
  friend PANTILE_HD ScalarMask operator==(ScalarLane a, ScalarLane b) { return {a.v == b.v}; }
  friend PANTILE_HD ScalarMask operator!=(ScalarLane a, ScalarLane b) { return {a.v != b.v}; }

  friend PANTILE_HD ScalarMask either_nan(ScalarLane a, ScalarLane b) {
    return {a.v != a.v || b.v != b.v};
  }

  friend PANTILE_HD ScalarLane fma(ScalarLane a, ScalarLane b, ScalarLane c) {
    return {rounded_fma(a.v, b.v, c.v)};
  }
  friend PANTILE_HD ScalarLane fnma(ScalarLane a, ScalarLane b, ScalarLane c) {
    return {rounded_fma(-a.v, b.v, c.v)};
  }
  friend PANTILE_HD ScalarLane fms(ScalarLane a, ScalarLane b, ScalarLane c) {
    return {rounded_fma(a.v, b.v, -c.v)};
  }
  friend PANTILE_HD ScalarLane sqrt(ScalarLane a) { return {rounded_sqrt(a.v)}; }
  friend PANTILE_HD ScalarLane abs(ScalarLane a) { return {std::fabs(a.v)}; }
  friend PANTILE_HD ScalarLane copysign(ScalarLane a, ScalarLane s) {
    return {std::copysign(a.v, s.v)};
  }
  friend PANTILE_HD ScalarLane select(ScalarMask m, ScalarLane yes, ScalarLane no) {
    return m.v ? yes : no;
  }
  friend PANTILE_HD ScalarLane zero_unless(ScalarMask m, ScalarLane x) { return m.v ? x : set(0); }
  friend PANTILE_HD ScalarLane floor(ScalarLane a) { return {std::floor(a.v)}; }
  friend PANTILE_HD ScalarLane ceil(ScalarLane a) { return {std::ceil(a.v)}; }
  friend PANTILE_HD ScalarLane trunc(ScalarLane a) { return {std::trunc(a.v)}; }
  friend PANTILE_HD ScalarLane round_even(ScalarLane a) {
    // Above kIntegral every number is integral; adding it to a smaller one rounds away the
    // fraction.
    constexpr T kIntegral = sizeof(T) == 8 ? T(4503599627370496.0) : T(8388608.0);  // 2^52, 2^23
    const T magnitude = std::fabs(a.v);
    if (!(magnitude < kIntegral)) return a;
    return {std::copysign(rounded_sub(rounded_add(magnitude, kIntegral), kIntegral), a.v)};
  }
  friend PANTILE_HD Int bits(ScalarLane a) {
    Int i;
    std::memcpy(&i.v, &a.v, sizeof(T));
    return i;
  }
  PANTILE_HD static ScalarLane from_bits(Int i) {
    ScalarLane a;
    std::memcpy(&a.v, &i.v, sizeof(T));
    return a;
  }
  friend PANTILE_HD ScalarLane xor_sign(ScalarLane x, ScalarLane s) {
    const Int sign = bits(set(T(-0.0)));
    return from_bits(bits(x) ^ (bits(s) & sign));
  }
  friend PANTILE_HD ScalarLane limit_magnitude(ScalarLane x, ScalarLane b) {
    return {lesser(greater(x.v, -b.v), b.v)};
  }
  friend PANTILE_HD ScalarLane scale(ScalarLane x, ScalarLane n) {
    // Three factors, each a power of two in range; only the last product can round.
    constexpr int kFraction = sizeof(T) == 8 ? 52 : 23;
    constexpr typename Int::Value kBias = sizeof(T) == 8 ? 1023 : 127;
    const Int exponent = to_int(n);
    const Int third = sar<1>(exponent - sar<1>(exponent));
    const Int rest = exponent - third - third;
    const T f = from_bits(shl<kFraction>(third + Int::set(kBias))).v;
    const T g = from_bits(shl<kFraction>(rest + Int::set(kBias))).v;
    return {rounded_mul(rounded_mul(rounded_mul(x.v, f), f), g)};
  }
  PANTILE_HD static ScalarLane lookup16(const T* table, Int i) { return {table[i.v & 15]}; }
  friend PANTILE_HD Int to_int(ScalarLane a) {
    // In a number between 2^52 and 2^53 (2^23, 2^24) the fraction field counts units.
    const ScalarLane magic = set(sizeof(T) == 8 ? T(6755399441055744.0) : T(12582912.0));
    return bits(a + magic) - bits(magic);
  }
};

template <class T> PANTILE_HD ScalarLane<T> to_float(ScalarInt<T> i) {
  return {static_cast<T>(i.v)};
}

template <class F, class T, class... More>
PANTILE_HD ScalarLane<T> through_double(F f, ScalarLane<T> x, More... more) {
  return {static_cast<T>(f(ScalarLane<double>{static_cast<double>(x.v)},
                           ScalarLane<double>{static_cast<double>(more.v)}...)
                             .v)};
}

}  // namespace pantile::math::scalar
