// Every function against MPFR: the bounds here are those of docs/numbers.md.
// PANTILE_ACCURACY_ARGUMENTS=10000000 measures at that many arguments a function and prints the
// worst of each. The scalar table is measured; the SIMD tables have the same bits (parity tests).
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "compute/math/kernels.h"
#include "compute/math/mpfr_test_util.h"

namespace pantile::math {
namespace {

using testing::Arguments;
using testing::Mpfr;
using testing::ulp_error;

using Reference1 = void (*)(mpfr_ptr out, mpfr_srcptr a);
using Reference2 = void (*)(mpfr_ptr out, mpfr_srcptr a, mpfr_srcptr b);

struct UnaryRow {
  Unary f;
  double max_ulp_f64, max_ulp_f32;
  double lo, hi;  ///< Where the function is neither trivial nor overflowing: half the arguments.
  Reference1 reference;
  int cost = 1;  ///< Of the reference; so many times fewer arguments.
};
struct BinaryRow {
  Binary f;
  double max_ulp_f64, max_ulp_f32;
  Reference2 reference;
};

void PrintTo(const UnaryRow& row, std::ostream* out) { *out << name(row.f); }
void PrintTo(const BinaryRow& row, std::ostream* out) { *out << name(row.f); }

// One row of a table whose reference is MPFR's function of that name.
#define PANTILE_MPFR1(function) \
  [](mpfr_ptr out, mpfr_srcptr a) { mpfr_##function(out, a, MPFR_RNDN); }
#define PANTILE_MPFR2(function) \
  [](mpfr_ptr out, mpfr_srcptr a, mpfr_srcptr b) { mpfr_##function(out, a, b, MPFR_RNDN); }

void reference_fract(mpfr_ptr out, mpfr_srcptr a) {
  Mpfr floor;
  mpfr_floor(floor.get(), a);
  mpfr_sub(out, a, floor.get(), MPFR_RNDN);
}
void reference_sign(mpfr_ptr out, mpfr_srcptr a) {
  mpfr_set(out, a, MPFR_RNDN);
  if (!mpfr_nan_p(a) && !mpfr_zero_p(a)) mpfr_set_si(out, mpfr_sgn(a), MPFR_RNDN);
}
void reference_sinc(mpfr_ptr out, mpfr_srcptr a) {
  Mpfr sine;
  mpfr_sin(sine.get(), a, MPFR_RNDN);
  mpfr_div(out, sine.get(), a, MPFR_RNDN);
  if (mpfr_zero_p(a)) mpfr_set_si(out, 1, MPFR_RNDN);
  if (mpfr_inf_p(a)) mpfr_set_zero(out, 1);
}
/// The remainder with the sign of b.
void reference_mod(mpfr_ptr out, mpfr_srcptr a, mpfr_srcptr b) {
  mpfr_fmod(out, a, b, MPFR_RNDN);
  if (mpfr_nan_p(out)) return;
  if (mpfr_zero_p(out)) {
    mpfr_setsign(out, out, mpfr_signbit(b), MPFR_RNDN);
  } else if (mpfr_signbit(out) != mpfr_signbit(b)) {
    mpfr_add(out, out, b, MPFR_RNDN);
  }
}
/// MPFR's minimum and maximum pass over NaN.
template <auto function> void reference_extremum(mpfr_ptr out, mpfr_srcptr a, mpfr_srcptr b) {
  function(out, a, b, MPFR_RNDN);
  if (mpfr_nan_p(a) || mpfr_nan_p(b)) mpfr_set_nan(out);
}

constexpr UnaryRow kUnaryRows[] = {
    {Unary::neg, 0, 0, -2, 2, PANTILE_MPFR1(neg)},
    {Unary::abs, 0, 0, -2, 2, PANTILE_MPFR1(abs)},
    {Unary::sqrt, 0.5, 0.5, 0, 100, PANTILE_MPFR1(sqrt)},
    {Unary::floor, 0, 0, -9, 9, [](mpfr_ptr out, mpfr_srcptr a) { mpfr_floor(out, a); }},
    {Unary::ceil, 0, 0, -9, 9, [](mpfr_ptr out, mpfr_srcptr a) { mpfr_ceil(out, a); }},
    {Unary::trunc, 0, 0, -9, 9, [](mpfr_ptr out, mpfr_srcptr a) { mpfr_trunc(out, a); }},
    {Unary::round, 0, 0, -9, 9, [](mpfr_ptr out, mpfr_srcptr a) { mpfr_round(out, a); }},
    {Unary::fract, 0.5, 0.5, -9, 9, reference_fract},
    {Unary::sign, 0, 0, -9, 9, reference_sign},
    {Unary::cbrt, 1, 1, -1000, 1000, PANTILE_MPFR1(cbrt)},
    {Unary::sin, 2, 2.1, -8, 8, PANTILE_MPFR1(sin)},
    {Unary::cos, 2, 2.1, -8, 8, PANTILE_MPFR1(cos)},
    {Unary::tan, 1, 1, -8, 8, PANTILE_MPFR1(tan)},
    {Unary::sinc, 3, 3, -8, 8, reference_sinc},
    {Unary::asin, 1, 1, -1, 1, PANTILE_MPFR1(asin)},
    {Unary::acos, 1, 1, -1, 1, PANTILE_MPFR1(acos)},
    {Unary::atan, 1, 1, -8, 8, PANTILE_MPFR1(atan)},
    {Unary::sinh, 1, 1, -711, 711, PANTILE_MPFR1(sinh)},
    {Unary::cosh, 1, 1, -711, 711, PANTILE_MPFR1(cosh)},
    {Unary::tanh, 1, 1, -20, 20, PANTILE_MPFR1(tanh)},
    {Unary::asinh, 1, 1, -9, 9, PANTILE_MPFR1(asinh)},
    {Unary::acosh, 1, 1, 1, 9, PANTILE_MPFR1(acosh)},
    {Unary::atanh, 1, 1, -1, 1, PANTILE_MPFR1(atanh)},
    {Unary::exp, 1, 2, -746, 710, PANTILE_MPFR1(exp)},
    {Unary::exp2, 1, 1, -1075, 1024, PANTILE_MPFR1(exp2)},
    {Unary::expm1, 2, 1, -40, 710, PANTILE_MPFR1(expm1)},
    {Unary::log, 1, 1, 0, 4, PANTILE_MPFR1(log)},
    {Unary::log2, 1, 1, 0, 4, PANTILE_MPFR1(log2)},
    {Unary::log10, 1, 1, 0, 4, PANTILE_MPFR1(log10)},
    {Unary::log1p, 1, 1, -1, 4, PANTILE_MPFR1(log1p)},
    {Unary::erf, 1, 1, -6, 6, PANTILE_MPFR1(erf), 4},
    {Unary::erfc, 1, 1, -6, 28, PANTILE_MPFR1(erfc), 32},
};

constexpr BinaryRow kBinaryRows[] = {
    {Binary::add, 0.5, 0.5, PANTILE_MPFR2(add)},
    {Binary::sub, 0.5, 0.5, PANTILE_MPFR2(sub)},
    {Binary::mul, 0.5, 0.5, PANTILE_MPFR2(mul)},
    {Binary::div, 0.5, 0.5, PANTILE_MPFR2(div)},
    {Binary::pow, 1.5, 0.52, PANTILE_MPFR2(pow)},
    {Binary::atan2, 1, 1, PANTILE_MPFR2(atan2)},
    {Binary::hypot, 1, 1, PANTILE_MPFR2(hypot)},
    {Binary::fmod, 0, 0, PANTILE_MPFR2(fmod)},
    {Binary::mod, 0.5, 0.5, reference_mod},
    {Binary::min, 0, 0, reference_extremum<&mpfr_min>},
    {Binary::max, 0, 0, reference_extremum<&mpfr_max>},
};

// A sanitizer looks at memory, for which fewer do, and slows this down tenfold. Clang says
// __has_feature where GCC defines a name.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kArguments = 10'000;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr std::size_t kArguments = 10'000;
#else
constexpr std::size_t kArguments = 100'000;
#endif
#else
constexpr std::size_t kArguments = 100'000;
#endif

std::size_t argument_count() {
  const char* text = std::getenv("PANTILE_ACCURACY_ARGUMENTS");
  return text ? std::strtoull(text, nullptr, 10) : kArguments;
}

/// The worst of a function so far, and where.
template <class T> struct Worst {
  double ulp = -1;
  T a{}, b{}, result{};

  void add(T a_value, T b_value, T result_value, Mpfr& exact) {
    const double error = ulp_error(result_value, exact);
    if (error > ulp) *this = {error, a_value, b_value, result_value};
  }
  void check(std::string_view function, double max_ulp) const {
    char text[200];
    std::snprintf(text, sizeof text, "%s f%d: %.4f ULP at (%a, %a) -> %a",
                  std::string(function).c_str(), int{8 * sizeof(T)}, ulp, static_cast<double>(a),
                  static_cast<double>(b), static_cast<double>(result));
    EXPECT_LE(ulp, max_ulp) << text;
    if (std::getenv("PANTILE_ACCURACY_ARGUMENTS")) std::printf("%s\n", text);
  }
};

constexpr std::size_t kBlock = 4096;

template <class T> void measure(const UnaryRow& row) {
  const std::size_t count = argument_count() / static_cast<std::size_t>(row.cost);
  const auto kernel = scalar_kernels<T>().unary[static_cast<std::size_t>(row.f)];
  ASSERT_NE(kernel, nullptr) << name(row.f);
  Arguments<T> arguments(1 + static_cast<std::uint64_t>(row.f));
  std::vector<T> a = Arguments<T>::specials(), out;
  Worst<T> worst;
  Mpfr x, exact;
  for (std::size_t done = 0; done < count; done += a.size(), a.clear()) {
    while (a.size() < kBlock) {
      a.push_back(a.size() % 2 ? arguments.any() : arguments.uniform(row.lo, row.hi));
    }
    out.resize(a.size());
    kernel(a.data(), out.data(), a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      x.set(a[i]);
      row.reference(exact.get(), x.get());
      worst.add(a[i], 0, out[i], exact);
    }
  }
  worst.check(name(row.f), sizeof(T) == 8 ? row.max_ulp_f64 : row.max_ulp_f32);
}

/// Pairs of every special with every special, then pairs of any with: any, a neighbour of the same
/// size, or (what pow asks for) a number whose power neither overflows nor vanishes.
template <class T> void fill_pairs(Arguments<T>& arguments, std::vector<T>& a, std::vector<T>& b) {
  while (a.size() % kBlock != 0 || a.empty()) {
    switch (a.size() % 4) {
      case 0:
        a.push_back(arguments.any());
        b.push_back(arguments.any());
        break;
      case 1:
        a.push_back(arguments.uniform(-3, 3));
        b.push_back(arguments.uniform(-3, 3));
        break;
      case 2: {
        const T v = arguments.any();
        a.push_back(v);
        b.push_back(static_cast<T>(v * arguments.uniform(-2, 2)));
        break;
      }
      default: {
        const T v = std::fabs(arguments.any());
        const double log2_v = std::log2(static_cast<double>(v));
        const double largest = 1.02 * std::numeric_limits<T>::max_exponent;
        a.push_back(v);
        b.push_back(log2_v == 0 ? T(1)
                                : static_cast<T>(arguments.uniform(-largest, largest) / log2_v));
      }
    }
  }
}

template <class T> void measure(const BinaryRow& row) {
  const auto kernel = scalar_kernels<T>().binary[static_cast<std::size_t>(row.f)];
  ASSERT_NE(kernel, nullptr) << name(row.f);
  Arguments<T> arguments(100 + static_cast<std::uint64_t>(row.f));
  std::vector<T> a, b, out;
  for (const T u : Arguments<T>::specials()) {
    for (const T v : Arguments<T>::specials()) {
      a.push_back(u);
      b.push_back(v);
    }
  }
  Worst<T> worst;
  Mpfr x, y, exact;
  for (std::size_t done = 0; done < argument_count(); done += a.size(), a.clear(), b.clear()) {
    fill_pairs(arguments, a, b);
    out.resize(a.size());
    kernel(a.data(), b.data(), out.data(), a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      x.set(a[i]);
      y.set(b[i]);
      row.reference(exact.get(), x.get(), y.get());
      worst.add(a[i], b[i], out[i], exact);
    }
  }
  worst.check(name(row.f), sizeof(T) == 8 ? row.max_ulp_f64 : row.max_ulp_f32);
}

class UnaryAccuracy : public ::testing::TestWithParam<UnaryRow> {};
TEST_P(UnaryAccuracy, KeepsItsBound) {
  measure<double>(GetParam());
  measure<float>(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Math, UnaryAccuracy, ::testing::ValuesIn(kUnaryRows),
                         [](const auto& row) { return std::string(name(row.param.f)); });

class BinaryAccuracy : public ::testing::TestWithParam<BinaryRow> {};
TEST_P(BinaryAccuracy, KeepsItsBound) {
  measure<double>(GetParam());
  measure<float>(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Math, BinaryAccuracy, ::testing::ValuesIn(kBinaryRows),
                         [](const auto& row) { return std::string(name(row.param.f)); });

#undef PANTILE_MPFR1
#undef PANTILE_MPFR2

/// Bounds by function from the table of docs/numbers.md: "| a, b | f64 | f32 | … |".
std::map<std::string, std::pair<double, double>> documented_bounds() {
  const auto bound = [](std::string text) {
    std::erase(text, ' ');
    return text == "exact" ? 0.0 : text == "½" ? 0.5 : std::atof(text.c_str());
  };
  std::map<std::string, std::pair<double, double>> bounds;
  std::ifstream file(PANTILE_SOURCE_DIR "/docs/numbers.md");
  for (std::string line; std::getline(file, line);) {
    std::istringstream cells(line);
    std::string skip, names, f64, f32;
    if (!std::getline(cells, skip, '|') || !std::getline(cells, names, '|') ||
        !std::getline(cells, f64, '|') || !std::getline(cells, f32, '|')) {
      continue;
    }
    std::istringstream list(names);
    for (std::string function; std::getline(list, function, ',');) {
      std::erase(function, ' ');
      bounds[function] = {bound(f64), bound(f32)};
    }
  }
  return bounds;
}

TEST(Accuracy, BoundsAreTheDocumentedOnes) {
  const auto documented = documented_bounds();
  const auto check = [&](std::string_view function, double f64, double f32) {
    const auto found = documented.find(std::string(function));
    ASSERT_NE(found, documented.end()) << function << " is missing in docs/numbers.md";
    EXPECT_EQ(found->second, std::pair(f64, f32)) << function;
  };
  for (const UnaryRow& row : kUnaryRows) check(name(row.f), row.max_ulp_f64, row.max_ulp_f32);
  for (const BinaryRow& row : kBinaryRows) check(name(row.f), row.max_ulp_f64, row.max_ulp_f32);
}

}  // namespace
}  // namespace pantile::math
