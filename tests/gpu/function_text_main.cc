// Prints the functions' kernels as host_functions.h includes them: each in a namespace, and a list.
#include <cstdio>
#include <string>

#include "gpu/function_kernel.h"

namespace pantile::gpu {
namespace {

template <class T> void print(const Function& f, std::string& list) {
  constexpr const char* kGroups[] = {"Unary", "Binary", "Ternary"};
  const std::string type = sizeof(T) == 8 ? "double" : "float";
  const std::string name = "kernel_" + name_of(f) + "_" + type;
  std::printf("namespace %s {\n%s}\n", name.c_str(), function_text<T>(f, "run_" + name).c_str());
  list += " \\\n  X(math::" + std::string(kGroups[f.index()]) + "(" + std::to_string(number_of(f)) +
          "), " + type + ", " + name + "::FunctionArrays, " + name + "::run_" + name + ")";
}

void print_all() {
  std::string list;
  for (const Function& f : all_functions()) {
    print<double>(f, list);
    print<float>(f, list);
  }
  std::printf("#define PANTILE_FUNCTION_KERNELS(X)%s\n", list.c_str());
}

}  // namespace
}  // namespace pantile::gpu

int main() { pantile::gpu::print_all(); }
