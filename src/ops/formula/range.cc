#include "ops/formula/range.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/formula/evaluate.h"

namespace pantile::formula {
namespace {

constexpr std::int64_t kGrid = 512, kNanGrid = 128;

// Sample positions and the other inputs along one axis.
template <class T> struct GridAxis {
  std::vector<T> position, index, fraction;

  GridAxis(std::int64_t size, double center, Frame frame, std::int64_t most) {
    frame.sampling = Sampling::center;
    frame.samples = 1;
    const std::int64_t count = std::min(most, size);
    for (std::int64_t k = 0; k < count; ++k) {
      const std::int64_t pixel = (2 * k + 1) * size / (2 * count);
      position.push_back(static_cast<T>(coordinate(pixel, size, center, frame)));
      index.push_back(static_cast<T>(pixel));
      fraction.push_back(
          static_cast<T>((static_cast<double>(pixel) + 0.5) / static_cast<double>(size)));
    }
  }
  typename Evaluator<T>::Axis from(std::size_t k) const {
    return {position.data() + k, index.data() + k, fraction.data() + k};
  }
  std::size_t size() const { return position.size(); }
};

// Calls use(scratch, evaluator, n) with the outputs of every n samples of a grid of at most
// most × most points.
template <class T, class Use>
void sample(const Program& program, const Frame& frame, std::int64_t most, Use use) {
  using Eval = Evaluator<T>;
  const Eval evaluator(program, math::kernels<T>());
  auto scratch = evaluator.make_scratch();
  const GridAxis<T> columns(frame.width, frame.center_x, frame, most);
  const GridAxis<T> rows(frame.height, frame.center_y, frame, most);
  static_assert(Eval::kRows >= static_cast<std::size_t>(kGrid));
  evaluator.set_rows(scratch, rows.from(0), rows.size());
  for (std::size_t x = 0; x < columns.size(); x += Eval::kColumns) {
    const std::size_t n = std::min(Eval::kColumns, columns.size() - x);
    evaluator.set_columns(scratch, columns.from(x), n);
    for (std::size_t y = 0; y < rows.size(); ++y) {
      evaluator.evaluate(scratch, y);
      use(scratch, evaluator, n);
    }
  }
}

template <class T> std::vector<double> finite_samples(const Program& program, const Frame& frame) {
  std::vector<double> finite;
  finite.reserve(
      static_cast<std::size_t>(std::min(kGrid, frame.width) * std::min(kGrid, frame.height)));
  sample<T>(program, frame, kGrid, [&](auto& scratch, const auto& evaluator, std::size_t n) {
    const T* values = evaluator.output(scratch, 0);
    for (std::size_t k = 0; k < n; ++k) {
      if (std::isfinite(values[k])) finite.push_back(static_cast<double>(values[k]));
    }
  });
  return finite;
}

template <class T> double nan_share_of(const Program& program, const Frame& frame) {
  std::size_t nan = 0, all = 0;
  sample<T>(program, frame, kNanGrid, [&](auto& scratch, const auto& evaluator, std::size_t n) {
    all += n;
    for (std::size_t k = 0; k < n; ++k) {
      bool is_nan = false;
      for (std::size_t c = 0; c < program.outputs.size(); ++c) {
        is_nan = is_nan || std::isnan(evaluator.output(scratch, c)[k]);
      }
      nan += is_nan ? 1 : 0;
    }
  });
  return static_cast<double>(nan) / static_cast<double>(all);
}

double order_statistic(std::vector<double>& values, std::size_t k) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(k), values.end());
  return values[k];
}

}  // namespace

Result<ValueRange> percentile_range(const Program& program, const Frame& frame,
                                    Precision precision) {
  if (program.is_colour()) {
    return Error(Code::invalid, "the formula gives a colour: it has no range of values");
  }
  std::vector<double> values = precision == Precision::f64 ? finite_samples<double>(program, frame)
                                                           : finite_samples<float>(program, frame);
  if (values.empty()) {
    return Error(Code::invalid,
                 "the formula has no finite value on the sample grid: give a range, or another "
                 "center or scale");
  }
  const std::size_t cut = (values.size() - 1) / 100;
  ValueRange range;
  range.lo = order_statistic(values, cut);
  range.hi = order_statistic(values, values.size() - 1 - cut);
  if (range.lo == range.hi) {
    const double half = std::max(std::abs(range.lo), 1.0) / 2;
    range.lo -= half;
    range.hi += half;
  }
  range.origin = fmt::format("1st to 99th percentile of {} samples", values.size());
  return range;
}

double nan_share(const Program& program, const Frame& frame, Precision precision) {
  return precision == Precision::f64 ? nan_share_of<double>(program, frame)
                                     : nan_share_of<float>(program, frame);
}

}  // namespace pantile::formula
