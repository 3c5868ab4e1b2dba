// The definition: one sample at a time.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "compute/rows/row_kernels.h"

namespace pantile {
namespace {

template <class T>
void symmetric(const T* const* taps, std::size_t r, const T* weights, T* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    T sum = weights[0] * taps[r][i];
    for (std::size_t k = 1; k <= r; ++k) {
      sum = std::fma(weights[k], taps[r - k][i] + taps[r + k][i], sum);
    }
    out[i] = sum;
  }
}

template <class T>
void antisymmetric(const T* const* taps, std::size_t r, const T* weights, T* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    T sum = weights[1] * (taps[r + 1][i] - taps[r - 1][i]);
    for (std::size_t k = 2; k <= r; ++k) {
      sum = std::fma(weights[k], taps[r + k][i] - taps[r - k][i], sum);
    }
    out[i] = sum;
  }
}

template <class T>
void weighted(const T* const* taps, std::size_t count, const T* weights, T* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    T sum = weights[0] * taps[0][i];
    for (std::size_t k = 1; k < count; ++k) sum = std::fma(weights[k], taps[k][i], sum);
    out[i] = sum;
  }
}

template <class T>
void gradient(const T* a, const T* b, const T* c, T side, T middle, T* out, std::size_t n) {
  const auto at = [](const T* t, std::size_t i, std::ptrdiff_t aside) {
    return t[static_cast<std::ptrdiff_t>(i) + aside];
  };
  for (std::size_t i = 0; i < n; ++i) {
    const auto dx = [&](const T* t) { return at(t, i, 1) - at(t, i, -1); };
    const auto dy = [&](std::ptrdiff_t aside) { return at(c, i, aside) - at(a, i, aside); };
    const T gx = side * (dx(a) + dx(c)) + middle * dx(b);
    const T gy = side * (dy(-1) + dy(1)) + middle * dy(0);
    out[i] = std::sqrt(gx * gx + gy * gy);
  }
}

template <class T> T number_or_infinity(T v) {
  if constexpr (std::is_floating_point_v<T>) {
    return v == v ? v : std::numeric_limits<T>::infinity();
  } else {
    return v;
  }
}

template <class T> void lower(const T* a, const T* b, T* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const T first = number_or_infinity(a[i]), second = number_or_infinity(b[i]);
    out[i] = first < second ? first : second;
  }
}

template <class T>
void roll(const T* line, std::size_t count, const T* depths, bool seeded, T* out, std::size_t n) {
  const auto end = static_cast<std::ptrdiff_t>(count);
  for (std::size_t i = 0; i < n; ++i) {
    T least = seeded ? out[i] : std::numeric_limits<T>::infinity();
    for (std::ptrdiff_t k = 0; k < end; ++k) {
      const T left = line[static_cast<std::ptrdiff_t>(i) - k];
      const T right = line[static_cast<std::ptrdiff_t>(i) + k];
      const T height = (left < right ? left : right) + depths[k];
      least = least < height ? least : height;
    }
    out[i] = least;
  }
}

template <class T> void minimum(const T* const* taps, std::size_t count, T* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    T least = taps[0][i];
    for (std::size_t k = 1; k < count; ++k) least = least < taps[k][i] ? least : taps[k][i];
    out[i] = least;
  }
}

template <class T> void maximum(const T* const* taps, std::size_t count, T* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    T greatest = taps[0][i];
    for (std::size_t k = 1; k < count; ++k) {
      greatest = greatest > taps[k][i] ? greatest : taps[k][i];
    }
    out[i] = greatest;
  }
}

template <class T> struct ScalarLane {
  static constexpr std::size_t kCount = 1;
  static T load(const T* from) { return *from; }
  static void store(T v, T* to) { *to = v; }
  static void load_pairs(const T* from, T& first, T& second) {
    first = from[0];
    second = from[1];
  }
  static void store_pairs(T first, T second, T* to) {
    to[0] = first;
    to[1] = second;
  }
  static T least(T a, T b) { return a < b ? a : b; }
  static T greatest(T a, T b) { return a > b ? a : b; }
  static T number(T v) { return number_or_infinity(v); }
};

#define PANTILE_ROWS_FN inline
#include "compute/rows/median_network-inl.h"
#undef PANTILE_ROWS_FN

template <class T> void median_of_9(const T* const* rows, T* out, std::size_t n) {
  median3<ScalarLane<T>>(rows, out, n);
}
template <class T> void median_of_25(const T* const* rows, T* out, std::size_t n) {
  median5<ScalarLane<T>>(rows, out, n);
}

template <class T>
void select(const T* const* taps, std::size_t count, std::size_t rank, T* out, std::size_t n) {
  std::vector<T> window(count);
  const auto wanted = window.begin() + static_cast<std::ptrdiff_t>(rank);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < count; ++k) window[k] = number_or_infinity(taps[k][i]);
    std::nth_element(window.begin(), wanted, window.end());
    out[i] = static_cast<T>(*wanted + T(0));
  }
}

}  // namespace

template <class T> const RowKernels<T>& scalar_row_kernels() {
  static constexpr RowKernels<T> kTable{symmetric<T>, antisymmetric<T>, weighted<T>, gradient<T>,
                                        lower<T>,     roll<T>,          "scalar"};
  return kTable;
}
template const RowKernels<float>& scalar_row_kernels<float>();
template const RowKernels<double>& scalar_row_kernels<double>();

template <class T> const RankKernels<T>& scalar_rank_kernels() {
  static constexpr RankKernels<T> kTable{minimum<T>,      maximum<T>, median_of_9<T>,
                                         median_of_25<T>, select<T>,  "scalar"};
  return kTable;
}
template const RankKernels<std::uint8_t>& scalar_rank_kernels<std::uint8_t>();
template const RankKernels<std::uint16_t>& scalar_rank_kernels<std::uint16_t>();
template const RankKernels<float>& scalar_rank_kernels<float>();
template const RankKernels<double>& scalar_rank_kernels<double>();

}  // namespace pantile
