#include "ops/filter/pointwise.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "compute/math/kernels.h"
#include "compute/rows/whole_numbers.h"

namespace pantile::filter {
namespace {

template <class T> class Steps final : public RowOperator {
 public:
  explicit Steps(std::vector<PointStep> steps) : steps_(std::move(steps)) {}
  RowType input_type() const override { return row_type_of<T>; }
  RowType output_type() const override { return row_type_of<T>; }
  void apply(const RowWindow* inputs, std::byte* out, std::size_t n, std::byte*) const override {
    const T* from = inputs[0].row<T>(0);
    T* const to = reinterpret_cast<T*>(out);
    for (const PointStep& step : steps_) {
      const auto f = kernels_->binary_vs[static_cast<std::size_t>(step.function)];
      f(from, static_cast<T>(step.number), to, n);
      from = to;
    }
  }

 private:
  const math::Kernels<T>* kernels_ = &math::kernels<T>();
  std::vector<PointStep> steps_;
};

template <class T> class Function final : public RowOperator {
 public:
  explicit Function(math::Unary f)
      : apply_(math::kernels<T>().unary[static_cast<std::size_t>(f)]) {}
  RowType input_type() const override { return row_type_of<T>; }
  RowType output_type() const override { return row_type_of<T>; }
  void apply(const RowWindow* inputs, std::byte* out, std::size_t n, std::byte*) const override {
    apply_(inputs[0].row<T>(0), reinterpret_cast<T*>(out), n);
  }

 private:
  typename math::Kernels<T>::UnaryFn apply_;
};

template <class T> class WeightedSum final : public RowOperator {
 public:
  explicit WeightedSum(const std::vector<double>& weights)
      : weights_(weights.begin(), weights.end()) {}
  RowType input_type() const override { return row_type_of<T>; }
  RowType output_type() const override { return row_type_of<T>; }
  std::size_t scratch_bytes(std::size_t) const override { return weights_.size() * sizeof(T*); }
  void apply(const RowWindow* inputs, std::byte* out, std::size_t n,
             std::byte* scratch) const override {
    const auto** const taps = reinterpret_cast<const T**>(scratch);
    for (std::size_t k = 0; k < weights_.size(); ++k) taps[k] = inputs[k].row<T>(0);
    kernels_->weighted(taps, weights_.size(), weights_.data(), reinterpret_cast<T*>(out), n);
  }

 private:
  const RowKernels<T>* kernels_ = &row_kernels<T>();
  std::vector<T> weights_;
};

template <class T> class BinaryFunction final : public RowOperator {
 public:
  explicit BinaryFunction(math::Binary f)
      : apply_(math::kernels<T>().binary[static_cast<std::size_t>(f)]) {}
  RowType input_type() const override { return row_type_of<T>; }
  RowType output_type() const override { return row_type_of<T>; }
  void apply(const RowWindow* inputs, std::byte* out, std::size_t n, std::byte*) const override {
    apply_(inputs[0].row<T>(0), inputs[1].row<T>(0), reinterpret_cast<T*>(out), n);
  }

 private:
  typename math::Kernels<T>::BinaryFn apply_;
};

/// Of two integers.
template <class T> class ExtremeOfTwo final : public RowOperator {
 public:
  explicit ExtremeOfTwo(bool least)
      : find_(least ? rank_kernels<T>().minimum : rank_kernels<T>().maximum) {}
  RowType input_type() const override { return row_type_of<T>; }
  RowType output_type() const override { return row_type_of<T>; }
  void apply(const RowWindow* inputs, std::byte* out, std::size_t n, std::byte*) const override {
    const T* const taps[] = {inputs[0].row<T>(0), inputs[1].row<T>(0)};
    find_(taps, 2, reinterpret_cast<T*>(out), n);
  }

 private:
  typename RankKernels<T>::ExtremeFn find_;
};

template <class T> class Mask final : public RowOperator {
 public:
  explicit Mask(T number) : number_(number) {}
  RowType input_type() const override { return row_type_of<T>; }
  RowType output_type() const override { return row_type_of<T>; }
  void apply(const RowWindow* inputs, std::byte* out, std::size_t n, std::byte*) const override {
    const T* const from = inputs[0].row<T>(0);
    const T* const mask = inputs[1].row<T>(0);
    T* const to = reinterpret_cast<T*>(out);
    for (std::size_t i = 0; i < n; ++i) to[i] = mask[i] != T(0) ? from[i] : number_;
  }

 private:
  T number_{};
};

template <class T> class NoData final : public RowOperator {
 public:
  explicit NoData(double number) : number_(static_cast<T>(number)) {}
  RowType input_type() const override { return row_type_of<T>; }
  RowType output_type() const override { return row_type_of<T>; }
  void apply(const RowWindow* inputs, std::byte* out, std::size_t n, std::byte*) const override {
    const T* const from = inputs[0].row<T>(0);
    T* const to = reinterpret_cast<T*>(out);
    constexpr T kNone = std::numeric_limits<T>::quiet_NaN();
    for (std::size_t i = 0; i < n; ++i) to[i] = from[i] == number_ ? kNone : from[i];
  }

 private:
  T number_{};
};

/// To the nearest whole number, ties to even, within [lo, hi], which T can tell apart; NaN is 0.
template <class T> T whole(T x, T lo, T hi) {
  constexpr T kShift = sizeof(T) == 4 ? T(0x1.8p23) : T(0x1.8p52);
  const T limited = x > lo ? (x < hi ? x : hi) : lo;
  const T rounded = limited + kShift - kShift;
  // Beyond the shift's reach every number is whole already.
  const T reach = kShift / 3;
  const T result = limited > -reach && limited < reach ? rounded : limited;
  return x == x ? result : T(0);
}

template <class From, class To> void convert(const From* from, To* to, std::size_t n) {
  if constexpr (std::is_same_v<From, To>) {
    std::memcpy(to, from, n * sizeof(To));
  } else if constexpr (std::is_integral_v<To> && std::is_same_v<From, float>) {
    to_whole_numbers(from, to, n);
  } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    constexpr auto kMost = static_cast<From>(std::numeric_limits<To>::max());
    for (std::size_t i = 0; i < n; ++i) to[i] = static_cast<To>(whole(from[i], From(0), kMost));
  } else if constexpr (std::is_integral_v<To>) {
    constexpr From kMost =
        std::min<std::uint64_t>(std::numeric_limits<From>::max(), std::numeric_limits<To>::max());
    for (std::size_t i = 0; i < n; ++i) to[i] = static_cast<To>(std::min(from[i], kMost));
  } else {
    for (std::size_t i = 0; i < n; ++i) to[i] = static_cast<To>(from[i]);
  }
}

template <class From, class To> class Conversion final : public RowOperator {
 public:
  RowType input_type() const override { return row_type_of<From>; }
  RowType output_type() const override { return row_type_of<To>; }
  void apply(const RowWindow* inputs, std::byte* out, std::size_t n, std::byte*) const override {
    convert(inputs[0].row<From>(0), reinterpret_cast<To*>(out), n);
  }
};

template <class T> class Threshold final : public RowOperator {
 public:
  explicit Threshold(double number) {
    if constexpr (std::is_floating_point_v<T>) {
      number_ = static_cast<T>(number);
    } else {
      // x > number, in whole numbers.
      never_ = number >= static_cast<double>(std::numeric_limits<T>::max());
      always_ = number < 0;
      number_ = never_ || always_ ? T(0) : static_cast<T>(std::floor(number));
    }
  }
  RowType input_type() const override { return row_type_of<T>; }
  RowType output_type() const override { return RowType::u8; }
  void apply(const RowWindow* inputs, std::byte* out, std::size_t n, std::byte*) const override {
    const T* const from = inputs[0].row<T>(0);
    auto* const to = reinterpret_cast<std::uint8_t*>(out);
    if (never_ || always_) {
      std::memset(to, always_ ? 1 : 0, n);
      return;
    }
    for (std::size_t i = 0; i < n; ++i) to[i] = from[i] > number_ ? 1 : 0;
  }

 private:
  T number_{};
  bool never_ = false, always_ = false;
};

class Count final : public RowOperator {
 public:
  RowType input_type() const override { return RowType::u8; }
  RowType output_type() const override { return RowType::u8; }
  void apply(const RowWindow* inputs, std::byte* out, std::size_t n, std::byte*) const override {
    const auto* const a = inputs[0].row<std::uint8_t>(0);
    const auto* const b = inputs[1].row<std::uint8_t>(0);
    auto* const to = reinterpret_cast<std::uint8_t*>(out);
    for (std::size_t i = 0; i < n; ++i) to[i] = static_cast<std::uint8_t>(a[i] + b[i]);
  }
};

/// Rounds and limits to the values of an integer type, or to those of a smaller float.
template <class T> class Rounding final : public RowOperator {
 public:
  Rounding(double lo, double hi) : lo_(static_cast<T>(lo)), hi_(static_cast<T>(hi)) {}
  RowType input_type() const override { return row_type_of<T>; }
  RowType output_type() const override { return row_type_of<T>; }
  void apply(const RowWindow* inputs, std::byte* out, std::size_t n, std::byte*) const override {
    const T* const from = inputs[0].row<T>(0);
    T* const to = reinterpret_cast<T*>(out);
    for (std::size_t i = 0; i < n; ++i) to[i] = whole(from[i], lo_, hi_);
  }

 private:
  T lo_, hi_;
};

template <class From> std::shared_ptr<const RowOperator> conversion_from(RowType to) {
  switch (to) {
    case RowType::u8: return std::make_shared<Conversion<From, std::uint8_t>>();
    case RowType::u16: return std::make_shared<Conversion<From, std::uint16_t>>();
    case RowType::f32: return std::make_shared<Conversion<From, float>>();
    case RowType::f64: break;
  }
  return std::make_shared<Conversion<From, double>>();
}

}  // namespace

