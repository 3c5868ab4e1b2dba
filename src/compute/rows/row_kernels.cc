// The SIMD tables. Compiled once per target by foreach_target.h.
#include "compute/rows/row_kernels.h"

#include <cstring>
#include <limits>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/rows/row_kernels.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
//
#include <hwy/highway.h>

#include "compute/math/lane_simd-inl.h"

// The scalar table is code of its own.
#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128

HWY_BEFORE_NAMESPACE();
namespace pantile {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Vectors that are worked on at a time, so that a tap's pointer is fetched once for all of them.
constexpr std::size_t kTogether = 4;

/// Calls body(first element, how many vectors as a constant) over n elements.
template <class D, class Body> HWY_INLINE void for_blocks(D d, std::size_t n, Body body) {
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + kTogether * lanes <= n; i += kTogether * lanes) body.template run<kTogether>(i);
  for (; i < n; i += lanes) body.template run<1>(i);
}

/// a · b + c, rounded once, on every target.
template <class T, class V> HWY_INLINE V fused(V a, V b, V c) {
  using Lane = math::HWY_NAMESPACE::SimdLane<T>;
  return fma(Lane{a}, Lane{b}, Lane{c}).v;
}

template <class T> struct Symmetric {
  const T* const* taps;
  std::size_t r;
  const T* weights;
  T* out;
  template <std::size_t vectors> HWY_INLINE void run(std::size_t i) const {
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    hn::Vec<decltype(d)> sums[vectors];
    const auto middle = hn::Set(d, weights[0]);
    for (std::size_t v = 0; v < vectors; ++v) {
      sums[v] = hn::Mul(middle, hn::LoadU(d, taps[r] + i + v * lanes));
    }
    for (std::size_t k = 1; k <= r; ++k) {
      const T* const low = taps[r - k] + i;
      const T* const high = taps[r + k] + i;
      const auto weight = hn::Set(d, weights[k]);
      for (std::size_t v = 0; v < vectors; ++v) {
        const auto both = hn::Add(hn::LoadU(d, low + v * lanes), hn::LoadU(d, high + v * lanes));
        sums[v] = fused<T>(weight, both, sums[v]);
      }
    }
    for (std::size_t v = 0; v < vectors; ++v) hn::StoreU(sums[v], d, out + i + v * lanes);
  }
};

template <class T> struct Antisymmetric {
  const T* const* taps;
  std::size_t r;
  const T* weights;
  T* out;
  template <std::size_t vectors> HWY_INLINE void run(std::size_t i) const {
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    hn::Vec<decltype(d)> sums[vectors];
    for (std::size_t k = 1; k <= r; ++k) {
      const T* const low = taps[r - k] + i;
      const T* const high = taps[r + k] + i;
      const auto weight = hn::Set(d, weights[k]);
      for (std::size_t v = 0; v < vectors; ++v) {
        const auto both = hn::Sub(hn::LoadU(d, high + v * lanes), hn::LoadU(d, low + v * lanes));
        sums[v] = k == 1 ? hn::Mul(weight, both) : fused<T>(weight, both, sums[v]);
      }
    }
    for (std::size_t v = 0; v < vectors; ++v) hn::StoreU(sums[v], d, out + i + v * lanes);
  }
};

template <class T> struct Weighted {
  const T* const* taps;
  std::size_t count;
  const T* weights;
  T* out;
  template <std::size_t vectors> HWY_INLINE void run(std::size_t i) const {
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    hn::Vec<decltype(d)> sums[vectors];
    for (std::size_t k = 0; k < count; ++k) {
      const auto weight = hn::Set(d, weights[k]);
      for (std::size_t v = 0; v < vectors; ++v) {
        const auto tap = hn::LoadU(d, taps[k] + i + v * lanes);
        sums[v] = k == 0 ? hn::Mul(weight, tap) : fused<T>(weight, tap, sums[v]);
      }
    }
    for (std::size_t v = 0; v < vectors; ++v) hn::StoreU(sums[v], d, out + i + v * lanes);
  }
};

