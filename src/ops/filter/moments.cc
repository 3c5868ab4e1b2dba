#include "ops/filter/moments.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/filter/row_operator.h"
#include "ops/filter/samples.h"

namespace pantile::filter {
namespace {

/// Calls use(sample) for every sample that is a number, row by row.
template <class T, class Use>
void for_numbers(const View& samples, std::vector<std::byte>& row, Use use) {
  const auto width = static_cast<std::size_t>(samples.width());
  for (std::int64_t y = 0; y < samples.height(); ++y) {
    load_samples(samples, y, 0, width, row.data());
    const T* const values = reinterpret_cast<const T*>(row.data());
    for (std::size_t x = 0; x < width; ++x) {
      const auto v = static_cast<double>(values[x]);
      if (v == v) use(v);
    }
  }
}

template <class T> Moments moments_as(const View& samples) {
  std::vector<std::byte> row(static_cast<std::size_t>(samples.width()) * sizeof(T));
  Moments made;
  double sum = 0;
  for_numbers<T>(samples, row, [&](double v) {
    ++made.count;
    sum += v;
    made.least = std::min(made.least, v);
    made.greatest = std::max(made.greatest, v);
  });
  if (made.count == 0) return made;
  made.mean = sum / static_cast<double>(made.count);
  for_numbers<T>(samples, row,
                 [&](double v) { made.squares += (v - made.mean) * (v - made.mean); });
  return made;
}

}  // namespace

double Moments::deviation() const {
  return count == 0 ? 0 : std::sqrt(squares / static_cast<double>(count));
}

Moments moments_of(const View& samples) {
  switch (row_type(samples.dtype())) {
    case RowType::u8: return moments_as<std::uint8_t>(samples);
    case RowType::u16: return moments_as<std::uint16_t>(samples);
    case RowType::f32: return moments_as<float>(samples);
    case RowType::f64: break;
  }
  return moments_as<double>(samples);
}

Moments together(const Moments& a, const Moments& b) {
  if (a.count == 0) return b;
  if (b.count == 0) return a;
  Moments made;
  made.count = a.count + b.count;
  made.least = std::min(a.least, b.least);
  made.greatest = std::max(a.greatest, b.greatest);
  const double share = static_cast<double>(b.count) / static_cast<double>(made.count);
  const double apart = b.mean - a.mean;
  made.mean = a.mean + apart * share;
  made.squares = a.squares + b.squares + apart * apart * share * static_cast<double>(a.count);
  return made;
}

void MomentsTree::add(std::int64_t block, const Moments& moments) {
  Moments now = moments;
  std::int64_t at = block;
  int level = 0;
  for (std::int64_t nodes = blocks_; nodes > 1; nodes = (nodes + 1) / 2, at /= 2, ++level) {
    const std::int64_t beside = at ^ 1;
    if (beside >= nodes) continue;
    const auto other = waiting_.find({level, beside});
    if (other == waiting_.end()) {
      waiting_.emplace(std::pair(level, at), now);
      return;
    }
    now = at < beside ? together(now, other->second) : together(other->second, now);
    waiting_.erase(other);
  }
  result_ = now;
}

}  // namespace pantile::filter
