#pragma once
/// \file
/// Weighted sums of rows of samples: the inner loop of shrinking by area.

#include <cstddef>
#include <cstdint>

namespace pantile {

/// sums[i] += weight × row[i] for i below `count`, mod 2^32.
void add_weighted_row(const std::uint8_t* row, std::uint32_t weight, std::uint32_t* sums,
                      std::size_t count);
void add_weighted_row(const std::uint16_t* row, std::uint32_t weight, std::uint32_t* sums,
                      std::size_t count);

}  // namespace pantile