template <class T> struct Gradient {
  const T *a, *b, *c;
  T side, middle;
  T* out;
  template <std::size_t vectors> HWY_INLINE void run(std::size_t i) const {
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    const auto s = hn::Set(d, side), m = hn::Set(d, middle);
    for (std::size_t v = 0; v < vectors; ++v) {
      const std::size_t at = i + v * lanes;
      const auto a_left = hn::LoadU(d, a + at - 1), a_right = hn::LoadU(d, a + at + 1);
      const auto b_left = hn::LoadU(d, b + at - 1), b_right = hn::LoadU(d, b + at + 1);
      const auto c_left = hn::LoadU(d, c + at - 1), c_right = hn::LoadU(d, c + at + 1);
      const auto dx_outer = hn::Add(hn::Sub(a_right, a_left), hn::Sub(c_right, c_left));
      const auto gx = hn::Add(hn::Mul(s, dx_outer), hn::Mul(m, hn::Sub(b_right, b_left)));
      const auto dy_outer = hn::Add(hn::Sub(c_left, a_left), hn::Sub(c_right, a_right));
      const auto dy = hn::Sub(hn::LoadU(d, c + at), hn::LoadU(d, a + at));
      const auto gy = hn::Add(hn::Mul(s, dy_outer), hn::Mul(m, dy));
      hn::StoreU(hn::Sqrt(hn::Add(hn::Mul(gx, gx), hn::Mul(gy, gy))), d, out + at);
    }
  }
};

// `a < b ? a : b`, which is what x86 instructions do, and NaN gives b.
template <bool least, class V> HWY_INLINE V extreme_of(V a, V b) {
#if HWY_ARCH_X86
  return least ? hn::Min(a, b) : hn::Max(a, b);
#else
  return hn::IfThenElse(least ? hn::Lt(a, b) : hn::Gt(a, b), a, b);
#endif
}

template <class T, bool least> struct Extreme {
  const T* const* taps;
  std::size_t count;
  T* out;
  template <std::size_t vectors> HWY_INLINE void run(std::size_t i) const {
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    hn::Vec<decltype(d)> found[vectors];
    for (std::size_t v = 0; v < vectors; ++v) found[v] = hn::LoadU(d, taps[0] + i + v * lanes);
    for (std::size_t k = 1; k < count; ++k) {
      const T* const tap = taps[k] + i;
      for (std::size_t v = 0; v < vectors; ++v) {
        found[v] = extreme_of<least>(found[v], hn::LoadU(d, tap + v * lanes));
      }
    }
    for (std::size_t v = 0; v < vectors; ++v) hn::StoreU(found[v], d, out + i + v * lanes);
  }
};

template <class T> HWY_INLINE hn::Vec<hn::ScalableTag<T>> number(hn::Vec<hn::ScalableTag<T>> v) {
  const auto infinite = hn::Set(hn::ScalableTag<T>(), std::numeric_limits<T>::infinity());
  return hn::IfThenElse(hn::Eq(v, v), v, infinite);
}

template <class T> struct Lower {
  const T *a, *b;
  T* out;
  template <std::size_t vectors> HWY_INLINE void run(std::size_t i) const {
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    for (std::size_t v = 0; v < vectors; ++v) {
      const auto first = number<T>(hn::LoadU(d, a + i + v * lanes));
      const auto second = number<T>(hn::LoadU(d, b + i + v * lanes));
      hn::StoreU(extreme_of<true>(first, second), d, out + i + v * lanes);
    }
  }
};

template <class T> struct Roll {
  const T* line;
  std::size_t count;
  const T* depths;
  bool seeded;
  T* out;
  template <std::size_t vectors> HWY_INLINE void run(std::size_t i) const {
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    hn::Vec<decltype(d)> least[vectors];
    for (std::size_t v = 0; v < vectors; ++v) {
      least[v] = seeded ? hn::LoadU(d, out + i + v * lanes)
                        : hn::Set(d, std::numeric_limits<T>::infinity());
    }
    for (std::size_t k = 0; k < count; ++k) {
      const T *const left = line + i - k, *const right = line + i + k;
      const auto depth = hn::Set(d, depths[k]);
      for (std::size_t v = 0; v < vectors; ++v) {
        const auto low =
            extreme_of<true>(hn::LoadU(d, left + v * lanes), hn::LoadU(d, right + v * lanes));
        least[v] = extreme_of<true>(least[v], hn::Add(low, depth));
      }
    }
    for (std::size_t v = 0; v < vectors; ++v) hn::StoreU(least[v], d, out + i + v * lanes);
  }
};

