// The SIMD tables. Compiled once per target by foreach_target.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/colormap/colour_kernels.cc"
#include <hwy/foreach_target.h>  // must precede highway.h
#include <hwy/highway.h>

#include <algorithm>
#include <cstring>

#include "ops/colormap/colour_kernels.h"

// The scalar table is code of its own.
#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128

HWY_BEFORE_NAMESPACE();
namespace pantile {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Values between two looks for NaN and infinity.
constexpr std::size_t kBlock = 256;
// Bytes that the last store of a batch may write beyond its pixels.
#undef PANTILE_COLOUR_MASKED_STORE
#define PANTILE_COLOUR_MASKED_STORE (HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL)
constexpr std::size_t kOverrun = PANTILE_COLOUR_MASKED_STORE ? 0 : 64;

// [x > bound ? x : bound] and its mirror: the definition's form, so NaN gives the bound everywhere.
// x86 instructions do exactly this.
template <class V> HWY_INLINE V at_least(V x, V bound) {
#if HWY_ARCH_X86
  return hn::Max(x, bound);
#else
  return hn::IfThenElse(hn::Gt(x, bound), x, bound);
#endif
}
template <class V> HWY_INLINE V at_most(V x, V bound) {
#if HWY_ARCH_X86
  return hn::Min(x, bound);
#else
  return hn::IfThenElse(hn::Lt(x, bound), x, bound);
#endif
}

template <class V> struct Levels {  // on their anchors
  V r, g, b;
};

// Writes the low three bytes of each lane, lane after lane, and up to kOverrun bytes more.
template <class DU> HWY_INLINE void store_rgbx(DU du, hn::VFromD<DU> rgbx, std::uint8_t* out) {
  const hn::Repartition<std::uint8_t, DU> d8;
  alignas(16) static constexpr std::uint8_t kDropX[16] = {0,  1,  2,  4,  5,    6,    8,    9,
                                                          10, 12, 13, 14, 0x80, 0x80, 0x80, 0x80};
  const auto packed =
      hn::BitCast(du, hn::TableLookupBytes(hn::BitCast(d8, rgbx), hn::LoadDup128(d8, kDropX)));
  if constexpr (hn::MaxLanes(DU()) <= 4) {
    hn::StoreU(packed, du, reinterpret_cast<std::uint32_t*>(out));
  } else {
    alignas(64) static constexpr std::uint32_t kClose[16] = {0,  1,  2,  4,  5, 6, 8,  9,
                                                             10, 12, 13, 14, 3, 7, 11, 15};
    alignas(64) static constexpr std::uint32_t kClose8[8] = {0, 1, 2, 4, 5, 6, 3, 7};
    const auto order = hn::SetTableIndices(du, hn::MaxLanes(DU()) == 8 ? kClose8 : kClose);
    const auto close = hn::TableLookupLanes(packed, order);
#if PANTILE_COLOUR_MASKED_STORE
    hn::BlendedStore(close, hn::FirstN(du, 12), du, reinterpret_cast<std::uint32_t*>(out));
#else
    hn::StoreU(close, du, reinterpret_cast<std::uint32_t*>(out));
#endif
  }
}

// Pixels that one turn of a loop makes: as many as there are 32-bit lanes.
HWY_INLINE std::size_t batch() { return hn::Lanes(hn::ScalableTag<std::uint32_t>()); }

// One turn: `levels(k)` gives the Levels of the vector at k.
template <class T, class D, class F>
HWY_INLINE void store_batch(D d, const F& levels, std::size_t k, std::uint8_t* out) {
  const hn::Repartition<std::uint32_t, D> du;
  hn::VFromD<decltype(du)> r, g, b;
  const auto first = levels(k);
  if constexpr (sizeof(T) == 8) {
    const auto second = levels(k + hn::Lanes(d));
    r = hn::ConcatEven(du, hn::BitCast(du, second.r), hn::BitCast(du, first.r));
    g = hn::ConcatEven(du, hn::BitCast(du, second.g), hn::BitCast(du, first.g));
    b = hn::ConcatEven(du, hn::BitCast(du, second.b), hn::BitCast(du, first.b));
    r = hn::ShiftRight<24>(r);
    g = hn::ShiftRight<16>(g);
    b = hn::ShiftRight<8>(b);
  } else {
    r = hn::And(hn::ShiftRight<8>(hn::BitCast(du, first.r)), hn::Set(du, 0xff));
    g = hn::BitCast(du, first.g);
    b = hn::ShiftLeft<8>(hn::BitCast(du, first.b));
  }
  const auto rg = hn::OrAnd(r, g, hn::Set(du, 0xff00));
  store_rgbx(du, hn::OrAnd(rg, b, hn::Set(du, 0xff0000)), out);
}

// Index of the segment as a lane of the same width as T, for gathers: adding 2^52 (2^23) puts a
// small whole number into the lowest bits.
template <class T, class D, class V>
HWY_INLINE hn::VFromD<hn::RebindToSigned<D>> whole_to_index(D d, V whole) {
  const hn::RebindToSigned<D> di;
  constexpr T kMagic = sizeof(T) == 8 ? T(0x1p52) : T(0x1p23);
  return hn::And(hn::BitCast(di, hn::Add(whole, hn::Set(d, kMagic))), hn::Set(di, 0xffff));
}

// n is a multiple of batch(). False when a value was not finite: its bytes are then to be replaced.
template <class T, class D>
bool map_block(D d, const Ramp<T>& ramp, const T* values, std::uint8_t* rgb, std::size_t n) {
  const auto lo = hn::Set(d, ramp.lo);
  const auto per_value = hn::Set(d, ramp.per_value);
  const auto last = hn::Set(d, ramp.last);
  const auto zero = hn::Zero(d);
  auto odd = zero;  // becomes NaN and stays so
  const auto position = [&](std::size_t k) HWY_ATTR {
    const auto v = hn::LoadU(d, values + k);
    odd = hn::MulAdd(v, zero, odd);
    return at_most(at_least(hn::Mul(hn::Sub(v, lo), per_value), zero), last);
  };
  const auto run = [&](const auto& levels) HWY_ATTR {
    for (std::size_t k = 0; k < n; k += batch()) store_batch<T>(d, levels, k, rgb + 3 * k);
  };
  if (ramp.segments <= 2) {
    const std::size_t top = static_cast<std::size_t>(ramp.segments) - 1;
    const auto one = hn::Set(d, T{1});
    // With a single segment nothing may pass to a second one: the threshold is out of reach.
    const auto threshold = hn::Set(d, top == 1 ? T{1} : T{2});
    const auto r0 = hn::Set(d, ramp.base[0][0]), r1 = hn::Set(d, ramp.base[0][top]);
    const auto g0 = hn::Set(d, ramp.base[1][0]), g1 = hn::Set(d, ramp.base[1][top]);
    const auto b0 = hn::Set(d, ramp.base[2][0]), b1 = hn::Set(d, ramp.base[2][top]);
    const auto dr0 = hn::Set(d, ramp.slope[0][0]), dr1 = hn::Set(d, ramp.slope[0][top]);
    const auto dg0 = hn::Set(d, ramp.slope[1][0]), dg1 = hn::Set(d, ramp.slope[1][top]);
    const auto db0 = hn::Set(d, ramp.slope[2][0]), db1 = hn::Set(d, ramp.slope[2][top]);
    run([&](std::size_t k) HWY_ATTR {
      const auto p = position(k);
      const auto upper = hn::Ge(p, threshold);
      const auto f = hn::Sub(p, hn::IfThenElseZero(upper, one));
      const auto level = [&](auto a, auto b, auto da, auto db) HWY_ATTR {
        return hn::Add(hn::IfThenElse(upper, b, a), hn::Mul(hn::IfThenElse(upper, db, da), f));
      };
      return Levels<hn::VFromD<D>>{level(r0, r1, dr0, dr1), level(g0, g1, dg0, dg1),
                                   level(b0, b1, db0, db1)};
    });
  } else {
    const auto last_segment = hn::Set(d, static_cast<T>(ramp.segments - 1));
    const T *r = ramp.base[0].data(), *g = ramp.base[1].data(), *b = ramp.base[2].data();
    const T *dr = ramp.slope[0].data(), *dg = ramp.slope[1].data(), *db = ramp.slope[2].data();
    run([&](std::size_t k) HWY_ATTR {
      const auto p = position(k);
      const auto segment = at_most(hn::Floor(p), last_segment);
      const auto index = whole_to_index<T>(d, segment);
      const auto f = hn::Sub(p, segment);
      const auto level = [&](const T* base, const T* slope) HWY_ATTR {
        return hn::Add(hn::GatherIndex(d, base, index),
                       hn::Mul(hn::GatherIndex(d, slope, index), f));
      };
      return Levels<hn::VFromD<D>>{level(r, dr), level(g, dg), level(b, db)};
    });
  }
  return hn::AllTrue(d, hn::Eq(odd, zero));
}

// As map_block; false when a component was NaN.
template <class T, class D>
bool direct_block(D d, const T* r, const T* g, const T* b, std::uint8_t* rgb, std::size_t n) {
  const auto zero = hn::Zero(d);
  const auto one = hn::Set(d, T{1});
  const auto half = hn::Set(d, kLevelAnchor<T> + T{0.5});
  const auto top = hn::Set(d, T{255});
  auto numbers = hn::Eq(zero, zero);
  const auto levels = [&](std::size_t k) HWY_ATTR {
    const auto level = [&](const T* plane) HWY_ATTR {
      const auto v = hn::LoadU(d, plane + k);
      numbers = hn::And(numbers, hn::Eq(v, v));  // Ne is false for NaN on some targets
      return hn::Add(hn::Mul(at_most(at_least(v, zero), one), top), half);
    };
    return Levels<hn::VFromD<D>>{level(r), level(g), level(b)};
  };
  for (std::size_t k = 0; k < n; k += batch()) store_batch<T>(d, levels, k, rgb + 3 * k);
  return hn::AllTrue(d, numbers);
}

void put(Rgb8 colour, std::uint8_t* rgb) {
  rgb[0] = colour.r;
  rgb[1] = colour.g;
  rgb[2] = colour.b;
}

// Cuts n pixels into blocks that `whole(at, rgb, count)` may do at once, overrun included, and one
// remainder for which `rest` does the same from padded copies into a buffer.
template <class Whole, class Rest>
void for_blocks(std::size_t n, std::uint8_t* rgb, const Whole& whole, const Rest& rest) {
  std::size_t at = 0;
  while (n - at > kOverrun / 2 + batch()) {
    // What is left over covers the overrun.
    const std::size_t room = (n - at - kOverrun / 2) / batch() * batch();
    const std::size_t count = std::min(kBlock, room);
    whole(at, rgb + 3 * at, count);
    at += count;
  }
  if (at == n) return;
  HWY_ALIGN std::uint8_t buffer[3 * kBlock + kOverrun];
  rest(at, buffer, n - at);
  std::memcpy(rgb + 3 * at, buffer, 3 * (n - at));
}

template <class T> void copy_padded(const T* from, std::size_t n, T* to) {
  std::memcpy(to, from, n * sizeof(T));
  std::fill(to + n, to + (n + batch() - 1) / batch() * batch(), T{0});
}

template <class T>
void map(const Ramp<T>& ramp, const T* values, std::uint8_t* rgb, std::size_t n) {
  const hn::ScalableTag<T> d;
  const auto mend = [&](std::size_t at, std::uint8_t* out, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) {
      const T v = values[at + k];
      if (v - v == T{0}) continue;
      put(v != v ? ramp.nan : v < T{0} ? ramp.neg_inf : ramp.pos_inf, out + 3 * k);
    }
  };
  for_blocks(
      n, rgb,
      [&](std::size_t at, std::uint8_t* out, std::size_t count) {
        if (!map_block(d, ramp, values + at, out, count)) mend(at, out, count);
      },
      [&](std::size_t at, std::uint8_t* out, std::size_t count) {
        HWY_ALIGN T padded[kBlock];
        copy_padded(values + at, count, padded);
        const std::size_t full = (count + batch() - 1) / batch() * batch();
        if (!map_block(d, ramp, padded, out, full)) mend(at, out, count);
      });
}

