#pragma once
/// \file
/// Compiled kernels in a folder, a file each, with a checksum.

#include <string>

#include "compute/cuda/kernel_compiler.h"
#include "io/store/file_store.h"

namespace pantile {

class KernelFiles final : public cuda::CodeCache {
 public:
  /// Touches nothing yet.
  explicit KernelFiles(std::string folder) : files_(std::move(folder)) {}

  /// Errors: corrupt (a file whose checksum does not fit; it is made again), io.
  Result<std::string> find(const std::string& key) const override;
  Status keep(const std::string& key, std::string_view code) override;

 private:
  FileStore files_;
};

}  // namespace pantile