template <class T> void lower(const T* a, const T* b, T* out, std::size_t n) {
  for_blocks(hn::ScalableTag<T>(), n, Lower<T>{a, b, out});
}
template <class T>
void roll(const T* line, std::size_t count, const T* depths, bool seeded, T* out, std::size_t n) {
  for_blocks(hn::ScalableTag<T>(), n, Roll<T>{line, count, depths, seeded, out});
}
template <class T>
void symmetric(const T* const* taps, std::size_t r, const T* weights, T* out, std::size_t n) {
  for_blocks(hn::ScalableTag<T>(), n, Symmetric<T>{taps, r, weights, out});
}
template <class T>
void antisymmetric(const T* const* taps, std::size_t r, const T* weights, T* out, std::size_t n) {
  for_blocks(hn::ScalableTag<T>(), n, Antisymmetric<T>{taps, r, weights, out});
}
template <class T>
void weighted(const T* const* taps, std::size_t count, const T* weights, T* out, std::size_t n) {
  for_blocks(hn::ScalableTag<T>(), n, Weighted<T>{taps, count, weights, out});
}
template <class T>
void gradient(const T* a, const T* b, const T* c, T side, T middle, T* out, std::size_t n) {
  for_blocks(hn::ScalableTag<T>(), n, Gradient<T>{a, b, c, side, middle, out});
}
template <class T> void minimum(const T* const* taps, std::size_t count, T* out, std::size_t n) {
  for_blocks(hn::ScalableTag<T>(), n, Extreme<T, true>{taps, count, out});
}
template <class T> void maximum(const T* const* taps, std::size_t count, T* out, std::size_t n) {
  for_blocks(hn::ScalableTag<T>(), n, Extreme<T, false>{taps, count, out});
}

template <class T> struct SimdLane {
  using D = hn::ScalableTag<T>;
  using V = hn::Vec<D>;
  // (A row's length is a multiple of every target's lanes.)
  static constexpr std::size_t kCount = hn::MaxLanes(D());
  static HWY_INLINE V load(const T* from) { return hn::LoadU(D(), from); }
  static HWY_INLINE void store(V v, T* to) { hn::StoreU(v, D(), to); }
  static HWY_INLINE void load_pairs(const T* from, V& first, V& second) {
    hn::LoadInterleaved2(D(), from, first, second);
  }
  static HWY_INLINE void store_pairs(V first, V second, T* to) {
    hn::StoreInterleaved2(first, second, D(), to);
  }
  static HWY_INLINE V least(V a, V b) { return extreme_of<true>(a, b); }
  static HWY_INLINE V greatest(V a, V b) { return extreme_of<false>(a, b); }
  static HWY_INLINE V number(V v) {
    if constexpr (std::is_floating_point_v<T>) {
      const auto infinite = hn::Set(D(), std::numeric_limits<T>::infinity());
      return hn::IfThenElse(hn::Eq(v, v), v, infinite);
    } else {
      return v;
    }
  }
};

#define PANTILE_ROWS_FN HWY_INLINE
#include "compute/rows/median_network-inl.h"
#undef PANTILE_ROWS_FN

/// Keys are numbers in the order of the samples; the samples that keys stand for, infinities at
/// most.
template <class T> struct Keys {
  using D = hn::ScalableTag<T>;
  using Unsigned = hn::RebindToUnsigned<D>;
  using V = hn::Vec<Unsigned>;
  static HWY_INLINE hn::Vec<D> sample(V key) {
    if constexpr (std::is_floating_point_v<T>) {
      using Bits = hn::TFromD<Unsigned>;
      constexpr Bits kSign = static_cast<Bits>(Bits{1} << (8 * sizeof(T) - 1));
      constexpr Bits kInfinity = sizeof(T) == 4 ? static_cast<Bits>(0x7f800000u)
                                                : static_cast<Bits>(0x7ff0000000000000ull);
      const Unsigned d;
      const auto most = hn::Set(d, static_cast<Bits>(kInfinity | kSign));
      const auto least = hn::Set(d, static_cast<Bits>(~(kInfinity | kSign)));
      key = hn::IfThenElse(hn::Gt(key, most), most, hn::IfThenElse(hn::Lt(key, least), least, key));
      const auto sign = hn::Set(d, kSign);
      const auto is_negative = hn::Lt(key, sign);
      return hn::BitCast(D(), hn::IfThenElse(is_negative, hn::Not(key), hn::Xor(key, sign)));
    } else {
      return key;
    }
  }
};

