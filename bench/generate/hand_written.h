#pragma once
/// \file
/// Loops as somebody would write them for one formula: everything in registers, the same maths.

#include <cstddef>
#include <vector>

namespace pantile::bench {

/// One formula as text and as a loop over the columns of a row.
struct HandWritten {
  const char* name;
  const char* text;
  double lo, hi;  ///< Range for the colours.
  void (*row)(const double* x, double y, double* out, std::size_t n);
  /// True when text and loop have the same operations in the same order, so the same bits.
  bool same_bits;
};

/// For the widest target that the maths has here; n is a multiple of 16.
std::vector<HandWritten> hand_written();

}  // namespace pantile::bench
