#include "compute/rows/whole_numbers.h"

#include <cstring>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/rows/whole_numbers.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
//
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace pantile::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class T> HWY_INLINE void whole_numbers(const float* from, T* to, std::size_t count) {
  const hn::ScalableTag<float> d;
  const hn::Rebind<T, decltype(d)> narrow;
  const auto most = hn::Set(d, static_cast<float>(std::numeric_limits<T>::max()));
  const auto whole = [&](auto x) {
    // What is no number is made 0 first: a minimum of one is not the same on every machine.
    const auto number = hn::IfThenElseZero(hn::Eq(x, x), x);
    const auto limited = hn::Min(hn::Max(number, hn::Zero(d)), most);
    return hn::DemoteTo(narrow, hn::NearestInt(limited));
  };
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(whole(hn::LoadU(d, from + i)), narrow, to + i);
  if (i < count) {
    float rest[hn::MaxLanes(d)] = {};
    T made[hn::MaxLanes(d)];
    std::memcpy(rest, from + i, (count - i) * sizeof(float));
    hn::StoreU(whole(hn::LoadU(d, rest)), narrow, made);
    std::memcpy(to + i, made, (count - i) * sizeof(T));
  }
}

void whole_u8(const float* from, std::uint8_t* to, std::size_t count) {
  whole_numbers(from, to, count);
}
void whole_u16(const float* from, std::uint16_t* to, std::size_t count) {
  whole_numbers(from, to, count);
}

}  // namespace pantile::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace pantile {

HWY_EXPORT(whole_u8);
HWY_EXPORT(whole_u16);

void to_whole_numbers(const float* from, std::uint8_t* to, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(whole_u8)(from, to, count);
}

void to_whole_numbers(const float* from, std::uint16_t* to, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(whole_u16)(from, to, count);
}

}  // namespace pantile
#endif
