#include "generate/hand_written.h"

#define PANTILE_MATH_SIMD
#include "compute/math/simd_targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "generate/hand_written.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#if PANTILE_MATH_IS_SIMD_TARGET
#include "compute/math/basic-inl.h"
#include "compute/math/exp_log-inl.h"
#include "compute/math/fill-inl.h"
#include "compute/math/inverse-inl.h"
#include "compute/math/pow-inl.h"
#include "compute/math/trig-inl.h"

PANTILE_MATH_BEGIN

struct Complex {
  template <class L> static PANTILE_MATH_FN L f(L x, L y) {
    const L zero = L::set(0), one = L::set(1), near = L::set(1e-6);
    const L q = x * x + y * y;
    const L c = cos(q), s = sin(sqrt(q + L::set(1e-10)) * L::set(100));
    const L p = pow(abs(c), s), a = abs(s);
    const L whole = select(one - a < near, -p, select(a < near, p, zero));
    const L v = sin((L::set(1000) * x) * y) + select(zero < c, p, whole) - L::set(0.5);
    return clamp(v, L::set(-3), L::set(3));
  }
};

struct Ripples {
  template <class L> static PANTILE_MATH_FN L f(L x, L y) {
    return exp(-(x * x + y * y) * L::set(0.125)) * cos(L::set(20) * x * y);
  }
};

struct Petals {
  template <class L> static PANTILE_MATH_FN L f(L x, L y) {
    return log(L::set(1) + (x * x + y * y)) * sin(L::set(5) * atan2(y, x));
  }
};

struct Weave {
  template <class L> static PANTILE_MATH_FN L f(L x, L y) {
    return sqrt(abs(sin(x * y) * cos(x - y)));
  }
};

template <class F> void row_of(const double* x, double y, double* out, std::size_t n) {
  using L = Lane<double>;
  for (std::size_t i = 0; i < n; i += L::lanes()) F::f(L::load(x + i), L::set(y)).store(out + i);
}

void complex_row(const double* x, double y, double* out, std::size_t n) {
  row_of<Complex>(x, y, out, n);
}
void ripples_row(const double* x, double y, double* out, std::size_t n) {
  row_of<Ripples>(x, y, out, n);
}
void petals_row(const double* x, double y, double* out, std::size_t n) {
  row_of<Petals>(x, y, out, n);
}
void weave_row(const double* x, double y, double* out, std::size_t n) {
  row_of<Weave>(x, y, out, n);
}

PANTILE_MATH_END
#endif

#if HWY_ONCE
#include <string_view>

#include "compute/math/kernels.h"

namespace pantile::bench {
namespace {

using Row = decltype(HandWritten::row);

// The row function of the target that the maths itself has chosen, by name.
#define PANTILE_ROW(name)                                                                      \
  [](std::string_view target) -> Row {                                                         \
    for (const auto& [id, row] : {std::pair<std::int64_t, Row>{HWY_AVX3, &math::N_AVX3::name}, \
                                  {HWY_AVX2, &math::N_AVX2::name},                             \
                                  {HWY_SSE4, &math::N_SSE4::name}}) {                          \
      if (target == hwy::TargetName(id)) return row;                                           \
    }                                                                                          \
    return nullptr;                                                                            \
  }(math::kernels<double>().target)

}  // namespace

std::vector<HandWritten> hand_written() {
  return {
      {"complex",
       "let q = x^2 + y^2, c = cos(q), s = sin(100*sqrt(q + 1e-10)), p = abs(c)^s, a = abs(s)"
       " in clamp(sin(1000*x*y) + if(c > 0, p, if(1 - a < 1e-6, -p, if(a < 1e-6, p, 0))) - 0.5,"
       " -3, 3)",
       -3, 3, PANTILE_ROW(complex_row), true},
      {"ripples", "exp(-(x^2 + y^2)/8)*cos(20*x*y)", -1, 1, PANTILE_ROW(ripples_row), false},
      {"petals", "log(1 + x^2 + y^2)*sin(5*theta)", -2, 2, PANTILE_ROW(petals_row), false},
      {"weave", "sqrt(abs(sin(x*y)*cos(x - y)))", 0, 1, PANTILE_ROW(weave_row), true},
  };
}

}  // namespace pantile::bench
#endif
