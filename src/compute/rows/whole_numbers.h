#pragma once
/// \file
/// Rows of floats as whole numbers.

#include <cstddef>
#include <cstdint>

namespace pantile {

/// to[i] = from[i] to the nearest whole number, ties to even, within the type's values; NaN is 0.
void to_whole_numbers(const float* from, std::uint8_t* to, std::size_t count);
void to_whole_numbers(const float* from, std::uint16_t* to, std::size_t count);

}  // namespace pantile
