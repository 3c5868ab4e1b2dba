#include "ops/filter/stencils.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "compute/math/kernels.h"

namespace pantile::filter {
namespace {

/// How a row of weights is summed up.
enum class Symmetry { even, odd, none };

Symmetry symmetry_of(const std::vector<double>& w) {
  bool even = true, odd = w.size() > 1 && w[w.size() / 2] == 0;
  for (std::size_t k = 0; k < w.size(); ++k) {
    even = even && w[k] == w[w.size() - 1 - k];
    odd = odd && w[k] == -w[w.size() - 1 - k];
  }
  return even ? Symmetry::even : odd ? Symmetry::odd : Symmetry::none;
}

/// One direction of a separable filter.
template <class T> class Line {
 public:
  explicit Line(const Weights& weights)
      : symmetry_(symmetry_of(weights.values)),
        reach_(static_cast<std::size_t>(weights.reach())),
        weights_(weights.values.begin(), weights.values.end()) {
    if (symmetry_ != Symmetry::none) {
      weights_.erase(weights_.begin(), weights_.begin() + static_cast<std::ptrdiff_t>(reach_));
    }
  }
  std::size_t reach() const { return reach_; }
  /// Nothing but the pixel itself.
  bool is_identity() const { return reach_ == 0 && weights_[0] == 1; }

  /// `taps`: 2·reach + 1.
  void sum(const T* const* taps, T* out, std::size_t n) const {
    const RowKernels<T>& kernels = *kernels_;
    if (symmetry_ == Symmetry::even) {
      kernels.symmetric(taps, reach_, weights_.data(), out, n);
    } else if (symmetry_ == Symmetry::odd) {
      kernels.antisymmetric(taps, reach_, weights_.data(), out, n);
    } else {
      kernels.weighted(taps, 2 * reach_ + 1, weights_.data(), out, n);
    }
  }

 private:
  const RowKernels<T>* kernels_ = &row_kernels<T>();
  Symmetry symmetry_;
  std::size_t reach_;
  std::vector<T> weights_;  ///< From the middle on where there is a symmetry.
};

template <class T> class Separable final : public RowOperator {
 public:
  Separable(const Weights& y, const Weights& x) : y_(y), x_(x) {}

  Reach reach() const override {
    return {static_cast<std::int32_t>(y_.reach()), static_cast<std::int32_t>(x_.reach())};
  }
  RowType input_type() const override { return row_type_of<T>; }
  RowType output_type() const override { return row_type_of<T>; }
  std::size_t scratch_bytes(std::size_t n) const override {
    return columns(n) * sizeof(T) + (2 * std::max(y_.reach(), x_.reach()) + 1) * sizeof(T*);
  }
  void apply(const RowWindow* inputs, std::byte* out, std::size_t n,
             std::byte* scratch) const override {
    const auto** const taps = reinterpret_cast<const T**>(scratch);
    T* const column_sums =
        reinterpret_cast<T*>(scratch + (2 * std::max(y_.reach(), x_.reach()) + 1) * sizeof(T*));
    const T* line = nullptr;
    if (y_.is_identity()) {
      line = inputs[0].row<T>(0);
    } else {
      for (std::size_t k = 0; k <= 2 * y_.reach(); ++k) {
        taps[k] = inputs[0].row<T>(k) - x_.reach();
      }
      y_.sum(taps, column_sums, columns(n));
      line = column_sums + x_.reach();
    }
    for (std::size_t k = 0; k <= 2 * x_.reach(); ++k) taps[k] = line + k - x_.reach();
    x_.sum(taps, reinterpret_cast<T*>(out), n);
  }

 private:
  /// Columns that are summed up before the rows are.
  std::size_t columns(std::size_t n) const { return aligned_columns(n + 2 * x_.reach()); }

  Line<T> y_, x_;
};

template <class T> class Correlation final : public RowOperator {
 public:
  Correlation(int height, int width, const std::vector<double>& weights)
      : reach_{height / 2, width / 2} {
    // Weights of 0 are left out: what they would meet may be no number.
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const double w = weights[static_cast<std::size_t>(y * width + x)];
        if (w == 0) continue;
        taps_.push_back({static_cast<std::size_t>(y), x - reach_.x});
        weights_.push_back(static_cast<T>(w));
      }
    }
    if (taps_.empty()) {
      taps_.push_back({static_cast<std::size_t>(reach_.y), 0});
      weights_.push_back(0);
    }
  }
  Reach reach() const override { return reach_; }
  RowType input_type() const override { return row_type_of<T>; }
  RowType output_type() const override { return row_type_of<T>; }
  std::size_t scratch_bytes(std::size_t) const override { return taps_.size() * sizeof(T*); }
  void apply(const RowWindow* inputs, std::byte* out, std::size_t n,
             std::byte* scratch) const override {
    const auto** const taps = reinterpret_cast<const T**>(scratch);
    for (std::size_t k = 0; k < taps_.size(); ++k) {
      taps[k] = inputs[0].row<T>(taps_[k].row) + taps_[k].aside;
    }
    kernels_->weighted(taps, taps_.size(), weights_.data(), reinterpret_cast<T*>(out), n);
  }

