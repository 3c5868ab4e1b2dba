#include "ops/formula/sparse.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/formula/sparse.cc"
#include <hwy/foreach_target.h>  // must precede highway.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace pantile::formula {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

template <class T> using Tag = hn::ScalableTag<T>;

template <class T> HWY_INLINE auto wanted(const T* mask) {
  const Tag<T> d;
  return hn::Not(hn::Eq(hn::LoadU(d, mask), hn::Zero(d)));
}

template <class T> std::size_t count(const T* mask, std::size_t n) {
  const Tag<T> d;
  std::size_t found = 0;
  for (std::size_t k = 0; k < n; k += hn::Lanes(d)) found += hn::CountTrue(d, wanted(mask + k));
  return found;
}

// AVX-512 by its own names: Highway 1.0 has no expansion, and GCC 12 makes its Compress copy a
// table on every call.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
HWY_INLINE void store_packed(const double* from, __mmask8 here, double* to) {
  _mm512_storeu_pd(to, _mm512_maskz_compress_pd(here, _mm512_loadu_pd(from)));
}
HWY_INLINE void store_packed(const float* from, __mmask16 here, float* to) {
  _mm512_storeu_ps(to, _mm512_maskz_compress_ps(here, _mm512_loadu_ps(from)));
}
HWY_INLINE void store_unpacked(const double* from, __mmask8 here, double* to) {
  _mm512_mask_storeu_pd(to, here, _mm512_maskz_expandloadu_pd(here, from));
}
HWY_INLINE void store_unpacked(const float* from, __mmask16 here, float* to) {
  _mm512_mask_storeu_ps(to, here, _mm512_maskz_expandloadu_ps(here, from));
}
#endif

template <class T> void pack(const T* mask, const T* from, T* to, std::size_t n) {
  const Tag<T> d;
  for (std::size_t k = 0; k < n; k += hn::Lanes(d)) {
    const auto here = wanted(mask + k);
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
    store_packed(from + k, here.raw, to);
#else
    hn::StoreU(hn::Compress(hn::LoadU(d, from + k), here), d, to);
#endif
    to += hn::CountTrue(d, here);
  }
}

template <class T> void unpack(const T* mask, const T* from, T* to, std::size_t n) {
  const Tag<T> d;
  for (std::size_t k = 0; k < n; k += hn::Lanes(d)) {
    const auto here = wanted(mask + k);
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
    store_unpacked(from, here.raw, to + k);
    from += hn::CountTrue(d, here);
#else
    std::uint8_t bits[8] = {};
    hn::StoreMaskBits(d, here, bits);
    for (std::size_t i = 0; i < hn::Lanes(d); ++i) {
      if ((bits[i / 8] >> (i % 8) & 1) != 0) to[k + i] = *from++;
    }
#endif
  }
}

std::size_t count_f64(const double* m, std::size_t n) { return count(m, n); }
std::size_t count_f32(const float* m, std::size_t n) { return count(m, n); }
void pack_f64(const double* m, const double* a, double* b, std::size_t n) { pack(m, a, b, n); }
void pack_f32(const float* m, const float* a, float* b, std::size_t n) { pack(m, a, b, n); }
void unpack_f64(const double* m, const double* a, double* b, std::size_t n) { unpack(m, a, b, n); }
void unpack_f32(const float* m, const float* a, float* b, std::size_t n) { unpack(m, a, b, n); }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace pantile::formula
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace pantile::formula {
namespace {
HWY_EXPORT(count_f64);
HWY_EXPORT(count_f32);
HWY_EXPORT(pack_f64);
HWY_EXPORT(pack_f32);
HWY_EXPORT(unpack_f64);
HWY_EXPORT(unpack_f32);
}  // namespace

template <> std::size_t count_where(const double* mask, std::size_t n) {
  return HWY_DYNAMIC_DISPATCH(count_f64)(mask, n);
}
template <> std::size_t count_where(const float* mask, std::size_t n) {
  return HWY_DYNAMIC_DISPATCH(count_f32)(mask, n);
}
template <> void pack_where(const double* mask, const double* from, double* to, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(pack_f64)(mask, from, to, n);
}
template <> void pack_where(const float* mask, const float* from, float* to, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(pack_f32)(mask, from, to, n);
}
template <> void unpack_where(const double* mask, const double* from, double* to, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(unpack_f64)(mask, from, to, n);
}
template <> void unpack_where(const float* mask, const float* from, float* to, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(unpack_f32)(mask, from, to, n);
}

}  // namespace pantile::formula
#endif  // HWY_ONCE
