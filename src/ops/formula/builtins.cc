#include "ops/formula/builtins.h"

#include <algorithm>

namespace pantile::formula {
namespace {

constexpr std::array<double, 2> kComplexRange{-3, 3};
constexpr std::array<double, 2> kSimpleRange{-1, 1};

// c^s for a cosine c and a sine s: a real number where c > 0, and for c < 0 only where s is a
// whole number, which is here taken to be -1, 0 or 1 within 1e-6. There c^s = |c|^s, negated for
// the odd ones. Pantile's predecessor raised |c| to |s| in that branch, so that s = -1 gave c
// instead of 1/c; here the exponent keeps its sign, and both branches share one power.
// c = 0 does not occur: no finite floating-point number has a cosine of zero.
constexpr std::string_view kComplex =
    "let q = x^2 + y^2, c = cos(q), s = sin(100*sqrt(q + 1e-10)),"
    " p = abs(c)^s, a = abs(s)"
    " in clamp(sin(1000*x*y)"
    " + if(c > 0, p, if(1 - a < 1e-6, -p, if(a < 1e-6, p, 0))) - 0.5, -3, 3)";

// Red and green show where a pixel lies in the picture, blue is exactly (column + row) mod 256:
// a tile that is displaced by one pixel shows, and an overview is smooth.
constexpr std::string_view kGradient = "rgb(u, v, mod(i + j, 256)/255)";

constexpr Builtin kBuiltins[] = {
    {"complex", kComplex, kComplexRange, "sin(1000xy) + cos(x²+y²)^sin(100r) - 0.5, -3 to 3"},
    {"simple", "sin(x*y)", kSimpleRange, "sin(xy), -1 to 1"},
    {"gradient", kGradient, std::nullopt, "the pixel's position as a colour, to check placement"},
};

}  // namespace

std::span<const Builtin> builtins() { return kBuiltins; }

const Builtin* find_builtin(std::string_view name) {
  const auto* it = std::ranges::find(kBuiltins, name, &Builtin::name);
  return it == std::end(kBuiltins) ? nullptr : it;
}

}  // namespace pantile::formula
