#pragma once
/// \file
/// NVIDIA's run-time compiler, where the machine has one. It needs no GPU.

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pantile/result.h"

namespace pantile::cuda {

/// A text that `#include "name"` or `#include <name>` brings in.
struct HeaderText {
  const char* name;
  const char* text;
};

/// What a compilation gives.
enum class MachineCode {
  cubin,  ///< For exactly one generation of GPUs: architecture "sm_90".
  ptx,    ///< For that generation and later ones, finished by the driver: "compute_75".
};

/// Immutable and thread-safe.
class Nvrtc {
 public:
  /// Opens `path`, or, where it is empty, the library of the usual names: versions 13 and 12, from
  /// the loader's folders and /usr/local/cuda. Errors: not_found, foreign.
  static Result<std::shared_ptr<const Nvrtc>> open(const std::string& path = {});
  ~Nvrtc();

  /// "13.0".
  const std::string& version() const { return version_; }

  /// How every text is compiled, besides its architecture: part of what decides the code.
  static std::span<const char* const> options();

  /// Compiles `code` as C++20 for `architecture` ("sm_90", "compute_75"). No contraction, no
  /// flushing of subnormals, division and square root correctly rounded. Errors: foreign (an
  /// architecture that this version does not know), internal (code that does not compile, with the
  /// compiler's words), cancelled. Other `options` are for tests that show what they change.
  /// `is_cancelled`, where there is one, is asked before, and by version 12.8 or later again
  /// and again, by any thread; once it says yes the compilation is given up.
  Result<std::string> compile(const std::string& code, std::span<const HeaderText> headers,
                              std::string_view architecture, MachineCode kind,
                              std::span<const char* const> options = Nvrtc::options(),
                              const std::function<bool()>& is_cancelled = {}) const;

 private:
  struct Functions;
  explicit Nvrtc(std::unique_ptr<Functions> functions, std::string version);

  std::unique_ptr<const Functions> functions_;
  std::string version_;
};

}  // namespace pantile::cuda
