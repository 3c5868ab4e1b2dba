#include "io/png/row_filter.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace pantile::png {
namespace {

using Byte = std::uint8_t;

/// Whichever of left, up and corner is nearest to left + up - corner, in that order. In bytes
/// only, so that a vector holds many: the distances of left and of up are |up - corner| and
/// |left - corner|; that of the corner is their sum or their difference, and where it is the sum
/// it is never the smallest alone.
inline Byte paeth(Byte left, Byte up, Byte corner) {
  const auto distance = [](Byte a, Byte b) {
    return static_cast<Byte>(std::max(a, b) - std::min(a, b));
  };
  const Byte to_left = distance(up, corner), to_up = distance(left, corner);
  const bool same_side = (left >= corner) == (up >= corner);
  const Byte to_corner = same_side ? std::max(to_left, to_up) : distance(to_left, to_up);
  const Byte nearer = to_left <= to_up ? left : up;
  return std::min(to_left, to_up) <= to_corner ? nearer : corner;
}

/// Writes x[i] - predict(i) for all i; the sum of their magnitudes as signed bytes.
template <class Predict>
std::uint64_t filter(const Byte* x, std::size_t count, Byte* out, Predict predict) {
  std::uint64_t sum = 0;
  constexpr std::size_t kPart = 256;  // sums of magnitudes up to 128 that fit 16 bits
  for (std::size_t begin = 0; begin < count; begin += kPart) {
    const std::size_t end = std::min(count, begin + kPart);
    std::uint16_t part = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const Byte error = static_cast<Byte>(x[i] - predict(i));
      out[i] = error;
      part = static_cast<std::uint16_t>(part + std::min(error, static_cast<Byte>(-error)));
    }
    sum += part;
  }
  return sum;
}

}  // namespace

RowFilter::RowFilter(std::size_t row_bytes, std::size_t pixel_bytes)
    : row_(row_bytes),
      pixel_(pixel_bytes),
      last_(row_bytes + pixel_bytes),
      now_(row_bytes + pixel_bytes) {
  for (auto& candidate : candidates_) candidate.resize(row_bytes);
}

void RowFilter::filter_row(std::byte* out) {
  const Byte* const __restrict x = now_.data() + pixel_;
  const Byte* const __restrict left = now_.data();
  const Byte* const __restrict up = last_.data() + pixel_;
  const Byte* const __restrict corner = last_.data();
  std::array<std::uint64_t, 5> sums;
  sums.fill(~std::uint64_t{0});
  const auto run = [&](std::size_t number, auto predict) {
    sums[number] = filter(x, row_, candidates_[number].data(), predict);
  };
  run(0, [&](std::size_t) { return Byte{0}; });
  run(1, [&](std::size_t i) { return left[i]; });
  if (!first_) {
    run(2, [&](std::size_t i) { return up[i]; });
    run(3, [&](std::size_t i) { return static_cast<Byte>((left[i] + up[i]) >> 1); });
    run(4, [&](std::size_t i) { return paeth(left[i], up[i], corner[i]); });
  }
  const auto best =
      static_cast<std::size_t>(std::min_element(sums.begin(), sums.end()) - sums.begin());
  out[0] = static_cast<std::byte>(best);
  std::memcpy(out + 1, candidates_[best].data(), row_);
  std::swap(last_, now_);
  first_ = false;
}

}  // namespace pantile::png
