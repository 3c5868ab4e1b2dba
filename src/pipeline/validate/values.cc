#include "pipeline/validate/values.h"

#include <algorithm>
#include <bit>
#include <deque>
#include <type_traits>

#include "ops/formula/evaluate.h"

namespace pantile::validate {
namespace {

// x, i, u (or y, j, v) of the samples first … first + n − 1.
template <class T> class Axis {
 public:
  Axis(const formula::Frame& frame, bool rows, std::int64_t first, std::size_t n) {
    const auto size = static_cast<double>(rows ? frame.height : frame.width);
    for (std::int64_t k = first; k < first + static_cast<std::int64_t>(n); ++k) {
      const std::int64_t number = k / frame.samples;
      const auto pixel = static_cast<double>(number);
      position_.push_back(static_cast<T>(rows ? formula::y_of(k, frame) : formula::x_of(k, frame)));
      index_.push_back(static_cast<T>(pixel));
      fraction_.push_back(static_cast<T>((pixel + 0.5) / size));
    }
  }
  typename formula::Evaluator<T>::Axis view() const {
    return {position_.data(), index_.data(), fraction_.data()};
  }

 private:
  std::vector<T> position_, index_, fraction_;
};

// A program on one table, with its memory.
template <class T> struct Bound {
  Bound(const formula::Program& program, const math::Kernels<T>& kernels)
      : evaluator(program, kernels), scratch(evaluator.make_scratch()) {}

  formula::Evaluator<T> evaluator;
  typename formula::Evaluator<T>::Scratch scratch;
};

template <class T> class Comparison {
 public:
  Comparison(const Subject& s, const std::vector<const math::Kernels<T>*>& tables)
      : s_(s), frame_(s.small_image.frame) {
    bound_.emplace_back(*s.program, math::scalar_kernels<T>());
    for (const auto* table : tables) bound_.emplace_back(*s.program, *table);
    found_.resize(tables.size());
  }

  Result<std::vector<Found>> run(const Rect& rect) && {
    using Eval = formula::Evaluator<T>;
    const auto piece = [](std::size_t most, std::int64_t left) {
      return std::min(most, static_cast<std::size_t>(left));
    };
    for (std::int64_t y = rect.y0; y < rect.y1; y += static_cast<std::int64_t>(Eval::kRows)) {
      const std::size_t rows = piece(Eval::kRows, rect.y1 - y);
      const Axis<T> down(frame_, true, y, rows);
      for (auto& b : bound_) b.evaluator.set_rows(b.scratch, down.view(), rows);
      for (std::int64_t x = rect.x0; x < rect.x1; x += static_cast<std::int64_t>(Eval::kColumns)) {
        const std::size_t columns = piece(Eval::kColumns, rect.x1 - x);
        const Axis<T> across(frame_, false, x, columns);
        for (auto& b : bound_) b.evaluator.set_columns(b.scratch, across.view(), columns);
        for (std::size_t row = 0; row < rows; ++row) {
          compare_row(x, y + static_cast<std::int64_t>(row), row, columns);
        }
      }
      if (s_.cancel != nullptr && s_.cancel->cancelled()) {
        return Error(Code::cancelled, "stopped on request");
      }
    }
    for (Found& found : found_) found.pixels = rect.area();
    return std::move(found_);
  }

 private:
  void compare_row(std::int64_t x, std::int64_t y, std::size_t row, std::size_t columns) {
    for (auto& b : bound_) b.evaluator.evaluate(b.scratch, row);
    for (std::size_t table = 0; table < found_.size(); ++table) {
      for (std::size_t k = 0; k < columns; ++k) {
        if (!is_same(table, k)) found_[table].add_wrong(x + static_cast<std::int64_t>(k), y);
      }
    }
  }

  bool is_same(std::size_t table, std::size_t k) const {
    const Bound<T>&plain = bound_.front(), &other = bound_[table + 1];
    for (std::size_t c = 0; c < s_.program->outputs.size(); ++c) {
      const T want = plain.evaluator.output(plain.scratch, c)[k];
      const T got = other.evaluator.output(other.scratch, c)[k];
      using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
      const bool both_nan = want != want && got != got;
      if (!both_nan && std::bit_cast<Bits>(want) != std::bit_cast<Bits>(got)) return false;
    }
    return true;
  }

  const Subject& s_;
  const formula::Frame& frame_;
  std::deque<Bound<T>> bound_;  // plain code first
  std::vector<Found> found_;
};

}  // namespace

template <class T>
Result<std::vector<Found>> compare_values(const Subject& subject,
                                          const std::vector<const math::Kernels<T>*>& tables,
                                          const Rect& samples) {
  return Comparison<T>(subject, tables).run(samples);
}

template Result<std::vector<Found>> compare_values(const Subject&,
                                                   const std::vector<const math::Kernels<double>*>&,
                                                   const Rect&);
template Result<std::vector<Found>> compare_values(const Subject&,
                                                   const std::vector<const math::Kernels<float>*>&,
                                                   const Rect&);

}  // namespace pantile::validate
