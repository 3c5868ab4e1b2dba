#pragma once
/// \file
/// From a kernel's text to machine code: what was compiled before is kept.

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compute/cuda/nvrtc.h"
#include "pantile/result.h"

namespace pantile::cuda {

/// Where compiled kernels lie, by KernelCompiler::key. Thread-safe.
class CodeCache {
 public:
  virtual ~CodeCache() = default;
  /// The code; empty where there is none.
  virtual Result<std::string> find(const std::string& key) const = 0;
  /// A cache that cannot grow keeps nothing.
  virtual Status keep(const std::string& key, std::string_view code) = 0;
};

/// For whoever has to wait: a compilation takes half a second to minutes. Each may be empty.
struct CompileWatch {
  std::function<void(const Nvrtc&)> on_begin;  ///< Before the first one.
  std::function<bool()> is_cancelled;          ///< As Nvrtc::compile.
};

/// Thread-safe.
class KernelCompiler {
 public:
  /// `caches` are asked in turn; what is compiled is kept in the first. `nvrtc`: as of Nvrtc::open,
  /// which is called when the first kernel is to be compiled. `on_warning`: a cache that fails does
  /// no harm, but is told.
  KernelCompiler(std::vector<std::shared_ptr<CodeCache>> caches, std::string nvrtc,
                 std::function<void(const std::string&)> on_warning, CompileWatch watch = {});

  /// The text's code for a device of `architecture` ("sm_90"): for just that one, else for an
  /// earlier one of its generation, else PTX ("compute_75"), else compiled. Errors: not_found (not
  /// in a cache, and no NVRTC on the machine), those of Nvrtc::compile.
  Result<std::string> compile(const std::string& text, std::span<const HeaderText> headers,
                              std::string_view architecture);
  /// The same, whatever the caches hold: for code that a driver does not take (of a newer compiler,
  /// say). An architecture of "compute_…" gives PTX; so does one that NVRTC does not know, since
  /// the GPU is younger: that of "compute_75".
  Result<std::string> compile_anew(const std::string& text, std::span<const HeaderText> headers,
                                   std::string_view architecture);

  /// A hash of everything that decides a compilation's result but the architecture and the
  /// compiler's version: text, headers, options.
  static std::string text_hash(const std::string& text, std::span<const HeaderText> headers,
                               std::span<const char* const> options = Nvrtc::options());
  /// What names a compilation: "<text_hash>-<architecture>".
  static std::string key(const std::string& text, std::span<const HeaderText> headers,
                         std::string_view architecture);

 private:
  Result<std::shared_ptr<const Nvrtc>> nvrtc();

  const std::vector<std::shared_ptr<CodeCache>> caches_;
  const std::string nvrtc_path_;
  const std::function<void(const std::string&)> on_warning_;
  const CompileWatch watch_;
  std::mutex mutex_;
  std::shared_ptr<const Nvrtc> nvrtc_;
};

}  // namespace pantile::cuda
