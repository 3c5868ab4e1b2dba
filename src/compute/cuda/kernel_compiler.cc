#include "compute/cuda/kernel_compiler.h"

#include <utility>

#include "core/hash.h"

namespace pantile::cuda {

KernelCompiler::KernelCompiler(std::vector<std::shared_ptr<CodeCache>> caches, std::string nvrtc,
                               std::function<void(const std::string&)> on_warning)
    : caches_(std::move(caches)),
      nvrtc_path_(std::move(nvrtc)),
      on_warning_(std::move(on_warning)) {}

std::string KernelCompiler::text_hash(const std::string& text,
                                      std::span<const HeaderText> headers) {
  Hasher hasher;
  hasher.add(text);
  for (const HeaderText& header : headers) {
    hasher.add(std::string_view(header.name)).add(std::string_view(header.text));
  }
  return hasher.finish().hex();
}

std::string KernelCompiler::key(const std::string& text, std::span<const HeaderText> headers,
                                std::string_view architecture) {
  return text_hash(text, headers) + "-" + std::string(architecture);
}

Result<std::shared_ptr<const Nvrtc>> KernelCompiler::nvrtc() {
  const std::lock_guard lock(mutex_);
  if (nvrtc_ == nullptr) {
    auto opened = Nvrtc::open(nvrtc_path_);
    if (!opened.ok()) {
      return Error(
          opened.error().code(),
          "this formula's kernel has to be compiled, which takes NVIDIA's NVRTC (a part of "
          "the CUDA toolkit, and the PyPI package nvidia-cuda-nvrtc): " +
              opened.error().message());
    }
    nvrtc_ = *opened;
  }
  return nvrtc_;
}

Result<std::string> KernelCompiler::compile(const std::string& text,
                                            std::span<const HeaderText> headers,
                                            std::string_view architecture) {
  const std::string name = key(text, headers, architecture);
  for (const auto& cache : caches_) {
    auto found = cache->find(name);
    if (!found.ok()) {
      on_warning_(found.error().message());
    } else if (!found->empty()) {
      return found;
    }
  }
  PANTILE_ASSIGN(const auto compiler, nvrtc());
  PANTILE_ASSIGN(std::string code,
                 compiler->compile(text, headers, architecture, MachineCode::cubin));
  if (!caches_.empty()) {
    if (const Status kept = caches_.front()->keep(name, code); !kept.ok()) {
      on_warning_(kept.error().message());
    }
  }
  return code;
}

}  // namespace pantile::cuda
