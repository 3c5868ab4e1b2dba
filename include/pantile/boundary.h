#pragma once
/// \file
/// What lies outside an image.

#include <cstdint>
#include <string_view>

namespace pantile {

/// What stands for pixels outside the image.
enum class Boundary : std::uint8_t {
  reflect,   ///< d c b a | a b c d | d c b a
  nearest,   ///< a a a a | a b c d | d d d d
  constant,  ///< k k k k | a b c d | k k k k
  wrap,      ///< a b c d | a b c d | a b c d
};
std::string_view boundary_name(Boundary boundary);

/// The row (column) of an image of `n` that stands for `i`; −1: the constant. n ≥ 1.
std::int64_t inside(std::int64_t i, std::int64_t n, Boundary boundary);

}  // namespace pantile
