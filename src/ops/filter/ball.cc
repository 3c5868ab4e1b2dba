#include "ops/filter/ball.h"

#include <cmath>
#include <cstdint>
#include <vector>

namespace pantile::filter {
namespace {

template <class T> class Ball final : public RowOperator {
 public:
  explicit Ball(double radius) : reach_(static_cast<std::int32_t>(std::ceil(radius))) {
    // In T from here on, as the samples are.
    const T top = static_cast<T>(radius);
    for (std::int32_t dy = 0; dy <= reach_; ++dy) {
      std::size_t count = 0;
      for (std::int32_t dx = 0; dx <= reach_; ++dx) {
        const double squares = static_cast<double>(dy) * dy + static_cast<double>(dx) * dx;
        if (std::sqrt(squares) > radius) break;
        depths_.push_back(top - static_cast<T>(std::sqrt(std::fmax(radius * radius - squares, 0))));
        ++count;
      }
      // (Of a radius that is not whole the last line may be empty.)
      if (count == 0) break;
      counts_.push_back(count);
    }
    reach_ = static_cast<std::int32_t>(counts_.size()) - 1;
  }
  Reach reach() const override { return {reach_, reach_}; }
  RowType input_type() const override { return row_type_of<T>; }
  RowType output_type() const override { return row_type_of<T>; }
  std::size_t scratch_bytes(std::size_t n) const override {
    return aligned_columns(n + 2 * static_cast<std::size_t>(reach_)) * sizeof(T);
  }
  void apply(const RowWindow* inputs, std::byte* out, std::size_t n,
             std::byte* scratch) const override {
    T* const line = reinterpret_cast<T*>(scratch);
    T* const to = reinterpret_cast<T*>(out);
    const T* depths = depths_.data();
    for (std::size_t dy = 0; dy < counts_.size(); ++dy) {
      const std::size_t aside = counts_[dy] - 1;
      const auto middle = static_cast<std::size_t>(reach_);
      kernels_->lower(inputs[0].row<T>(middle - dy) - aside, inputs[0].row<T>(middle + dy) - aside,
                      line, aligned_columns(n + 2 * aside));
      kernels_->roll(line + aside, counts_[dy], depths, dy > 0, to, n);
      depths += counts_[dy];
    }
  }

 private:
  const RowKernels<T>* kernels_ = &row_kernels<T>();
  std::int32_t reach_;
  std::vector<T> depths_;            ///< Line by line away from the middle, from the middle on.
  std::vector<std::size_t> counts_;  ///< Of each line.
};

}  // namespace

std::shared_ptr<const RowOperator> make_ball(RowType type, double radius) {
  if (type == RowType::f64) return std::make_shared<Ball<double>>(radius);
  return std::make_shared<Ball<float>>(radius);
}

}  // namespace pantile::filter