std::shared_ptr<const RowOperator> make_steps(RowType type, std::vector<PointStep> steps) {
  if (type == RowType::f64) return std::make_shared<Steps<double>>(std::move(steps));
  return std::make_shared<Steps<float>>(std::move(steps));
}

std::shared_ptr<const RowOperator> make_function(RowType type, math::Unary function) {
  if (type == RowType::f64) return std::make_shared<Function<double>>(function);
  return std::make_shared<Function<float>>(function);
}

std::shared_ptr<const RowOperator> make_weighted(RowType type, const std::vector<double>& weights) {
  if (type == RowType::f64) return std::make_shared<WeightedSum<double>>(weights);
  return std::make_shared<WeightedSum<float>>(weights);
}

std::shared_ptr<const RowOperator> make_binary(RowType type, math::Binary function) {
  const bool least = function == math::Binary::min;
  switch (type) {
    case RowType::u8: return std::make_shared<ExtremeOfTwo<std::uint8_t>>(least);
    case RowType::u16: return std::make_shared<ExtremeOfTwo<std::uint16_t>>(least);
    case RowType::f32: return std::make_shared<BinaryFunction<float>>(function);
    case RowType::f64: break;
  }
  return std::make_shared<BinaryFunction<double>>(function);
}

double value_in(DType dtype, double value) {
  if (dtype_is_float(dtype)) return value;
  const auto [lo, hi] = integer_range(dtype);
  return whole(value, lo, hi);
}