 private:
  struct Tap {
    std::size_t row;
    std::ptrdiff_t aside;
  };
  const RowKernels<T>* kernels_ = &row_kernels<T>();
  Reach reach_;
  std::vector<Tap> taps_;
  std::vector<T> weights_;
};

template <class T> class Gradient final : public RowOperator {
 public:
  Gradient(double side, double middle)
      : side_(static_cast<T>(side)), middle_(static_cast<T>(middle)) {}
  Reach reach() const override { return {1, 1}; }
  RowType input_type() const override { return row_type_of<T>; }
  RowType output_type() const override { return row_type_of<T>; }
  void apply(const RowWindow* inputs, std::byte* out, std::size_t n, std::byte*) const override {
    kernels_->gradient(inputs[0].row<T>(0), inputs[0].row<T>(1), inputs[0].row<T>(2), side_,
                       middle_, reinterpret_cast<T*>(out), n);
  }

 private:
  const RowKernels<T>* kernels_ = &row_kernels<T>();
  T side_, middle_;
};

template <class T> class Extreme final : public RowOperator {
 public:
  /// `rows`: offsets of the rows that are looked at, ascending; columns within `reach_x`.
  Extreme(std::vector<std::int32_t> rows, std::int32_t reach_x, bool least)
      : rows_(std::move(rows)),
        reach_{std::max(-rows_.front(), rows_.back()), reach_x},
        find_(least ? rank_kernels<T>().minimum : rank_kernels<T>().maximum) {}
  Reach reach() const override { return reach_; }
  RowType input_type() const override { return row_type_of<T>; }
  RowType output_type() const override { return row_type_of<T>; }
  std::size_t scratch_bytes(std::size_t n) const override {
    return tap_bytes() + 3 * room(n) * sizeof(T);
  }
  void apply(const RowWindow* inputs, std::byte* out, std::size_t n,
             std::byte* scratch) const override {
    const auto** const taps = reinterpret_cast<const T**>(scratch);
    T* const of_columns = reinterpret_cast<T*>(scratch + tap_bytes());
    for (std::size_t k = 0; k < rows_.size(); ++k) {
      taps[k] = inputs[0].row<T>(static_cast<std::size_t>(rows_[k] + reach_.y)) - reach_.x;
    }
    T* const to = reinterpret_cast<T*>(out);
    if (reach_.x == 0) return find_(taps, rows_.size(), to, n);
    find_(taps, rows_.size(), of_columns, columns(n));
    const auto wide = static_cast<std::size_t>(2 * reach_.x + 1);
    if constexpr (std::is_integral_v<T>) {
      in_steps(of_columns, wide, to, n);
    } else {  // in order, because of what is no number
      for (std::size_t k = 0; k < wide; ++k) taps[k] = of_columns + k;
      find_(taps, wide, to, n);
    }
  }

 private:
  /// Of 2, 4, 8 … columns, and then of two such runs that cover all.
  void in_steps(T* of_columns, std::size_t wide, T* out, std::size_t n) const {
    const T* from = of_columns;
    std::size_t have = 1;
    for (int step = 1; 2 * have <= wide; ++step, have *= 2) {
      T* const to = of_columns + (step % 2 == 1 ? 1 : 2) * room(n);
      const T* const two[] = {from, from + have};
      find_(two, 2, to, columns(n));
      from = to;
    }
    const T* const two[] = {from, from + wide - have};
    find_(two, 2, out, n);
  }
  std::size_t columns(std::size_t n) const {
    return aligned_columns(n + 2 * static_cast<std::size_t>(reach_.x));
  }
  /// Columns of a buffer: steps look beyond its end, for what nobody looks at.
  std::size_t room(std::size_t n) const {
    return columns(n) + aligned_columns(2 * static_cast<std::size_t>(reach_.x));
  }
  std::size_t tap_bytes() const {
    return std::max(rows_.size(), static_cast<std::size_t>(2 * reach_.x + 1)) * sizeof(T*);
  }
  std::vector<std::int32_t> rows_;
  Reach reach_;
  typename RankKernels<T>::ExtremeFn find_;
};

