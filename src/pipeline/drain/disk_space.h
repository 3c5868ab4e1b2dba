#pragma once
/// \file
/// Room on the disk: what is free, what is taken, what is too little.

#include <cstdint>
#include <string>
#include <string_view>

#include "pantile/result.h"

namespace pantile {

/// Free bytes on the file system that holds `path` or will hold it.
Result<std::int64_t> free_disk_bytes(const std::string& path);

/// Errors: invalid, when `path`, or the nearest folder above it that exists, cannot be written to.
Status check_writable(const std::string& path);

/// Size of a file, or of all files below a folder, in bytes; 0 when there is none.
std::int64_t disk_bytes(const std::string& path);

/// Errors: out_of_space, when less than `needed_bytes` is free; the sentence ends in `advice`.
Status check_disk(const std::string& path, std::int64_t needed_bytes, std::int64_t free_bytes,
                  std::string_view advice);

}  // namespace pantile
