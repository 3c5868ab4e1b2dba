#pragma once
/// \file
/// The inner loop of FormulaSource, for one number type.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "ops/colormap/colour_mapper.h"
#include "ops/formula/evaluate.h"
#include "ops/formula/formula_source.h"

namespace pantile::formula {

/// Computes packed pixels of one image, row piece by row piece. Thread-safe.
template <class T> class SampleEngine {
 public:
  SampleEngine(const Program& program, const FormulaImage& image, const math::Kernels<T>& kernels,
               const ColourKernels<T>& colour);

  /// As TileSource::read, for a checked region.
  Status read(const Region& region, MutableView out, ReadContext& ctx) const;
  std::int64_t scratch_bytes() const;

 private:
  using Eval = Evaluator<T>;
  static constexpr std::size_t kColumns = Eval::kColumns;

  struct Scratch {
    explicit Scratch(typename Eval::Scratch s) : eval(std::move(s)) {}
    typename Eval::Scratch eval;
    T axis[3][std::max(kColumns, Eval::kRows)];  // position, index, fraction
    T mean[kColumns];
    double sum[kColumns];
    std::uint32_t count[3 * kColumns];
    std::uint8_t rgb[3 * kColumns];  // of samples
    alignas(8) std::byte pixels[4 * kColumns];
  };

  std::unique_ptr<Scratch> take() const;
  void give_back(std::unique_ptr<Scratch> scratch) const;
  typename Eval::Axis fill_axis(Scratch& s, bool rows, std::int64_t first, std::size_t n) const;
  void colours(Scratch& s, std::size_t n, std::uint8_t* rgb) const;
  void rgb_pixels(Scratch& s, std::size_t first_row, std::size_t n, std::uint8_t* rgb) const;
  void value_pixels(Scratch& s, std::size_t first_row, std::size_t n, std::byte* pixels) const;

  FormulaImage image_;
  bool is_colour_;
  Eval evaluator_;
  ColourMapper<T> mapper_;
  const ColourKernels<T>* colour_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Scratch>> idle_;
};

extern template class SampleEngine<double>;
extern template class SampleEngine<float>;

}  // namespace pantile::formula
