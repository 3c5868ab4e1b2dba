#include "compute/cpu/weighted_rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/cpu/weighted_rows.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
//
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace pantile::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class T>
HWY_INLINE void add_weighted(const T* row, std::uint32_t weight, std::uint32_t* sums,
                             std::size_t count) {
  const hn::ScalableTag<std::uint32_t> wide;
  const hn::Rebind<T, decltype(wide)> narrow;
  const auto weights = hn::Set(wide, weight);
  const std::size_t step = hn::Lanes(wide);
  std::size_t i = 0;
  for (; i + step <= count; i += step) {
    const auto samples = hn::PromoteTo(wide, hn::LoadU(narrow, row + i));
    hn::StoreU(hn::Add(hn::LoadU(wide, sums + i), hn::Mul(samples, weights)), wide, sums + i);
  }
  for (; i < count; ++i) sums[i] += weight * row[i];
}

void add_weighted_u8(const std::uint8_t* row, std::uint32_t weight, std::uint32_t* sums,
                     std::size_t count) {
  add_weighted(row, weight, sums, count);
}

void add_weighted_u16(const std::uint16_t* row, std::uint32_t weight, std::uint32_t* sums,
                      std::size_t count) {
  add_weighted(row, weight, sums, count);
}

}  // namespace pantile::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace pantile {

HWY_EXPORT(add_weighted_u8);
HWY_EXPORT(add_weighted_u16);

void add_weighted_row(const std::uint8_t* row, std::uint32_t weight, std::uint32_t* sums,
                      std::size_t count) {
  HWY_DYNAMIC_DISPATCH(add_weighted_u8)(row, weight, sums, count);
}

void add_weighted_row(const std::uint16_t* row, std::uint32_t weight, std::uint32_t* sums,
                      std::size_t count) {
  HWY_DYNAMIC_DISPATCH(add_weighted_u16)(row, weight, sums, count);
}

}  // namespace pantile
#endif
