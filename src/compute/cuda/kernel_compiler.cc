#include "compute/cuda/kernel_compiler.h"

#include <utility>

#include "core/hash.h"

namespace pantile::cuda {

KernelCompiler::KernelCompiler(std::vector<std::shared_ptr<CodeCache>> caches, std::string nvrtc,
                               std::function<void(const std::string&)> on_warning,
                               CompileWatch watch)
    : caches_(std::move(caches)),
      nvrtc_path_(std::move(nvrtc)),
      on_warning_(std::move(on_warning)),
      watch_(std::move(watch)) {}

std::string KernelCompiler::text_hash(const std::string& text, std::span<const HeaderText> headers,
                                      std::span<const char* const> options) {
  Hasher hasher;
  hasher.add(text);
  for (const char* option : options) hasher.add(std::string_view(option));
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
          "this kernel has to be compiled by NVIDIA's NVRTC, which is not at hand "
          "(install the CUDA toolkit, or nvidia-cuda-nvrtc from PyPI and let PANTILE_NVRTC name "
          "its libnvrtc.so): " +
              opened.error().message());
    }
    nvrtc_ = *opened;
    if (watch_.on_begin) watch_.on_begin(*nvrtc_);
  }
  return nvrtc_;
}

namespace {

/// PTX of the oldest generation there is code for, which every driver finishes.
constexpr char kForAll[] = "compute_75";

/// What runs on a device of `architecture`, the best first: "sm_86" gives sm_86 … sm_80, and the
/// PTX for all.
std::vector<std::string> runnable(std::string_view architecture) {
  std::vector<std::string> all;
  const std::string generation(architecture.substr(0, architecture.size() - 1));
  for (char minor = architecture.back(); minor >= '0'; --minor) all.push_back(generation + minor);
  all.emplace_back(kForAll);
  return all;
}

}  // namespace

Result<std::string> KernelCompiler::compile(const std::string& text,
                                            std::span<const HeaderText> headers,
                                            std::string_view architecture) {
  for (const std::string& kind : runnable(architecture)) {
    const std::string name = key(text, headers, kind);
    for (const auto& cache : caches_) {
      auto found = cache->find(name);
      if (!found.ok()) {
        on_warning_(found.error().message());
      } else if (!found->empty()) {
        return found;
      }
    }
  }
  return compile_anew(text, headers, architecture);
}

Result<std::string> KernelCompiler::compile_anew(const std::string& text,
                                                 std::span<const HeaderText> headers,
                                                 std::string_view architecture) {
  PANTILE_ASSIGN(const auto compiler, nvrtc());
  const auto compile_for = [&](std::string_view target) {
    const MachineCode kind = target.starts_with("compute_") ? MachineCode::ptx : MachineCode::cubin;
    return compiler->compile(text, headers, target, kind, Nvrtc::options(), watch_.is_cancelled);
  };
  auto code = compile_for(architecture);
  if (!code.ok() && code.error().code() == Code::foreign && architecture.starts_with("sm_")) {
    code = compile_for(kForAll);  // the GPU is younger than NVRTC
  }
  if (code.ok() && !caches_.empty()) {
    const Status kept = caches_.front()->keep(key(text, headers, architecture), *code);
    if (!kept.ok()) on_warning_(kept.error().message());
  }
  return code;
}

}  // namespace pantile::cuda
