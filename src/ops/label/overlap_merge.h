#pragma once
/// \file
/// What overlapping windows labelled becomes the labels of the image.

#include <cstdint>
#include <vector>

#include "pantile/result.h"

namespace pantile::label {

/// Numbers the labels of windows that were found each for itself: what is joined gets one number.
/// Labels of which no pixel is kept get none of their own. Numbers go from 1, window by window and
/// within a window label by label, where a number is met first; they follow from what is set alone.
class OverlapMerge {
 public:
  /// A label of this window, and one of another, that are the same thing.
  struct Join {
    std::uint32_t label;
    std::int64_t other;
    std::uint32_t other_label;
  };

  explicit OverlapMerge(std::int64_t windows) : windows_(static_cast<std::size_t>(windows)) {}

  /// Takes the labels 1 … is_kept.size() of a window. Once for every window; from any threads for
  /// different windows.
  void set(std::int64_t window, std::vector<bool> is_kept, std::vector<Join> joins);
  /// After all are set. Errors: invalid (more labels than 2^32 − 2).
  Status finish();
  /// Numbers given.
  std::uint32_t count() const { return count_; }
  /// After finish(): from a window's labels to the image's; 0 stays 0.
  std::vector<std::uint32_t> table(std::int64_t window) const;

 private:
  struct Window {
    std::vector<bool> is_kept;
    std::vector<Join> joins;
    std::size_t first = 0;  ///< Of its labels in numbers_.
    std::uint32_t count = 0;
  };

  std::vector<Window> windows_;
  std::vector<std::uint32_t> numbers_;
  std::uint32_t count_ = 0;
};

}  // namespace pantile::label
