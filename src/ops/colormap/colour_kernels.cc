// The SIMD tables. Compiled once per target by foreach_target.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/colormap/colour_kernels.cc"
#include <hwy/foreach_target.h>  // must precede highway.h
#include <hwy/highway.h>

#include <algorithm>
#include <cstring>

#include "ops/colormap/colour_kernels.h"

HWY_BEFORE_NAMESPACE();
namespace pantile {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Planes of one block stay in L1; a multiple of every vector of bytes.
constexpr std::size_t kBlock = 256;

struct Planes {
  HWY_ALIGN std::uint8_t c[3][kBlock];
};

// [x > floor ? x : floor] and its mirror: the definition's form, so NaN gives the bound everywhere.
template <class V>
V at_least(V x, V bound) {
  return hn::IfThenElse(hn::Gt(x, bound), x, bound);
}
template <class V>
V at_most(V x, V bound) {
  return hn::IfThenElse(hn::Lt(x, bound), x, bound);
}

// Truncates levels in [0, 256) to bytes; N lanes of T become N bytes.
template <class D, class V>
void store_levels(D d, V v, std::uint8_t* out) {
  const hn::Rebind<std::int32_t, D> di;
  const hn::Rebind<std::uint8_t, D> du;
  if constexpr (sizeof(hn::TFromD<D>) == 8) {
    hn::StoreU(hn::DemoteTo(du, hn::DemoteTo(di, v)), du, out);
  } else {
    hn::StoreU(hn::DemoteTo(du, hn::ConvertTo(di, v)), du, out);
  }
}

void interleave(const Planes& planes, std::uint8_t* rgb, std::size_t n) {
  const hn::CappedTag<std::uint8_t, 64> d;
  for (std::size_t k = 0; k < n; k += hn::Lanes(d)) {
    hn::StoreInterleaved3(hn::Load(d, planes.c[0] + k), hn::Load(d, planes.c[1] + k),
                          hn::Load(d, planes.c[2] + k), d, rgb + 3 * k);
  }
}

// Index of the segment as a lane of the same width as T, for gathers: adding 2^52 (2^23) puts a
// small whole number into the lowest bits.
template <class T, class D, class V>
hn::VFromD<hn::RebindToSigned<D>> whole_to_index(D d, V whole) {
  const hn::RebindToSigned<D> di;
  constexpr T kMagic = sizeof(T) == 8 ? T(4503599627370496.0) : T(8388608.0);
  return hn::And(hn::BitCast(di, hn::Add(whole, hn::Set(d, kMagic))), hn::Set(di, 0xffff));
}

// Non-finite values leave NaN in `odd`, anything else zero; their bytes are replaced later.
template <class T, class D>
bool map_block(D d, const Ramp<T>& ramp, const T* values, Planes& planes, std::size_t n) {
  const std::size_t lanes = hn::Lanes(d);
  const auto lo = hn::Set(d, ramp.lo);
  const auto per_value = hn::Set(d, ramp.per_value);
  const auto last = hn::Set(d, ramp.last);
  const auto zero = hn::Zero(d);
  auto odd = zero;
  if (ramp.segments <= 2) {
    const std::size_t top = ramp.segments - 1;
    // With a single segment nothing may pass to a second one: the threshold is out of reach.
    const auto one = hn::Set(d, T{1});
    const auto threshold = hn::Set(d, top == 1 ? T{1} : T{2});
    const auto r0 = hn::Set(d, ramp.base[0][0]), r1 = hn::Set(d, ramp.base[0][top]);
    const auto g0 = hn::Set(d, ramp.base[1][0]), g1 = hn::Set(d, ramp.base[1][top]);
    const auto b0 = hn::Set(d, ramp.base[2][0]), b1 = hn::Set(d, ramp.base[2][top]);
    const auto dr0 = hn::Set(d, ramp.slope[0][0]), dr1 = hn::Set(d, ramp.slope[0][top]);
    const auto dg0 = hn::Set(d, ramp.slope[1][0]), dg1 = hn::Set(d, ramp.slope[1][top]);
    const auto db0 = hn::Set(d, ramp.slope[2][0]), db1 = hn::Set(d, ramp.slope[2][top]);
    for (std::size_t k = 0; k < n; k += lanes) {
      const auto v = hn::LoadU(d, values + k);
      odd = hn::Add(odd, hn::Mul(v, zero));
      const auto p = at_most(at_least(hn::Mul(hn::Sub(v, lo), per_value), zero), last);
      const auto upper = hn::Ge(p, threshold);
      const auto f = hn::Sub(p, hn::IfThenElseZero(upper, one));
      const auto channel = [&](auto a, auto b, auto da, auto db) HWY_ATTR {
        return hn::Add(hn::IfThenElse(upper, b, a), hn::Mul(hn::IfThenElse(upper, db, da), f));
      };
      store_levels(d, channel(r0, r1, dr0, dr1), planes.c[0] + k);
      store_levels(d, channel(g0, g1, dg0, dg1), planes.c[1] + k);
      store_levels(d, channel(b0, b1, db0, db1), planes.c[2] + k);
    }
  } else {
    const auto last_segment = hn::Set(d, static_cast<T>(ramp.segments - 1));
    for (std::size_t k = 0; k < n; k += lanes) {
      const auto v = hn::LoadU(d, values + k);
      odd = hn::Add(odd, hn::Mul(v, zero));
      const auto p = at_most(at_least(hn::Mul(hn::Sub(v, lo), per_value), zero), last);
      const auto segment = at_most(hn::Floor(p), last_segment);
      const auto index = whole_to_index<T>(d, segment);
      const auto f = hn::Sub(p, segment);
      for (int c = 0; c < 3; ++c) {
        const auto base = hn::GatherIndex(d, ramp.base[c].data(), index);
        const auto slope = hn::GatherIndex(d, ramp.slope[c].data(), index);
        store_levels(d, hn::Add(base, hn::Mul(slope, f)), planes.c[c] + k);
      }
    }
  }
  return hn::AllTrue(d, hn::Eq(odd, zero));
}

void put(Rgb8 colour, std::uint8_t* rgb) {
  rgb[0] = colour.r;
  rgb[1] = colour.g;
  rgb[2] = colour.b;
}

template <class T>
void map(const Ramp<T>& ramp, const T* values, std::uint8_t* rgb, std::size_t n) {
  const hn::ScalableTag<T> d;
  Planes planes;
  HWY_ALIGN T padded[kBlock];
  HWY_ALIGN std::uint8_t padded_rgb[3 * kBlock];
  for (std::size_t at = 0; at < n; at += kBlock, values += kBlock, rgb += 3 * kBlock) {
    const std::size_t count = std::min(kBlock, n - at);
    const std::size_t full = (count + 63) / 64 * 64;
    const T* in = values;
    if (full != count) {
      std::memcpy(padded, values, count * sizeof(T));
      std::fill(padded + count, padded + full, T{0});
      in = padded;
    }
    const bool all_finite = map_block(d, ramp, in, planes, full);
    if (full == count) {
      interleave(planes, rgb, count);
    } else {
      interleave(planes, padded_rgb, full);
      std::memcpy(rgb, padded_rgb, 3 * count);
    }
    if (all_finite) continue;
    for (std::size_t k = 0; k < count; ++k) {
      const T v = values[k];
      if (v - v == T{0}) continue;
      put(v != v ? ramp.nan : v < T{0} ? ramp.neg_inf : ramp.pos_inf, rgb + 3 * k);
    }
  }
}

template <class T>
void direct(const T* r, const T* g, const T* b, Rgb8 nan, std::uint8_t* rgb, std::size_t n) {
  const hn::ScalableTag<T> d;
  const auto zero = hn::Zero(d);
  const auto one = hn::Set(d, T{1});
  const auto half = hn::Set(d, T{0.5});
  const auto top = hn::Set(d, T{255});
  Planes planes;
  HWY_ALIGN T padded[3][kBlock];
  HWY_ALIGN std::uint8_t padded_rgb[3 * kBlock];
  for (std::size_t at = 0; at < n; at += kBlock, rgb += 3 * kBlock) {
    const std::size_t count = std::min(kBlock, n - at);
    const std::size_t full = (count + 63) / 64 * 64;
    const T* in[3] = {r + at, g + at, b + at};
    auto any_nan = hn::Lt(zero, zero);
    for (int c = 0; c < 3; ++c) {
      const T* plane = in[c];
      if (full != count) {
        std::memcpy(padded[c], plane, count * sizeof(T));
        std::fill(padded[c] + count, padded[c] + full, T{0});
        plane = padded[c];
      }
      for (std::size_t k = 0; k < full; k += hn::Lanes(d)) {
        const auto v = hn::LoadU(d, plane + k);
        any_nan = hn::Or(any_nan, hn::Not(hn::Eq(v, v)));  // Ne is false for NaN on some targets
        const auto clamped = at_most(at_least(v, zero), one);
        store_levels(d, hn::Add(hn::Mul(clamped, top), half), planes.c[c] + k);
      }
    }
    if (full == count) {
      interleave(planes, rgb, count);
    } else {
      interleave(planes, padded_rgb, full);
      std::memcpy(rgb, padded_rgb, 3 * count);
    }
    if (hn::AllFalse(d, any_nan)) continue;
    for (std::size_t k = 0; k < count; ++k) {
      const bool is_nan = in[0][k] != in[0][k] || in[1][k] != in[1][k] || in[2][k] != in[2][k];
      if (is_nan) put(nan, rgb + 3 * k);
    }
  }
}

}  // namespace

