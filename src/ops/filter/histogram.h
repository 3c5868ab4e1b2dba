#pragma once
/// \file
/// How many samples lie in each of equal bins, and Otsu's threshold between them.

#include <cstdint>
#include <vector>

#include "pantile/dtype.h"
#include "pantile/view.h"

namespace pantile::filter {

/// Equal bins from `low` to `high`, which belongs to the last.
struct Bins {
  double low = 0, high = 1;
  std::size_t count = 256;

  double centre(std::size_t bin) const {
    return low + (static_cast<double>(bin) + 0.5) * ((high - low) / static_cast<double>(count));
  }
};
/// A bin for every value of an integer type of 8 or 16 bits, whose centres are the values.
Bins bins_of_values(DType dtype);
/// True when there is such a bin for every value.
bool has_few_values(DType dtype);

/// Samples in bins; those outside and what is no number are left out.
class Histogram {
 public:
  explicit Histogram(const Bins& bins) : bins_(bins), counts_(bins.count, 0) {}
  /// Counts the view's first channel.
  void count(const View& samples);
  /// Adds what another with the same bins has counted.
  void add(const Histogram& other);

  const Bins& bins() const { return bins_; }
  const std::vector<std::uint64_t>& counts() const { return counts_; }

 private:
  Bins bins_;
  std::vector<std::uint64_t> counts_;
};

/// The centre of the bin that parts the samples into two groups (those up to it, those above) whose
/// means differ most for their sizes (Otsu 1979; as scikit-image's threshold_otsu). Of equals the
/// least; of samples in one bin, that; of none, 0.
double otsu_threshold(const Histogram& histogram);

}  // namespace pantile::filter