/// Bisects the keys: half of what is left holds the sample, which counting tells.
template <class T> struct Select {
  const T* const* taps;
  std::size_t count, rank;
  T* out;
  template <std::size_t vectors> HWY_INLINE void run(std::size_t i) const {
    const hn::ScalableTag<T> d;
    const typename Keys<T>::Unsigned du;
    using Count = hn::TFromD<decltype(du)>;
    const std::size_t lanes = hn::Lanes(d);
    hn::Vec<decltype(du)> keys[vectors];
    for (std::size_t v = 0; v < vectors; ++v) keys[v] = hn::Zero(du);
    // Floats: those up to the middle are counted, since what is no number is above. Integers, which
    // have no such comparison on every target: those above.
    constexpr bool is_float = std::is_floating_point_v<T>;
    const auto limit = hn::Set(du, static_cast<Count>(is_float ? rank : count - 1 - rank));
    for (int bit = 8 * static_cast<int>(sizeof(T)) - 1; bit >= 0; --bit) {
      const auto half = hn::Set(du, static_cast<Count>(Count{1} << bit));
      const auto below = hn::Set(du, static_cast<Count>((Count{1} << bit) - 1));
      hn::Vec<decltype(d)> middle[vectors];
      hn::Vec<decltype(du)> found[vectors];
      for (std::size_t v = 0; v < vectors; ++v) {
        middle[v] = Keys<T>::sample(hn::Add(keys[v], below));
        found[v] = hn::Zero(du);
      }
      for (std::size_t k = 0; k < count; ++k) {
        const T* const tap = taps[k] + i;
        for (std::size_t v = 0; v < vectors; ++v) {
          const auto sample = hn::LoadU(d, tap + v * lanes);
          if constexpr (is_float) {
            const auto is_low = hn::RebindMask(du, hn::Le(sample, middle[v]));
            found[v] = hn::Sub(found[v], hn::VecFromMask(du, is_low));
          } else {
            found[v] = hn::Sub(found[v], hn::VecFromMask(du, hn::Gt(sample, middle[v])));
          }
        }
      }
      for (std::size_t v = 0; v < vectors; ++v) {
        const auto above = hn::Gt(found[v], limit);
        const auto step =
            is_float ? hn::IfThenZeroElse(above, half) : hn::IfThenElseZero(above, half);
        keys[v] = hn::Add(keys[v], step);
      }
    }
    for (std::size_t v = 0; v < vectors; ++v) {
      auto made = Keys<T>::sample(keys[v]);
      if constexpr (std::is_floating_point_v<T>) made = hn::Add(made, hn::Zero(d));
      hn::StoreU(made, d, out + i + v * lanes);
    }
  }
};

template <class T>
void select(const T* const* taps, std::size_t count, std::size_t rank, T* out, std::size_t n) {
  for_blocks(hn::ScalableTag<T>(), n, Select<T>{taps, count, rank, out});
}
template <class T> void median_of_9(const T* const* rows, T* out, std::size_t n) {
  median3<SimdLane<T>>(rows, out, n);
}
template <class T> void median_of_25(const T* const* rows, T* out, std::size_t n) {
  median5<SimdLane<T>>(rows, out, n);
}

}  // namespace

