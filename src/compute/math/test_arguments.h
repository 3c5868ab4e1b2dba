#pragma once
/// \file
/// Arguments on which every machine's functions are held to the scalar ones.

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

namespace pantile::math {

template <class T> using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
template <class T> Bits<T> bits_of(T x) { return std::bit_cast<Bits<T>>(x); }

/// Values at which functions change their path.
template <class T> std::vector<T> special_values() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> values = {0,
                           T(0.25),
                           T(0.5),
                           1,
                           T(1.5),
                           2,
                           3,
                           10,
                           700,
                           708,
                           709,
                           745,
                           88,
                           87,
                           104,
                           Limits::min(),
                           Limits::denorm_min(),
                           Limits::max(),
                           Limits::infinity(),
                           Limits::epsilon(),
                           T(1e15),
                           T(0x1p19),
                           T(0x1p23),
                           T(0x1p24),
                           T(0x1p52),
                           T(0x1p53),
                           T(3.14159265358979323846),
                           T(1.57079632679489661923),
                           Limits::quiet_NaN()};
  const std::size_t n = values.size();
  for (std::size_t i = 0; i < n; ++i) {
    const T v = values[i];
    values.push_back(std::nextafter(v, T(0)));
    values.push_back(std::nextafter(v, Limits::infinity()));
  }
  const std::size_t m = values.size();
  for (std::size_t i = 0; i < m; ++i) values.push_back(-values[i]);
  return values;
}

template <class T> T random_value(std::mt19937_64& random, std::size_t i) {
  const double unit = static_cast<double>(random() >> 11) * 0x1p-53;
  switch (i % 8) {
    case 0: return std::bit_cast<T>(static_cast<Bits<T>>(random()));  // any representation
    case 1: return static_cast<T>(unit);
    case 2: return static_cast<T>(unit * 1e5 - 5e4);
    case 3: return static_cast<T>(unit * 1600 - 800);
    case 4: return static_cast<T>(1 + (unit - 0.5) * 0.1);
    case 5: return static_cast<T>(std::ldexp(unit - 0.5, static_cast<int>(random() % 100)));
    case 6: return static_cast<T>(std::trunc(unit * 200 - 100));
    default: return static_cast<T>(unit * 20 - 10);
  }
}

}  // namespace pantile::math
