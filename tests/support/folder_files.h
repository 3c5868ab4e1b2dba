#pragma once
/// \file
/// What lies in a folder, to be compared with another.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

namespace pantile {

/// Every file's bytes by its path below `folder`.
inline std::map<std::string, std::string> files_in(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files[std::filesystem::relative(entry.path(), folder).string()] =
        std::string(std::istreambuf_iterator<char>(file), {});
  }
  return files;
}

}  // namespace pantile
