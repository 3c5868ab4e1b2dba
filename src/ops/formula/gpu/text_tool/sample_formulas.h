#pragma once
/// \file
/// Formulas that tests turn into kernels: together they have every function and every input.

#include <string_view>

namespace pantile::formula {

inline constexpr std::string_view kSampleFormulas[] = {
    "complex",
    "simple",
    "gradient",
    "0.25",
    "x",
    "y",
    "r*cos(3*theta)",
    "sin(x)*cos(y) + tan(x - y) + sinc(5*r)",
    "asin(u) + acos(v) + atan(x*y) + atan2(y, x)",
    "sinh(x) - cosh(y) + tanh(x*y) + asinh(x) + acosh(2 + r) + atanh(u - v)",
    "exp(x) + exp2(y) + expm1(x*y) - log(1 + r) + log2(r) + log10(r) + log1p(u)",
    "sqrt(abs(x)) + cbrt(y) + pow(abs(x), y) + hypot(x, y) + x^3 - y^-2",
    "erf(x) + erfc(y) + erf(x*y)",
    "floor(x) + ceil(y) + round(x*y) + trunc(3*x) + fract(x + y) + sign(x - y)",
    "fmod(7*x, y) + mod(x, 0.3) + mod(i, 5) - fmod(1e30*x, 3e-30)",
    "min(x, y) + max(x, y) + step(x, y) + clamp(x*y, -0.5, 0.5) + mix(x, y, u) +"
    " smoothstep(-1, 1, x)",
    "if(x < y, x, if(x >= 2*y, y, -x)) + (x <= 0) + (y > 0) + (i == j) + (i != 3)",
    "not(x > 0) + (x > 0 and y > 0) + (x < 0 or y < 0)",
    "1/x + 1/y - 1/(x*y)",
    "rgb(u, v, sin(x*y))",
    "rgb(0.5, x/0, y)",
    "log(x) + 3e38*x*10",
    "log(x)/floor(2*y)",
    "if(sin(x*y) > 0, cos(x*y), if(exp(x*y) > y, pow(x, y), (x < y)*tan(y)))",
    "if((not x > y) and x*y, sqrt(x*y)/y, if(x + y or x - y > 2, hypot(x, y), x^y)) - (not (x*y))",
};

}  // namespace pantile::formula
