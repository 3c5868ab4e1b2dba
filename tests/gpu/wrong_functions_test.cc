// Kernels of functions that are wrong in one bit: the harness finds it, and says where.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <string>
#include <utility>

#include "compute/math/test_arguments.h"
#include "gpu/failures.h"
#include "gpu/function_parity.h"
#include "gpu/host_functions.h"
#include "gpu/host_machine.h"
#include "gpu/parity_checks.h"
#include "support/host_kernels.h"

namespace pantile::gpu {
namespace {

using testing_cuda::HostKernel;
using testing_cuda::Launch;

constexpr ArgumentCount kFew{1000, 97};

/// A kernel's arrays; `number` 0 to 2: the arguments.
template <class T> struct Arrays {
  const T* in[3];
  T* out;
  unsigned n;

  explicit Arrays(const Launch& launch) {
    const auto& arrays = *static_cast<const FunctionArrays*>(launch.arguments[0]);
    in[0] = static_cast<const T*>(arrays.a);
    in[1] = static_cast<const T*>(arrays.b);
    in[2] = static_cast<const T*>(arrays.c);
    out = static_cast<T*>(arrays.out);
    n = *static_cast<const unsigned*>(launch.arguments[1]);
  }
  void spoil(unsigned i) const {
    out[i] = std::bit_cast<T>(static_cast<math::Bits<T>>(math::bits_of(out[i]) ^ 1));
  }
};

/// What `right` does, but for the last number.
template <HostKernel right, class T> void wrong_at_the_end(const Launch& launch) {
  right(launch);
  if (launch.threads == 0) return;
  const Arrays<T> arrays(launch);
  arrays.spoil(arrays.n - 1);
}

/// What `right` does, but where argument `number` has these bits.
template <HostKernel right, class T, int number, math::Bits<T> bits>
void wrong_for(const Launch& launch) {
  right(launch);
  if (launch.threads == 0) return;
  const Arrays<T> arrays(launch);
  for (unsigned i = 0; i < arrays.n; ++i) {
    if (math::bits_of(arrays.in[number][i]) == bits) arrays.spoil(i);
  }
}

/// What `right` does, but where the three arguments have the bits of the numbers a, b and c.
template <HostKernel right, class T, T a, T b, T c> void wrong_for_triple(const Launch& launch) {
  right(launch);
  if (launch.threads == 0) return;
  const Arrays<T> arrays(launch);
  const T triple[] = {a, b, c};
  for (unsigned i = 0; i < arrays.n; ++i) {
    int same = 0;
    for (int k = 0; k < 3; ++k) {
      same += static_cast<int>(math::bits_of(arrays.in[k][i]) == math::bits_of(triple[k]));
    }
    if (same == 3) arrays.spoil(i);
  }
}

/// The parity of `f` where `kernel` is its kernel.
template <class T>
FunctionParity parity_with(const Function& f, HostKernel kernel,
                           const ArgumentCount& count = kFew) {
  HostMachine host;
  host.use(function_text<T>(f), testing_cuda::code_line(kFunctionKernel.data(), kernel));
  const auto machine = host.open();
  EXPECT_TRUE(machine.ok());
  const auto parity = compare_function<T>(f, machine->devices.front(), *machine->compiler, count);
  EXPECT_TRUE(parity.ok());
  return *parity;
}

/// A function whose right kernel is `kernel`.
template <class T, HostKernel kernel> struct Case {
  Function f;

  void expect_wrong_end_found() const {
    EXPECT_EQ(parity_with<T>(f, kernel).different, 0);
    const FunctionParity parity = parity_with<T>(f, wrong_at_the_end<kernel, T>);
    EXPECT_EQ(parity.different, 1) << name_of(f);
    EXPECT_TRUE(parity.first.starts_with(name_of(f) + "(")) << parity.first;
    EXPECT_NE(parity.first.find("): CPU "), std::string::npos) << parity.first;
    EXPECT_NE(parity.first.find("), GPU "), std::string::npos) << parity.first;
  }

  /// A wrong result for one special value of argument `number`.
  template <int number> void expect_special_values_found() const {
    using Limits = std::numeric_limits<T>;
    constexpr T kValues[] = {T(0),
                             -T(0),
                             T(1),
                             T(-2),
                             Limits::infinity(),
                             -Limits::infinity(),
                             Limits::quiet_NaN(),
                             Limits::denorm_min(),
                             Limits::max()};
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      (expect_found<number, std::bit_cast<math::Bits<T>>(kValues[k])>(kValues[k]), ...);
    }(std::make_index_sequence<std::size(kValues)>());
  }

