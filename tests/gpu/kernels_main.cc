// Compiles every kernel of the GPU tests into a folder, so that they run where there is no NVRTC:
//   pantile_gpu_kernels <folder> <libnvrtc.so> compute_75 sm_80 …
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "gpu/test_kernels.h"
#include "ops/formula/gpu/kernel_headers.h"
#include "pipeline/folder/kernel_files.h"

namespace pantile::gpu {
namespace {

int compile_all(const std::string& folder, const std::string& nvrtc,
                const std::vector<std::string>& architectures) {
  bool warned = false;
  cuda::KernelCompiler compiler({std::make_shared<KernelFiles>(folder)}, nvrtc,
                                [&](const std::string& warning) {
                                  std::fprintf(stderr, "%s\n", warning.c_str());
                                  warned = true;
                                });
  for (const std::string& text : texts_of_the_tests()) {
    for (const std::string& architecture : architectures) {
      const auto code = compiler.compile_anew(text, formula::kernel_headers(), architecture);
      if (!code.ok()) {
        std::fprintf(stderr, "%s\n", code.error().message().c_str());
        return 1;
      }
    }
  }
  return warned ? 1 : 0;
}

}  // namespace
}  // namespace pantile::gpu

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs("usage: pantile_gpu_kernels <folder> <libnvrtc.so> sm_75 ...\n", stderr);
    return 2;
  }
  return pantile::gpu::compile_all(argv[1], argv[2], {argv + 3, argv + argc});
}
