#pragma once
/// \file
/// Elementary functions on a GPU, held to the CPU's bits.

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "compute/cuda/device.h"
#include "compute/cuda/kernel_compiler.h"
#include "compute/math/functions.h"

namespace pantile::gpu {

/// Any function of the language.
using Function = std::variant<math::Unary, math::Binary, math::Ternary>;
std::vector<Function> all_functions();
std::string name_of(const Function& f);

/// What the kernel of a function works on; device memory of `n` numbers each.
struct FunctionArrays {
  const void* a;
  const void* b;
  const void* c;
  void* out;
};

/// One translation unit with the kernel `pantile_function(FunctionArrays, unsigned n)`.
template <class T> std::string function_text(const Function& f);

struct FunctionParity {
  std::int64_t compared = 0, different = 0;
  std::string first;  ///< "sin(0x1p+3): CPU 0x…, GPU 0x…"; empty: none.
};

/// `count` random arguments, and all special ones with each other (three of them: met in turn), on
/// the device and on the widest target of the CPU. Errors: those of compiler and device.
template <class T>
Result<FunctionParity> compare_function(const Function& f,
                                        const std::shared_ptr<const cuda::Device>& device,
                                        cuda::KernelCompiler& compiler, std::int64_t count);

}  // namespace pantile::gpu
