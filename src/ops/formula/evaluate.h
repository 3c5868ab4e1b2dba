#pragma once
/// \file
/// Runs a program over blocks of pixels that stay in the first-level cache.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "compute/math/kernels.h"
#include "ops/formula/program.h"

namespace pantile::formula {

/// A program bound to one table of kernels. Immutable and thread-safe; what changes lies in a
/// Scratch that each thread makes for itself.
///
/// Work is done where it varies: constants once, row values once per set_rows, column values once
/// per set_columns, and only pixel values in evaluate(); costly operations that one branch of an
/// if(…) needs only for the pixels that take it. The bits are those of evaluating every step for
/// every pixel, whatever the table.
template <class T> class Evaluator {
 public:
  /// Columns at a time. Chosen by bench/generate: the buffers of ten steps fit 32 KiB in double.
  static constexpr std::size_t kColumns = 256;
  /// Rows at a time: a chunk's, so that a chunk's columns are set once.
  static constexpr std::size_t kRows = 512;
  /// Length of a constant spread over an array: calls over columns and over rows read it.
  static constexpr std::size_t kConstantBlock = kRows > kColumns ? kRows : kColumns;

  class Scratch {
   public:
    Scratch(Scratch&&) noexcept = default;

   private:
    friend class Evaluator;
    struct Free {
      void operator()(T* p) const { ::operator delete[](p, std::align_val_t{64}); }
    };
    explicit Scratch(std::size_t elements);

    std::unique_ptr<T[], Free> memory_;
    std::size_t columns_ = 0;  // in use, padded
  };

  /// What is known of each column (or row): x, i, u (or y, j, v) of Input. Unused ones may be null.
  struct Axis {
    const T* position = nullptr;
    const T* index = nullptr;
    const T* fraction = nullptr;
  };

  Evaluator(const Program& program, const math::Kernels<T>& kernels);

  Scratch make_scratch() const;
  std::int64_t scratch_bytes() const;
  /// True when the program asks for that input.
  bool uses(Input input) const { return input_index_[static_cast<std::size_t>(input)] >= 0; }

  /// 1 ≤ n ≤ kRows.
  void set_rows(Scratch& scratch, const Axis& axis, std::size_t n) const;
  /// 1 ≤ n ≤ kColumns.
  void set_columns(Scratch& scratch, const Axis& axis, std::size_t n) const;
  /// Computes all columns of one row; set_rows and set_columns have been called.
  void evaluate(Scratch& scratch, std::size_t row) const;
  /// Output k of the last evaluate(): one number per column.
  const T* output(const Scratch& scratch, std::size_t k) const {
    return scratch.memory_.get() + output_at_[k];
  }

 private:
  enum class Shape : std::uint8_t { unary, vv, vs, sv, ternary };
  // An operand: an array at `at` in the scratch, or one number, at `at` (+ row for a row value).
  struct Operand {
    std::size_t at = 0;
    bool is_row = false;
  };
  struct Call {
    Shape shape = Shape::unary;
    std::size_t function = 0;  // index in the table of the shape
    Operand a, b, c;
    std::size_t out = 0;
    std::size_t first = 0, last = kColumns;  // the part of a block that this call does
    bool is_sparse = false;  // only where `mask` is not 0, if that is a small enough share
    std::size_t mask = 0;
    double limit = 0;
  };
  struct Fill {  // spread one number over a block
    Operand from;
    std::size_t to = 0;
  };

  class Builder;
  void run(const Call& call, T* memory, std::size_t row, std::size_t first, std::size_t n) const;
  void run_sparse(const Call& call, T* memory, std::size_t row, std::size_t n) const;

  const math::Kernels<T>* kernels_;
  std::vector<Call> row_calls_, column_calls_, pixel_calls_;
  std::vector<Fill> row_fills_;                       // row values that pixel calls want as arrays
  std::vector<std::pair<std::size_t, T>> constants_;  // where each number lies
  std::vector<std::pair<std::size_t, T>> constant_blocks_;             // … and where as a block
  std::array<std::ptrdiff_t, 6> input_index_{-1, -1, -1, -1, -1, -1};  // place of each input
  std::vector<std::size_t> output_at_;
  std::array<std::size_t, 3> packed_at_{};  // where sparse calls pack their operands
  std::size_t elements_ = 0;
};

extern template class Evaluator<double>;
extern template class Evaluator<float>;

}  // namespace pantile::formula