template <class T>
void direct(const T* r, const T* g, const T* b, Rgb8 nan, std::uint8_t* rgb, std::size_t n) {
  const hn::ScalableTag<T> d;
  const auto mend = [&](std::size_t at, std::uint8_t* out, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) {
      const T red = r[at + k], green = g[at + k], blue = b[at + k];
      const bool is_nan = red != red || green != green || blue != blue;
      if (is_nan) put(nan, out + 3 * k);
    }
  };
  for_blocks(
      n, rgb,
      [&](std::size_t at, std::uint8_t* out, std::size_t count) {
        if (!direct_block(d, r + at, g + at, b + at, out, count)) mend(at, out, count);
      },
      [&](std::size_t at, std::uint8_t* out, std::size_t count) {
        HWY_ALIGN T padded[3][kBlock];
        copy_padded(r + at, count, padded[0]);
        copy_padded(g + at, count, padded[1]);
        copy_padded(b + at, count, padded[2]);
        const std::size_t full = (count + batch() - 1) / batch() * batch();
        if (!direct_block(d, padded[0], padded[1], padded[2], out, full)) mend(at, out, count);
      });
}

}  // namespace

template <class T> const ColourKernels<T>& table() {
  static const ColourKernels<T> kTable{map<T>, direct<T>, hwy::TargetName(HWY_TARGET)};
  return kTable;
}

}  // namespace HWY_NAMESPACE
}  // namespace pantile
HWY_AFTER_NAMESPACE();

#endif  // HWY_TARGET

#if HWY_ONCE
namespace pantile {
namespace {

// One row per target compiled, widest first, if this machine can run it.
template <class T> std::vector<const ColourKernels<T>*> simd_tables() {
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

template <class T> const ColourKernels<T>& widest() {
  const auto tables = simd_tables<T>();
  return tables.empty() ? scalar_colour_kernels<T>() : *tables.front();
}

template <class T> std::vector<const ColourKernels<T>*> every() {
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
