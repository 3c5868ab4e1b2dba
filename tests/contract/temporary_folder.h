#pragma once
/// \file
/// A folder for one test, removed with all that is in it.

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace pantile::contract {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    // In memory where the system offers it: hundreds of small files are synced to disk here.
    std::error_code ignored;
    const std::filesystem::path memory = "/dev/shm";
    const bool use_memory = ::access(memory.c_str(), W_OK) == 0;
    const auto parent = use_memory ? memory : std::filesystem::temp_directory_path(ignored);
    std::string pattern = (parent / "pantile-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace pantile::contract
