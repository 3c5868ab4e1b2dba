#include "ops/filter/rank.h"

#include <array>
#include <cmath>
#include <type_traits>

namespace pantile::filter {
namespace {

std::size_t width_of(std::int32_t reach) { return static_cast<std::size_t>(2 * reach + 1); }

/// Of 3 × 3 or 5 × 5.
template <class T> class SmallMedian final : public RowOperator {
 public:
  explicit SmallMedian(std::int32_t reach)
      : reach_(reach),
        median_(reach == 1 ? rank_kernels<T>().median3 : rank_kernels<T>().median5) {}
  // (What the kernel of 5 × 5 reads: it works on pairs of columns.)
  Reach reach() const override { return {reach_, reach_ == 2 ? 3 : reach_}; }
  RowType input_type() const override { return row_type_of<T>; }
  RowType output_type() const override { return row_type_of<T>; }
  void apply(const RowWindow* inputs, std::byte* out, std::size_t n, std::byte*) const override {
    const T* rows[5];
    for (std::size_t k = 0; k < width_of(reach_); ++k) rows[k] = inputs[0].row<T>(k);
    median_(rows, reinterpret_cast<T*>(out), n);
  }

 private:
  std::int32_t reach_;
  typename RankKernels<T>::MedianFn median_;
};

/// By counting, pixel by pixel side by side: the work grows with the window's area.
template <class T> class Selection final : public RowOperator {
 public:
  Selection(std::int32_t reach, std::int64_t rank)
      : reach_(reach), rank_(static_cast<std::size_t>(rank)) {}
  Reach reach() const override { return {reach_, reach_}; }
  RowType input_type() const override { return row_type_of<T>; }
  RowType output_type() const override { return row_type_of<T>; }
  std::size_t scratch_bytes(std::size_t) const override {
    return width_of(reach_) * width_of(reach_) * sizeof(T*);
  }
  void apply(const RowWindow* inputs, std::byte* out, std::size_t n,
             std::byte* scratch) const override {
    const auto** const taps = reinterpret_cast<const T**>(scratch);
    const std::size_t width = width_of(reach_);
    for (std::size_t y = 0; y < width; ++y) {
      for (std::size_t x = 0; x < width; ++x) {
        taps[y * width + x] = inputs[0].row<T>(y) + x - reach_;
      }
    }
    rank_kernels<T>().select(taps, width * width, rank_, reinterpret_cast<T*>(out), n);
  }

 private:
  std::int32_t reach_;
  std::size_t rank_;
};

/// Along the row with a histogram of the window, to which a column comes and from which one goes
/// (Huang 1979): the work grows with the window's height.
class SlidingHistogram final : public RowOperator {
 public:
  SlidingHistogram(std::int32_t reach, std::int64_t rank) : reach_(reach), rank_(rank) {}
  Reach reach() const override { return {reach_, reach_}; }
  RowType input_type() const override { return RowType::u8; }
  RowType output_type() const override { return RowType::u8; }
  void apply(const RowWindow* inputs, std::byte* out, std::size_t n, std::byte*) const override {
    const std::size_t width = width_of(reach_);
    std::array<std::int32_t, 256> counts{};
    std::int64_t below = 0;  // samples less than `at`
    int at = 0;
    const auto change = [&](std::ptrdiff_t column, std::int32_t by) {
      for (std::size_t y = 0; y < width; ++y) {
        const int sample = inputs[0].row<std::uint8_t>(y)[column];
        counts[static_cast<std::size_t>(sample)] += by;
        below += sample < at ? by : 0;
      }
    };
    for (std::ptrdiff_t x = -reach_; x < reach_; ++x) change(x, 1);
    auto* const to = reinterpret_cast<std::uint8_t*>(out);
    for (std::ptrdiff_t x = 0; x < static_cast<std::ptrdiff_t>(n); ++x) {
      change(x + reach_, 1);
      while (below > rank_) below -= counts[static_cast<std::size_t>(--at)];
      while (below + counts[static_cast<std::size_t>(at)] <= rank_) {
        below += counts[static_cast<std::size_t>(at++)];
      }
      to[x] = static_cast<std::uint8_t>(at);
      change(x - reach_, -1);
    }
  }

 private:
  std::int32_t reach_;
  std::int64_t rank_;
};

template <class T>
std::shared_ptr<const RowOperator> rank_of(std::int32_t reach, std::int64_t rank) {
  const auto samples = static_cast<std::int64_t>(width_of(reach) * width_of(reach));
  if ((reach == 1 || reach == 2) && rank == samples / 2) {
    return std::make_shared<SmallMedian<T>>(reach);
  }
  if constexpr (std::is_same_v<T, std::uint8_t>) {
    if (samples > static_cast<std::int64_t>(most_selected<T>)) {
      return std::make_shared<SlidingHistogram>(reach, rank);
    }
  }
  return std::make_shared<Selection<T>>(reach, rank);
}

}  // namespace

std::shared_ptr<const RowOperator> make_rank(RowType type, std::int32_t reach, std::int64_t rank) {
  switch (type) {
    case RowType::u8: return rank_of<std::uint8_t>(reach, rank);
    case RowType::u16: return rank_of<std::uint16_t>(reach, rank);
    case RowType::f32: return rank_of<float>(reach, rank);
    case RowType::f64: break;
  }
  return rank_of<double>(reach, rank);
}

std::int64_t rank_of_quantile(double q, std::int64_t samples) {
  return static_cast<std::int64_t>(std::floor(q * static_cast<double>(samples - 1) + 0.5));
}

}  // namespace pantile::filter