  template <int number, math::Bits<T> bits> void expect_found(T value) const {
    const FunctionParity parity = parity_with<T>(f, wrong_for<kernel, T, number, bits>);
    EXPECT_GE(parity.different, 1) << name_of(f) << " of " << value;
    // "pow(0x1p+0, -0x0p+0): CPU …"
    const std::string argument = fmt::format("{:a}", value);
    const std::string before = number == 0 ? "(" : ", ";
    EXPECT_TRUE(parity.first.find(before + argument + ",") != std::string::npos ||
                parity.first.find(before + argument + ")") != std::string::npos)
        << argument << " in " << parity.first;
  }
};

#define PANTILE_CASE(name, T)                               \
  Case<T, &run_on_host<kernel_##name##_##T::FunctionArrays, \
                       &kernel_##name##_##T::run_kernel_##name##_##T>>

TEST(WrongFunctions, OneResultIsFound) {
  PANTILE_CASE(sin, double){math::Unary::sin}.expect_wrong_end_found();
  PANTILE_CASE(erfc, float){math::Unary::erfc}.expect_wrong_end_found();
  PANTILE_CASE(pow, double){math::Binary::pow}.expect_wrong_end_found();
  PANTILE_CASE(fmod, float){math::Binary::fmod}.expect_wrong_end_found();
  PANTILE_CASE(mix, double){math::Ternary::mix}.expect_wrong_end_found();
  PANTILE_CASE(clamp, float){math::Ternary::clamp}.expect_wrong_end_found();
}

TEST(WrongFunctions, OneSpecialArgumentIsFound) {
  PANTILE_CASE(exp, double){math::Unary::exp}.expect_special_values_found<0>();
  PANTILE_CASE(atan2, float){math::Binary::atan2}.expect_special_values_found<1>();
  PANTILE_CASE(select, double){math::Ternary::select}.expect_special_values_found<2>();
}

/// As GPUs are tried: of three special values every combination.
TEST(WrongFunctions, OneTripleIsFound) {
  constexpr HostKernel kRight = &run_on_host<kernel_smoothstep_float::FunctionArrays,
                                             &kernel_smoothstep_float::run_kernel_smoothstep_float>;
  const FunctionParity parity = parity_with<float>(
      math::Ternary::smoothstep, wrong_for_triple<kRight, float, 709.0F, -0x1p23F, 1.5F>,
      {.random = 0, .triple_step = 1});
  EXPECT_EQ(parity.different, 1);
  EXPECT_TRUE(parity.first.starts_with("smoothstep(0x1.628p+9, -0x1p+23, 0x1.8p+0): CPU "))
      << parity.first;
}

/// Each with the bits of another.
TEST(WrongFunctions, AnotherFunctionIsFound) {
  const HostCodes codes = host_codes();
  HostMachine host;
  for (const Function& f : all_functions()) {
    const auto other = std::visit(
        []<class G>(G g) {
          const auto count = static_cast<unsigned>(G::count_);
          return Function(static_cast<G>((static_cast<unsigned>(g) + 1) % count));
        },
        f);
    host.use(function_text<double>(f), codes.at(function_text<double>(other)));
    host.use(function_text<float>(f), codes.at(function_text<float>(other)));
  }
  const auto machine = host.open();
  ASSERT_TRUE(machine.ok());
  for (std::size_t group = 0; group < 3; ++group) {
    std::size_t functions = 0;
    for (const Function& f : all_functions())
      functions += static_cast<std::size_t>(f.index() == group);
    const auto f64 =
        failures_of([&] { expect_same_functions<double>(*machine, group, {100, 997}); });
    EXPECT_EQ(f64.size(), functions) << "one for each";
    const auto f32 =
        failures_of([&] { expect_same_functions<float>(*machine, group, {100, 997}); });
    EXPECT_EQ(f32.size(), functions);
  }
}

}  // namespace
}  // namespace pantile::gpu
