#pragma once
/// \file
/// The functions as a GPU's compiler reads their headers, compiled for the host.

#include <cstddef>

namespace pantile_on_device {

/// Function number `f` of those with `arity` arguments, of x[0] … x[arity - 1]; any NaN is the
/// canonical one.
double device_function(std::size_t arity, std::size_t f, const double* x);
float device_function(std::size_t arity, std::size_t f, const float* x);

/// One of the operations of rounded.h.
enum class Rounded { add, sub, mul, div, sqrt, fma, greater, lesser };
double device_rounded(Rounded operation, double a, double b, double c);
float device_rounded(Rounded operation, float a, float b, float c);

}  // namespace pantile_on_device