template <class T> const RowKernels<T>& row_table() {
  static const RowKernels<T> kTable{
      symmetric<T>, antisymmetric<T>,           weighted<T>, gradient<T>, lower<T>,
      roll<T>,      hwy::TargetName(HWY_TARGET)};
  return kTable;
}
template <class T> const RankKernels<T>& rank_table() {
  static const RankKernels<T> kTable{minimum<T>,      maximum<T>, median_of_9<T>,
                                     median_of_25<T>, select<T>,  hwy::TargetName(HWY_TARGET)};
  return kTable;
}
template const RowKernels<float>& row_table<float>();
template const RowKernels<double>& row_table<double>();
template const RankKernels<std::uint8_t>& rank_table<std::uint8_t>();
template const RankKernels<std::uint16_t>& rank_table<std::uint16_t>();
template const RankKernels<float>& rank_table<float>();
template const RankKernels<double>& rank_table<double>();

}  // namespace HWY_NAMESPACE
}  // namespace pantile
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace pantile {
namespace {

// Widest first, those that were compiled and that this machine can run, then the scalar one.
#define PANTILE_ADD_TARGET(target, space) \
  if ((here & (target)) != 0) tables.push_back(&space::PANTILE_TABLE<T>())
#if HWY_TARGETS & HWY_AVX3_DL
#define PANTILE_ADD_AVX3_DL PANTILE_ADD_TARGET(HWY_AVX3_DL, N_AVX3_DL);
#else
#define PANTILE_ADD_AVX3_DL
#endif
#if HWY_TARGETS & HWY_AVX3
#define PANTILE_ADD_AVX3 PANTILE_ADD_TARGET(HWY_AVX3, N_AVX3);
#else
#define PANTILE_ADD_AVX3
#endif
#if HWY_TARGETS & HWY_AVX2
#define PANTILE_ADD_AVX2 PANTILE_ADD_TARGET(HWY_AVX2, N_AVX2);
#else
#define PANTILE_ADD_AVX2
#endif
#if HWY_TARGETS & HWY_SSE4
#define PANTILE_ADD_SSE4 PANTILE_ADD_TARGET(HWY_SSE4, N_SSE4);
#else
#define PANTILE_ADD_SSE4
#endif
#if HWY_TARGETS & HWY_NEON
#define PANTILE_ADD_NEON PANTILE_ADD_TARGET(HWY_NEON, N_NEON);
#else
#define PANTILE_ADD_NEON
#endif
#define PANTILE_ADD_TARGETS \
  PANTILE_ADD_AVX3_DL PANTILE_ADD_AVX3 PANTILE_ADD_AVX2 PANTILE_ADD_SSE4 PANTILE_ADD_NEON

}  // namespace

template <class T> std::vector<const RowKernels<T>*> all_row_kernels() {
  const std::int64_t here = hwy::SupportedTargets();
  std::vector<const RowKernels<T>*> tables;
#define PANTILE_TABLE row_table
  PANTILE_ADD_TARGETS
#undef PANTILE_TABLE
  static_cast<void>(here);
  tables.push_back(&scalar_row_kernels<T>());
  return tables;
}
template std::vector<const RowKernels<float>*> all_row_kernels<float>();
template std::vector<const RowKernels<double>*> all_row_kernels<double>();

template <class T> std::vector<const RankKernels<T>*> all_rank_kernels() {
  const std::int64_t here = hwy::SupportedTargets();
  std::vector<const RankKernels<T>*> tables;
#define PANTILE_TABLE rank_table
  PANTILE_ADD_TARGETS
#undef PANTILE_TABLE
  static_cast<void>(here);
  tables.push_back(&scalar_rank_kernels<T>());
  return tables;
}
template std::vector<const RankKernels<std::uint8_t>*> all_rank_kernels<std::uint8_t>();
template std::vector<const RankKernels<std::uint16_t>*> all_rank_kernels<std::uint16_t>();
template std::vector<const RankKernels<float>*> all_rank_kernels<float>();
template std::vector<const RankKernels<double>*> all_rank_kernels<double>();

template <class T> const RowKernels<T>& row_kernels() { return *all_row_kernels<T>().front(); }
template const RowKernels<float>& row_kernels<float>();
template const RowKernels<double>& row_kernels<double>();

template <class T> const RankKernels<T>& rank_kernels() { return *all_rank_kernels<T>().front(); }
template const RankKernels<std::uint8_t>& rank_kernels<std::uint8_t>();
template const RankKernels<std::uint16_t>& rank_kernels<std::uint16_t>();
template const RankKernels<float>& rank_kernels<float>();
template const RankKernels<double>& rank_kernels<double>();

}  // namespace pantile
#endif
