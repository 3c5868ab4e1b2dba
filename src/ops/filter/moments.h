#pragma once
/// \file
/// Least, greatest, mean and deviation of more samples than fit in memory, the same bits whatever
/// the order that they come in.

#include <cstdint>
#include <limits>
#include <map>
#include <utility>

#include "pantile/view.h"

namespace pantile::filter {

/// Of samples that are numbers; infinities are.
struct Moments {
  std::int64_t count = 0;
  double least = std::numeric_limits<double>::infinity();
  double greatest = -std::numeric_limits<double>::infinity();
  double mean = 0;
  double squares = 0;  ///< The sum of the squared differences from the mean.

  /// Of the whole, not of a sample of it (NumPy's std).
  double deviation() const;
};

/// Of the view's first channel; of any type but halves.
Moments moments_of(const View& samples);
/// Of both together. The order matters: to the last bit.
Moments together(const Moments& a, const Moments& b);

/// Puts blocks together pairwise, neighbours first, whatever the order that they come in; holds
/// just those whose neighbours are still to come.
class MomentsTree {
 public:
  explicit MomentsTree(std::int64_t blocks) : blocks_(blocks) {}
  /// Each block once.
  void add(std::int64_t block, const Moments& moments);
  /// When all are there.
  const Moments& result() const { return result_; }

 private:
  std::int64_t blocks_;
  std::map<std::pair<int, std::int64_t>, Moments> waiting_;  ///< By level and place.
  Moments result_;
};

}  // namespace pantile::filter