template <class T>
std::shared_ptr<const RowOperator> extreme_of(std::vector<std::int32_t> rows, std::int32_t reach_x,
                                              bool least) {
  return std::make_shared<Extreme<T>>(std::move(rows), reach_x, least);
}

}  // namespace

Weights gaussian_weights(double sigma, double truncate, int order) {
  const auto reach = static_cast<int>(truncate * sigma + 0.5);
  Weights weights;
  double sum = 0;
  for (int k = -reach; k <= reach; ++k) {
    // Pantile's own exp: the same weights on every machine.
    weights.values.push_back(
        sigma > 0 ? math::evaluate(math::Unary::exp, -0.5 * k * k / (sigma * sigma)) : 1);
    sum += weights.values.back();
  }
  for (int k = -reach; k <= reach; ++k) {
    double& w = weights.values[static_cast<std::size_t>(k + reach)];
    w /= sum;
    if (order == 1) w *= k / (sigma * sigma);
    if (order == 2) w *= (static_cast<double>(k) * k / (sigma * sigma) - 1) / (sigma * sigma);
  }
  return weights;
}

std::shared_ptr<const RowOperator> make_separable(RowType type, const Weights& y,
                                                  const Weights& x) {
  if (type == RowType::f64) return std::make_shared<Separable<double>>(y, x);
  return std::make_shared<Separable<float>>(y, x);
}

std::shared_ptr<const RowOperator> make_correlation(RowType type, int height, int width,
                                                    const std::vector<double>& weights) {
  if (type == RowType::f64) return std::make_shared<Correlation<double>>(height, width, weights);
  return std::make_shared<Correlation<float>>(height, width, weights);
}

std::shared_ptr<const RowOperator> make_gradient(RowType type, double side, double middle) {
  if (type == RowType::f64) return std::make_shared<Gradient<double>>(side, middle);
  return std::make_shared<Gradient<float>>(side, middle);
}

std::vector<std::int32_t> offsets(std::int32_t reach, std::int32_t step) {
  std::vector<std::int32_t> all;
  for (std::int32_t k = -reach; k < reach; k += step) all.push_back(k);
  all.push_back(reach);
  return all;
}

std::shared_ptr<const RowOperator> make_extreme(RowType type, std::vector<std::int32_t> rows,
                                                std::int32_t reach_x, bool least) {
  switch (type) {
    case RowType::u8: return extreme_of<std::uint8_t>(std::move(rows), reach_x, least);
    case RowType::u16: return extreme_of<std::uint16_t>(std::move(rows), reach_x, least);
    case RowType::f32: return extreme_of<float>(std::move(rows), reach_x, least);
    case RowType::f64: break;
  }
  return extreme_of<double>(std::move(rows), reach_x, least);
}

}  // namespace pantile::filter