template <class T>
const ColourKernels<T>& table() {
  static const ColourKernels<T> kTable{map<T>, direct<T>, hwy::TargetName(HWY_TARGET)};
  return kTable;
}

}  // namespace HWY_NAMESPACE
}  // namespace pantile
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace pantile {
namespace {

// One row per target compiled, widest first, if this machine can run it.
template <class T>
std::vector<const ColourKernels<T>*> simd_tables() {
  const std::int64_t here = hwy::SupportedTargets();
  std::vector<const ColourKernels<T>*> tables;
#define PANTILE_ADD_TARGET(target, space) \
  if ((here & (target)) != 0) tables.push_back(&space::table<T>())
#if HWY_TARGETS & HWY_AVX3_DL
  PANTILE_ADD_TARGET(HWY_AVX3_DL, N_AVX3_DL);
#endif
#if HWY_TARGETS & HWY_AVX3
  PANTILE_ADD_TARGET(HWY_AVX3, N_AVX3);
#endif
#if HWY_TARGETS & HWY_AVX2
  PANTILE_ADD_TARGET(HWY_AVX2, N_AVX2);
#endif
#if HWY_TARGETS & HWY_SSE4
  PANTILE_ADD_TARGET(HWY_SSE4, N_SSE4);
#endif
#if HWY_TARGETS & HWY_SSSE3
  PANTILE_ADD_TARGET(HWY_SSSE3, N_SSSE3);
#endif
#if HWY_TARGETS & HWY_NEON
  PANTILE_ADD_TARGET(HWY_NEON, N_NEON);
#endif
#undef PANTILE_ADD_TARGET
  return tables;
}

template <class T>
const ColourKernels<T>& widest() {
  const auto tables = simd_tables<T>();
  return tables.empty() ? scalar_colour_kernels<T>() : *tables.front();
}

template <class T>
std::vector<const ColourKernels<T>*> every() {
  auto tables = simd_tables<T>();
  tables.push_back(&scalar_colour_kernels<T>());
  return tables;
}

}  // namespace

template <> const ColourKernels<double>& colour_kernels<double>() { return widest<double>(); }
template <> const ColourKernels<float>& colour_kernels<float>() { return widest<float>(); }
template <> std::vector<const ColourKernels<double>*> all_colour_kernels<double>() {
  return every<double>();
}
template <> std::vector<const ColourKernels<float>*> all_colour_kernels<float>() {
  return every<float>();
}

}  // namespace pantile
#endif  // HWY_ONCE