std::shared_ptr<const RowOperator> make_mask(RowType type, double number) {
  // Rounded and limited as cast does.
  const auto limited = [&](double most) { return whole(number, 0.0, most); };
  switch (type) {
    case RowType::u8:
      return std::make_shared<Mask<std::uint8_t>>(static_cast<std::uint8_t>(limited(255)));
    case RowType::u16:
      return std::make_shared<Mask<std::uint16_t>>(static_cast<std::uint16_t>(limited(65535)));
    case RowType::f32: return std::make_shared<Mask<float>>(static_cast<float>(number));
    case RowType::f64: break;
  }
  return std::make_shared<Mask<double>>(number);
}

std::shared_ptr<const RowOperator> make_nodata(RowType type, double number) {
  if (type == RowType::f64) return std::make_shared<NoData<double>>(number);
  return std::make_shared<NoData<float>>(number);
}

std::shared_ptr<const RowOperator> make_conversion(RowType from, RowType to) {
  switch (from) {
    case RowType::u8: return conversion_from<std::uint8_t>(to);
    case RowType::u16: return conversion_from<std::uint16_t>(to);
    case RowType::f32: return conversion_from<float>(to);
    case RowType::f64: break;
  }
  return conversion_from<double>(to);
}

std::shared_ptr<const RowOperator> make_threshold(RowType type, double number) {
  switch (type) {
    case RowType::u8: return std::make_shared<Threshold<std::uint8_t>>(number);
    case RowType::u16: return std::make_shared<Threshold<std::uint16_t>>(number);
    case RowType::f32: return std::make_shared<Threshold<float>>(number);
    case RowType::f64: break;
  }
  return std::make_shared<Threshold<double>>(number);
}

std::shared_ptr<const RowOperator> make_count() { return std::make_shared<Count>(); }

std::shared_ptr<const RowOperator> make_rounding(RowType type, DType dtype) {
  const auto [lo, hi] = integer_range(dtype);
  if (type == RowType::f64) return std::make_shared<Rounding<double>>(lo, hi);
  return std::make_shared<Rounding<float>>(lo, hi);
}

std::pair<double, double> integer_range(DType dtype) {
  switch (dtype) {
    case DType::u8: return {0, 255};
    case DType::i8: return {-128, 127};
    case DType::u16: return {0, 65535};
    case DType::i16: return {-32768, 32767};
    case DType::u32: return {0, 4294967295.0};
    case DType::i32: return {-2147483648.0, 2147483647.0};
    case DType::u64: return {0, 0x1p64 - 2048};  // the largest doubles below the types' ends
    case DType::i64: return {-0x1p63, 0x1p63 - 1024};
    default:
      return {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  }
}

}  // namespace pantile::filter
