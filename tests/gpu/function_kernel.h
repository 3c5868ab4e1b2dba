#pragma once
/// \file
/// Every elementary function as a kernel: one body for a GPU's compiler, and for the host's.

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compute/math/functions.h"

namespace pantile::gpu {

/// Any function of the language.
using Function = std::variant<math::Unary, math::Binary, math::Ternary>;
std::vector<Function> all_functions();
std::string name_of(const Function& f);
/// Its number among those of as many arguments, which are one more than f.index().
std::size_t number_of(const Function& f);

/// What the kernel of a function works on; device memory of `n` numbers each.
struct FunctionArrays {
  const void* a;
  const void* b;
  const void* c;
  void* out;
};

/// One translation unit with the kernel `kernel`(FunctionArrays, unsigned n), for T double or
/// float.
inline constexpr std::string_view kFunctionKernel = "pantile_function";
template <class T>
std::string function_text(const Function& f, std::string_view kernel = kFunctionKernel);

}  // namespace pantile::gpu
