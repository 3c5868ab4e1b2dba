// The lane type of SIMD code: a Highway vector, included once per target (see lane_scalar.h for
// what a lane offers). The only file that calls Highway's arithmetic: MulAdd, Min, Max and the
// conversions of Highway differ between targets in rounding and for NaN.

#if defined(PANTILE_MATH_LANE_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef PANTILE_MATH_LANE_SIMD_INL_H_
#undef PANTILE_MATH_LANE_SIMD_INL_H_
#else
#define PANTILE_MATH_LANE_SIMD_INL_H_
#endif

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "hwy/highway.h"

#undef PANTILE_LANE_AVX512
#undef PANTILE_LANE_FMA
#undef PANTILE_LANE_NATIVE_ROUND
#define PANTILE_LANE_AVX512 (HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3)
#define PANTILE_LANE_FMA ((HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2) || HWY_ARCH_ARM_A64)
#define PANTILE_LANE_NATIVE_ROUND ((HWY_ARCH_X86 && HWY_TARGET <= HWY_SSE4) || HWY_ARCH_ARM_A64)

HWY_BEFORE_NAMESPACE();
namespace pantile::math {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class T> struct SimdMask {
  using M = hn::Mask<hn::ScalableTag<T>>;
  M m;
  friend HWY_INLINE SimdMask operator&(SimdMask a, SimdMask b) { return {hn::And(a.m, b.m)}; }
  friend HWY_INLINE SimdMask operator|(SimdMask a, SimdMask b) { return {hn::Or(a.m, b.m)}; }
  friend HWY_INLINE SimdMask operator!(SimdMask a) { return {hn::Not(a.m)}; }
  friend HWY_INLINE bool any(SimdMask a) { return !hn::AllFalse(hn::ScalableTag<T>(), a.m); }
  friend HWY_INLINE bool all(SimdMask a) { return hn::AllTrue(hn::ScalableTag<T>(), a.m); }
};

/// The representation of a SimdLane<T>, as signed integers of its width; wraps on overflow.
template <class T> struct SimdInt {
  using Value = hwy::MakeSigned<T>;
  using D = hn::ScalableTag<Value>;
  using DU = hn::ScalableTag<hwy::MakeUnsigned<T>>;
  using V = hn::Vec<D>;
  using Mask = SimdMask<T>;
  V v;

  static HWY_INLINE SimdInt set(Value x) { return {hn::Set(D(), x)}; }
  static HWY_INLINE Mask mask(hn::Mask<D> m) { return {hn::RebindMask(hn::ScalableTag<T>(), m)}; }
  friend HWY_INLINE SimdInt operator+(SimdInt a, SimdInt b) { return {hn::Add(a.v, b.v)}; }
  friend HWY_INLINE SimdInt operator-(SimdInt a, SimdInt b) { return {hn::Sub(a.v, b.v)}; }
  friend HWY_INLINE SimdInt operator&(SimdInt a, SimdInt b) { return {hn::And(a.v, b.v)}; }
  friend HWY_INLINE SimdInt operator|(SimdInt a, SimdInt b) { return {hn::Or(a.v, b.v)}; }
  friend HWY_INLINE SimdInt operator^(SimdInt a, SimdInt b) { return {hn::Xor(a.v, b.v)}; }
  friend HWY_INLINE Mask operator==(SimdInt a, SimdInt b) { return mask(hn::Eq(a.v, b.v)); }
  friend HWY_INLINE Mask operator<(SimdInt a, SimdInt b) { return mask(hn::Lt(a.v, b.v)); }
};
template <int n, class T> HWY_INLINE SimdInt<T> shl(SimdInt<T> a) {
  return {hn::ShiftLeft<n>(a.v)};
}
template <int n, class T> HWY_INLINE SimdInt<T> shr(SimdInt<T> a) {
  using I = SimdInt<T>;
  return {hn::BitCast(typename I::D(), hn::ShiftRight<n>(hn::BitCast(typename I::DU(), a.v)))};
}
template <int n, class T> HWY_INLINE SimdInt<T> sar(SimdInt<T> a) {
  return {hn::ShiftRight<n>(a.v)};
}

template <class T> struct SimdLane {
  using Value = T;
  using D = hn::ScalableTag<T>;
  using V = hn::Vec<D>;
  using Mask = SimdMask<T>;
  using Int = SimdInt<T>;
  static constexpr std::size_t kMaxLanes = HWY_MAX_BYTES / sizeof(T);
  V v;

  static HWY_INLINE std::size_t lanes() { return hn::Lanes(D()); }
  static HWY_INLINE SimdLane set(T x) { return {hn::Set(D(), x)}; }
  static HWY_INLINE SimdLane load(const T* p) { return {hn::LoadU(D(), p)}; }
  HWY_INLINE void store(T* p) const { hn::StoreU(v, D(), p); }

  friend HWY_INLINE SimdLane operator+(SimdLane a, SimdLane b) { return {hn::Add(a.v, b.v)}; }
  friend HWY_INLINE SimdLane operator-(SimdLane a, SimdLane b) { return {hn::Sub(a.v, b.v)}; }
  friend HWY_INLINE SimdLane operator*(SimdLane a, SimdLane b) { return {hn::Mul(a.v, b.v)}; }
  friend HWY_INLINE SimdLane operator/(SimdLane a, SimdLane b) { return {hn::Div(a.v, b.v)}; }
  friend HWY_INLINE SimdLane operator-(SimdLane a) { return {hn::Xor(a.v, hn::Set(D(), T(-0.0)))}; }
  friend HWY_INLINE Mask operator<(SimdLane a, SimdLane b) { return {hn::Lt(a.v, b.v)}; }
  friend HWY_INLINE Mask operator<=(SimdLane a, SimdLane b) { return {hn::Le(a.v, b.v)}; }
  friend HWY_INLINE Mask operator>(SimdLane a, SimdLane b) { return {hn::Gt(a.v, b.v)}; }
  friend HWY_INLINE Mask operator>=(SimdLane a, SimdLane b) { return {hn::Ge(a.v, b.v)}; }
  friend HWY_INLINE Mask operator==(SimdLane a, SimdLane b) { return {hn::Eq(a.v, b.v)}; }
#if PANTILE_LANE_AVX512
  // One instruction each; the negation of an equality is two.
  friend HWY_INLINE Mask operator!=(SimdLane a, SimdLane b) { return compare<_CMP_NEQ_UQ>(a, b); }
  friend HWY_INLINE Mask either_nan(SimdLane a, SimdLane b) { return compare<_CMP_UNORD_Q>(a, b); }
  template <int predicate> static HWY_INLINE Mask compare(SimdLane a, SimdLane b) {
    if constexpr (sizeof(T) == 8) {
      return {{_mm512_cmp_pd_mask(a.v.raw, b.v.raw, predicate)}};
    } else {
      return {{_mm512_cmp_ps_mask(a.v.raw, b.v.raw, predicate)}};
    }
  }
#else
  // Not hn::Ne: on AVX2 of Highway 1.0 that is the ordered predicate, false for NaN.
  friend HWY_INLINE Mask operator!=(SimdLane a, SimdLane b) { return {hn::Not(hn::Eq(a.v, b.v))}; }
  friend HWY_INLINE Mask either_nan(SimdLane a, SimdLane b) { return (a != a) | (b != b); }
#endif

#if PANTILE_LANE_FMA
  friend HWY_INLINE SimdLane fma(SimdLane a, SimdLane b, SimdLane c) {
    return {hn::MulAdd(a.v, b.v, c.v)};
  }
  friend HWY_INLINE SimdLane fnma(SimdLane a, SimdLane b, SimdLane c) {
    return {hn::NegMulAdd(a.v, b.v, c.v)};
  }
  friend HWY_INLINE SimdLane fms(SimdLane a, SimdLane b, SimdLane c) {
    return {hn::MulSub(a.v, b.v, c.v)};
  }
#else
  // No hardware fma: the C library's, which is exact. Slow, but the same bits.
  static HWY_NOINLINE SimdLane fma_each(const SimdLane& a, const SimdLane& b, const SimdLane& c) {
    T pa[kMaxLanes], pb[kMaxLanes], pc[kMaxLanes];
    a.store(pa);
    b.store(pb);
    c.store(pc);
    for (std::size_t i = 0; i < lanes(); ++i) pc[i] = std::fma(pa[i], pb[i], pc[i]);
    return load(pc);
  }
  friend HWY_INLINE SimdLane fma(SimdLane a, SimdLane b, SimdLane c) { return fma_each(a, b, c); }
  friend HWY_INLINE SimdLane fnma(SimdLane a, SimdLane b, SimdLane c) { return fma_each(-a, b, c); }
  friend HWY_INLINE SimdLane fms(SimdLane a, SimdLane b, SimdLane c) { return fma_each(a, b, -c); }
#endif

  friend HWY_INLINE SimdLane sqrt(SimdLane a) {
#if PANTILE_LANE_AVX512
    // The divider takes twice as long as this; both round correctly.
    if constexpr (sizeof(T) == 8) {
      // As integers: negative numbers and NaN are far beyond 2^900.
      constexpr std::uint64_t kFrom = 0x07b0000000000000, kTo = 0x7830000000000000;  // 2^±900
      const __m512i above = _mm512_sub_epi64(_mm512_castpd_si512(a.v.raw),
                                             _mm512_set1_epi64(static_cast<long long>(kFrom)));
      const __mmask8 outside =
          _mm512_cmpgt_epu64_mask(above, _mm512_set1_epi64(static_cast<long long>(kTo - kFrom)));
      if (outside == 0) [[likely]]
        return sqrt_in_range(a);
    }
#endif
    return {hn::Sqrt(a.v)};
  }
#if PANTILE_LANE_AVX512
  /// The correctly rounded root, whatever the start is within its error of 2^-14. A Newton step
  /// leaves g1 = √a (1 + e), -2^-27.4 <= e <= 2^-53; the next, unrounded, has an error of -1.5 e²,
  /// or -0.43 ulp at most. Truncated it is the wanted number or the one below, which Tuckerman's
  /// test tells apart: g < rounded root <=> g * up < a. The sign of an fma is that of the exact
  /// sum.
  static HWY_INLINE SimdLane sqrt_in_range(SimdLane a) {
    const SimdLane half = set(0.5), zero = set(0);
    const SimdLane y{V{_mm512_rsqrt14_pd(a.v.raw)}};
    const SimdLane g0 = a * y, h0 = half * y;
    const SimdLane r = fnma(g0, h0, half);
    const SimdLane g1 = fma(g0, r, g0), h1 = fma(h0, r, h0);
    const SimdLane g{V{_mm512_fmadd_round_pd(fnma(g1, g1, a).v.raw, h1.v.raw, g1.v.raw,
                                             _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)}};
    const SimdLane up = from_bits(bits(g) + Int::set(1));
    return select(fnma(g, up, a) > zero, up, g);
  }
#endif
  friend HWY_INLINE SimdLane abs(SimdLane a) { return {hn::Abs(a.v)}; }
  friend HWY_INLINE SimdLane copysign(SimdLane a, SimdLane s) { return {hn::CopySign(a.v, s.v)}; }
  friend HWY_INLINE SimdLane select(Mask m, SimdLane yes, SimdLane no) {
    return {hn::IfThenElse(m.m, yes.v, no.v)};
  }
  friend HWY_INLINE SimdLane zero_unless(Mask m, SimdLane x) {
    return {hn::IfThenElseZero(m.m, x.v)};
  }
  friend HWY_INLINE SimdLane xor_sign(SimdLane x, SimdLane s) {
    return {hn::Xor(x.v, hn::And(s.v, hn::Set(D(), T(-0.0))))};
  }

  friend HWY_INLINE SimdLane limit_magnitude(SimdLane x, SimdLane b) {
#if PANTILE_LANE_AVX512
    constexpr int kSmallerMagnitudeSignOfFirst = 2;
    if constexpr (sizeof(T) == 8) {
      return {V{_mm512_range_pd(x.v.raw, b.v.raw, kSmallerMagnitudeSignOfFirst)}};
    } else {
      return {V{_mm512_range_ps(x.v.raw, b.v.raw, kSmallerMagnitudeSignOfFirst)}};
    }
#else
    return select(abs(x) > b, copysign(b, x), x);
#endif
  }

#if PANTILE_LANE_NATIVE_ROUND
  friend HWY_INLINE SimdLane round_even(SimdLane a) { return {hn::Round(a.v)}; }
  friend HWY_INLINE SimdLane floor(SimdLane a) { return {hn::Floor(a.v)}; }
  friend HWY_INLINE SimdLane ceil(SimdLane a) { return {hn::Ceil(a.v)}; }
  friend HWY_INLINE SimdLane trunc(SimdLane a) { return {hn::Trunc(a.v)}; }
#else
  friend HWY_INLINE SimdLane round_even(SimdLane a) {
    const SimdLane integral = set(sizeof(T) == 8 ? T(4503599627370496.0) : T(8388608.0));
    const SimdLane magnitude = abs(a);
    return select(magnitude < integral, copysign((magnitude + integral) - integral, a), a);
  }
  friend HWY_INLINE SimdLane floor(SimdLane a) {
    const SimdLane n = round_even(a);
    return select(n > a, copysign(n - set(T(1)), a), n);
  }
  friend HWY_INLINE SimdLane ceil(SimdLane a) { return -floor(-a); }
  friend HWY_INLINE SimdLane trunc(SimdLane a) { return copysign(floor(abs(a)), a); }
#endif

  friend HWY_INLINE Int bits(SimdLane a) { return {hn::BitCast(typename Int::D(), a.v)}; }
  static HWY_INLINE SimdLane from_bits(Int i) { return {hn::BitCast(D(), i.v)}; }

  friend HWY_INLINE Int to_int(SimdLane a) {
    // In a number between 2^52 and 2^53 (2^23, 2^24) the fraction field counts units.
    const SimdLane magic = integer_magic();
    return bits(a + magic) - bits(magic);
  }
  static HWY_INLINE SimdLane integer_magic() {
    return set(sizeof(T) == 8 ? T(6755399441055744.0) : T(12582912.0));  // 1.5 * 2^52, 1.5 * 2^23
  }

  static HWY_INLINE SimdLane lookup16(const T* table, Int i) {
#if PANTILE_LANE_AVX512
    if constexpr (sizeof(T) == 8) {
      return {V{_mm512_permutex2var_pd(_mm512_load_pd(table), i.v.raw, _mm512_load_pd(table + 8))}};
    } else {
      return {V{_mm512_permutexvar_ps(i.v.raw, _mm512_load_ps(table))}};
    }
#elif HWY_TARGET == HWY_AVX2
    return {hn::GatherIndex(D(), table, (i & Int::set(15)).v)};
#else
    typename Int::Value index[kMaxLanes];
    T value[kMaxLanes];
    hn::StoreU(i.v, typename Int::D(), index);
    for (std::size_t k = 0; k < lanes(); ++k) value[k] = table[index[k] & 15];
    return load(value);
#endif
  }

  friend HWY_INLINE SimdLane scale(SimdLane x, SimdLane n) {
#if PANTILE_LANE_AVX512
    if constexpr (sizeof(T) == 8) {
      return {V{_mm512_scalef_pd(x.v.raw, n.v.raw)}};
    } else {
      return {V{_mm512_scalef_ps(x.v.raw, n.v.raw)}};
    }
#else
    // Three factors, each a power of two in range: the first two products are exact when the
    // result is finite and not below the subnormals, so it is rounded once.
    constexpr int kFraction = sizeof(T) == 8 ? 52 : 23;
    constexpr typename Int::Value kBias = sizeof(T) == 8 ? 1023 : 127;
    const Int exponent = to_int(n);
    const Int third = sar<1>(exponent - sar<1>(exponent));
    const Int rest = exponent - third - third;
    const SimdLane f = from_bits(shl<kFraction>(third + Int::set(kBias)));
    const SimdLane g = from_bits(shl<kFraction>(rest + Int::set(kBias)));
    return x * f * f * g;
#endif
  }
};

template <class T> HWY_INLINE SimdLane<T> to_float(SimdInt<T> i) {
  using L = SimdLane<T>;
#if PANTILE_LANE_AVX512
  return {hn::ConvertTo(typename L::D(), i.v)};
#else
  const L magic = L::integer_magic();
  return L::from_bits(i + bits(magic)) - magic;
#endif
}

HWY_INLINE HWY_MAYBE_UNUSED SimdLane<double> promote_low(SimdLane<float> a) {
#if HWY_TARGET == HWY_SCALAR
  return {hn::PromoteTo(hn::ScalableTag<double>(), a.v)};
#else
  return {hn::PromoteTo(hn::ScalableTag<double>(), hn::LowerHalf(a.v))};
#endif
}
#if HWY_TARGET != HWY_SCALAR
HWY_INLINE HWY_MAYBE_UNUSED SimdLane<double> promote_high(SimdLane<float> a) {
  const hn::Half<hn::ScalableTag<float>> half;
  return {hn::PromoteTo(hn::ScalableTag<double>(), hn::UpperHalf(half, a.v))};
}
#endif
template <class F, class... More>
HWY_INLINE SimdLane<double> through_double(F f, SimdLane<double> x, More... more) {
  return f(x, more...);
}
template <class F, class... More>
HWY_INLINE SimdLane<float> through_double(F f, SimdLane<float> x, More... more) {
#if HWY_TARGET == HWY_SCALAR
  const auto y = f(promote_low(x), promote_low(more)...);
  // Not hn::DemoteTo: on this target it turns infinities into the largest number.
  return SimdLane<float>::set(static_cast<float>(hn::GetLane(y.v)));
#else
  const hn::Half<hn::ScalableTag<float>> half;
  const auto low = hn::DemoteTo(half, f(promote_low(x), promote_low(more)...).v);
  const auto high = hn::DemoteTo(half, f(promote_high(x), promote_high(more)...).v);
  return {hn::Combine(hn::ScalableTag<float>(), high, low)};
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace pantile::math
HWY_AFTER_NAMESPACE();

#endif
