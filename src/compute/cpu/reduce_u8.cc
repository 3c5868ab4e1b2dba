#include "compute/cpu/reduce_u8.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/cpu/reduce_u8.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
//
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace pantile::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET != HWY_SCALAR  // where a vector is one byte there are no neighbours to pair

using Bytes = hn::ScalableTag<std::uint8_t>;
using Halves = hn::Half<Bytes>;
using Words = hn::Repartition<std::uint16_t, Bytes>;

/// Sums of horizontal neighbours, as 16-bit numbers.
HWY_INLINE hn::Vec<Words> pair_sums(hn::Vec<Bytes> v) {
  const Words words;
  const auto w = hn::BitCast(words, v);
  return hn::Add(hn::And(w, hn::Set(words, std::uint16_t{0x00ff})), hn::ShiftRight<8>(w));
}

/// (a + b + c + d + 2) >> 2 for the blocks of two rows of one channel.
HWY_INLINE hn::Vec<Halves> block_means(hn::Vec<Bytes> row0, hn::Vec<Bytes> row1) {
  const Words words;
  const auto sum = hn::Add(pair_sums(row0), pair_sums(row1));
  const auto mean = hn::ShiftRight<2>(hn::Add(sum, hn::Set(words, std::uint16_t{2})));
  return hn::DemoteTo(Halves(), hn::BitCast(hn::RebindToSigned<Words>(), mean));
}

template <int kChannels>
std::size_t reduce_vectors(const std::uint8_t* row0, const std::uint8_t* row1, std::uint8_t* out,
                           std::size_t width) {
  const Bytes bytes;
  const Halves halves;
  const std::size_t step = hn::Lanes(halves);
  std::size_t x = 0;
  for (; x + step <= width; x += step) {
    const std::uint8_t* p = row0 + 2 * x * kChannels;
    const std::uint8_t* q = row1 + 2 * x * kChannels;
    std::uint8_t* o = out + x * kChannels;
    if constexpr (kChannels == 1) {
      hn::StoreU(block_means(hn::LoadU(bytes, p), hn::LoadU(bytes, q)), halves, o);
    } else if constexpr (kChannels == 3) {
      hn::Vec<Bytes> a0, a1, a2, b0, b1, b2;
      hn::LoadInterleaved3(bytes, p, a0, a1, a2);
      hn::LoadInterleaved3(bytes, q, b0, b1, b2);
      hn::StoreInterleaved3(block_means(a0, b0), block_means(a1, b1), block_means(a2, b2), halves,
                            o);
    } else {
      hn::Vec<Bytes> a0, a1, a2, a3, b0, b1, b2, b3;
      hn::LoadInterleaved4(bytes, p, a0, a1, a2, a3);
      hn::LoadInterleaved4(bytes, q, b0, b1, b2, b3);
      hn::StoreInterleaved4(block_means(a0, b0), block_means(a1, b1), block_means(a2, b2),
                            block_means(a3, b3), halves, o);
    }
  }
  return x;
}

#endif  // HWY_TARGET != HWY_SCALAR

void reduce_rows(const std::uint8_t* row0, const std::uint8_t* row1, std::uint8_t* out,
                 std::size_t width, int channels) {
  std::size_t x = 0;
#if HWY_TARGET != HWY_SCALAR
  if (channels == 1) x = reduce_vectors<1>(row0, row1, out, width);
  if (channels == 3) x = reduce_vectors<3>(row0, row1, out, width);
  if (channels == 4) x = reduce_vectors<4>(row0, row1, out, width);
#endif
  const auto n = static_cast<std::size_t>(channels);
  for (; x < width; ++x) {
    for (std::size_t c = 0; c < n; ++c) {
      const std::size_t at = 2 * x * n + c;
      out[x * n + c] =
          static_cast<std::uint8_t>((row0[at] + row0[at + n] + row1[at] + row1[at + n] + 2) >> 2);
    }
  }
}

}  // namespace pantile::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace pantile {

HWY_EXPORT(reduce_rows);

void reduce_rows_u8(const std::uint8_t* row0, const std::uint8_t* row1, std::uint8_t* out,
                    std::size_t width, int channels) {
  HWY_DYNAMIC_DISPATCH(reduce_rows)(row0, row1, out, width, channels);
}

}  // namespace pantile
#endif
