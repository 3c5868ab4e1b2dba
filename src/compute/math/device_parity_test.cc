// What headers say for GPUs alone is what they say for the host: operands in their order, constants
// of the same bits, every function of every special argument. That a GPU rounds each operation as
// it is called is for tests of its PTX, and for a GPU.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "compute/math/device_functions_test.h"
#include "compute/math/kernels.h"
#include "compute/math/rounded.h"
#include "compute/math/test_arguments.h"

namespace pantile::math {
namespace {

using pantile_on_device::device_function;
using pantile_on_device::device_rounded;
using pantile_on_device::Rounded;

template <class T> bool same(T a, T b) {
  return bits_of(a) == bits_of(b) || (std::isnan(a) && std::isnan(b));
}

template <class T> class DeviceHeaders : public testing::Test {};
using Types = testing::Types<double, float>;
TYPED_TEST_SUITE(DeviceHeaders, Types);

TYPED_TEST(DeviceHeaders, RoundTheSameOperations) {
  using T = TypeParam;
  const std::vector<T> values = special_values<T>();
  const T other = T(0.1);
  for (const T a : values) {
    EXPECT_TRUE(same(device_rounded(Rounded::sqrt, a, a, a), rounded_sqrt(a))) << a;
    for (const T b : values) {
      EXPECT_TRUE(same(device_rounded(Rounded::add, a, b, b), rounded_add(a, b)));
      EXPECT_TRUE(same(device_rounded(Rounded::sub, a, b, b), rounded_sub(a, b))) << a << " " << b;
      EXPECT_TRUE(same(device_rounded(Rounded::mul, a, b, b), rounded_mul(a, b)));
      EXPECT_TRUE(same(device_rounded(Rounded::div, a, b, b), rounded_div(a, b))) << a << " " << b;
      EXPECT_TRUE(same(device_rounded(Rounded::fma, a, b, other), rounded_fma(a, b, other)));
      EXPECT_TRUE(same(device_rounded(Rounded::fma, other, a, b), rounded_fma(other, a, b)));
      if (std::isnan(b)) continue;
      // Of zeros of two signs either.
      EXPECT_EQ(device_rounded(Rounded::greater, a, b, b), greater(a, b)) << a << " " << b;
      EXPECT_EQ(device_rounded(Rounded::lesser, a, b, b), lesser(a, b)) << a << " " << b;
    }
  }
}

TYPED_TEST(DeviceHeaders, HaveTheSameFunctions) {
  using T = TypeParam;
  const std::vector<T> values = special_values<T>();
  const auto expect_same = [&]<class Function>(Function f, const auto&... x) {
    const T arguments[] = {x...};
    const T expected = evaluate<T>(f, x...);
    const T found = device_function(sizeof...(x), static_cast<std::size_t>(f), arguments);
    ASSERT_EQ(bits_of(found), bits_of(expected))
        << name(f) << " of " << testing::PrintToString(std::vector<T>{x...}) << ": " << found
        << ", not " << expected;
  };
  for (std::size_t f = 0; f < kUnaryCount; ++f) {
    for (const T a : values) expect_same(Unary(f), a);
  }
  // Where several meet, not all: the functions are the CPU's own, only what they are made of is
  // not.
  for (std::size_t f = 0; f < kBinaryCount; ++f) {
    for (std::size_t k = 0; k < values.size() * values.size(); k += 7) {
      expect_same(Binary(f), values[k % values.size()], values[k / values.size()]);
    }
  }
  const std::size_t n = values.size();
  for (std::size_t f = 0; f < kTernaryCount; ++f) {
    for (std::size_t k = 0; k < n * n * n; k += 997) {
      expect_same(Ternary(f), values[k % n], values[k / n % n], values[k / n / n]);
    }
  }
}

}  // namespace
}  // namespace pantile::math
