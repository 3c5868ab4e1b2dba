#include "gpu/function_kernel.h"

#include <fmt/format.h>

#include "compute/math/kernels.h"

namespace pantile::gpu {

std::vector<Function> all_functions() {
  std::vector<Function> all;
  for (std::size_t k = 0; k < math::kUnaryCount; ++k) all.emplace_back(math::Unary(k));
  for (std::size_t k = 0; k < math::kBinaryCount; ++k) all.emplace_back(math::Binary(k));
  for (std::size_t k = 0; k < math::kTernaryCount; ++k) all.emplace_back(math::Ternary(k));
  return all;
}

std::string name_of(const Function& f) {
  return std::visit([](auto g) { return std::string(math::name(g)); }, f);
}

std::size_t number_of(const Function& f) {
  return std::visit([](auto g) { return static_cast<std::size_t>(g); }, f);
}

template <class T> std::string function_text(const Function& f, std::string_view kernel) {
  constexpr const char* kGroups[] = {"Unary", "Binary", "Ternary"};
  std::string arguments = "L::set(static_cast<const T*>(arrays.a)[i])";
  if (f.index() > 0) arguments += ", L::set(static_cast<const T*>(arrays.b)[i])";
  if (f.index() > 1) arguments += ", L::set(static_cast<const T*>(arrays.c)[i])";
  return fmt::format(
      "#include \"compute/math/apply-inl.h\"\n"
      "struct FunctionArrays {{ const void* a; const void* b; const void* c; void* out; }};\n"
      "extern \"C\" __global__ void {}(FunctionArrays arrays, unsigned n) {{\n"
      "  using T = {};\n"
      "  using L = pantile::math::scalar::Lane<T>;\n"
      "  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;\n"
      "  if (i >= n) return;\n"
      "  // What is stored of a NaN has no sign and payload, as in the CPU's arrays.\n"
      "  static_cast<T*>(arrays.out)[i] =\n"
      "      pantile::math::scalar::canonical(pantile::math::scalar::apply<\n"
      "          static_cast<pantile::math::{}>({}), T>({})).v;\n"
      "}}\n",
      kernel, sizeof(T) == 8 ? "double" : "float", kGroups[f.index()], number_of(f), arguments);
}

template std::string function_text<double>(const Function&, std::string_view);
template std::string function_text<float>(const Function&, std::string_view);

}  // namespace pantile::gpu
