#include "ops/filter/histogram.h"

#include <algorithm>
#include <cmath>

#include "ops/filter/pointwise.h"
#include "ops/filter/row_operator.h"
#include "ops/filter/samples.h"

namespace pantile::filter {
namespace {

template <class T>
void count_as(const View& samples, const Bins& bins, std::vector<std::uint64_t>& counts) {
  const auto width = static_cast<std::size_t>(samples.width());
  std::vector<std::byte> row(width * sizeof(T));
  const double scale = static_cast<double>(bins.count) / (bins.high - bins.low);
  if (!(scale > 0) || !std::isfinite(scale)) return;  // no bins
  for (std::int64_t y = 0; y < samples.height(); ++y) {
    load_samples(samples, y, 0, width, row.data());
    const T* const values = reinterpret_cast<const T*>(row.data());
    for (std::size_t x = 0; x < width; ++x) {
      const auto v = static_cast<double>(values[x]);
      if (!(v >= bins.low && v <= bins.high)) continue;
      const auto bin = static_cast<std::size_t>((v - bins.low) * scale);
      ++counts[std::min(bin, bins.count - 1)];
    }
  }
}

}  // namespace

bool has_few_values(DType dtype) { return !dtype_is_float(dtype) && dtype_bytes(dtype) <= 2; }

Bins bins_of_values(DType dtype) {
  const auto [least, most] = integer_range(dtype);
  return {least - 0.5, most + 0.5, static_cast<std::size_t>(most - least) + 1};
}

void Histogram::count(const View& samples) {
  switch (row_type(samples.dtype())) {
    case RowType::u8: return count_as<std::uint8_t>(samples, bins_, counts_);
    case RowType::u16: return count_as<std::uint16_t>(samples, bins_, counts_);
    case RowType::f32: return count_as<float>(samples, bins_, counts_);
    case RowType::f64: return count_as<double>(samples, bins_, counts_);
  }
}

void Histogram::add(const Histogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

double otsu_threshold(const Histogram& histogram) {
  const std::vector<std::uint64_t>& counts = histogram.counts();
  const Bins& bins = histogram.bins();
  double all = 0, sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    all += static_cast<double>(counts[i]);
    sum += static_cast<double>(counts[i]) * bins.centre(i);
  }
  double below = 0, sum_below = 0, most = -1, threshold = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0 && below == 0) continue;
    below += static_cast<double>(counts[i]);
    sum_below += static_cast<double>(counts[i]) * bins.centre(i);
    const double above = all - below;
    if (above == 0) {  // all samples: only where no other bin parts them
      if (most < 0) threshold = bins.centre(i);
      break;
    }
    const double apart = sum_below / below - (sum - sum_below) / above;
    const double between = below * above * apart * apart;
    if (between > most) {
      most = between;
      threshold = bins.centre(i);
    }
  }
  return threshold;
}

}  // namespace pantile::filter
