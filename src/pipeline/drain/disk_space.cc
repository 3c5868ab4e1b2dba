#include "pipeline/drain/disk_space.h"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "io/store/os_error.h"

namespace pantile {

namespace fs = std::filesystem;

namespace {

/// `path`, or the nearest folder above it that exists.
fs::path existing_part(const std::string& path) {
  fs::path folder = fs::absolute(path);
  std::error_code ignored;
  while (!fs::exists(folder, ignored) && folder.has_relative_path()) folder = folder.parent_path();
  return folder;
}

}  // namespace

Status check_writable(const std::string& path) {
  const fs::path folder = existing_part(path);
  struct statvfs info{};
  const bool holds_files = ::statvfs(folder.c_str(), &info) == 0 && info.f_blocks > 0;
  if (::access(folder.c_str(), W_OK) == 0 && holds_files) return {};
  const int reason = holds_files ? errno : EROFS;
  return Error(Code::invalid,
               fmt::format("{} cannot be written to ({}: {}); choose another folder", path,
                           folder.string(), std::generic_category().message(reason)));
}

Result<std::int64_t> free_disk_bytes(const std::string& path) {
  const fs::path folder = existing_part(path);
  struct statvfs info{};
  if (::statvfs(folder.c_str(), &info) != 0) {
    return os_error(errno, "ask for the free space of", folder.string());
  }
  return static_cast<std::int64_t>(info.f_bavail) * static_cast<std::int64_t>(info.f_frsize);
}

std::int64_t disk_bytes(const std::string& path) {
  std::error_code error;
  if (fs::is_regular_file(path, error)) {
    return static_cast<std::int64_t>(fs::file_size(path, error));
  }
  std::int64_t bytes = 0;
  for (fs::recursive_directory_iterator at(path, error), end; !error && at != end;
       at.increment(error)) {
    if (at->is_regular_file(error)) bytes += static_cast<std::int64_t>(at->file_size(error));
  }
  return bytes;
}

Status check_disk(const std::string& path, std::int64_t needed_bytes, std::int64_t free_bytes,
                  std::string_view advice) {
  if (needed_bytes <= free_bytes) return {};
  const auto text = [](std::int64_t bytes) {
    const auto n = static_cast<double>(bytes);
    return bytes < 100'000'000 ? fmt::format("{:.2f} MB", n / 1e6)
                               : fmt::format("{:.2f} GB", n / 1e9);
  };
  return Error(Code::out_of_space,
               fmt::format("{}: the job needs about {} and {} are free there; free some space, "
                           "or {}",
                           path, text(needed_bytes), text(free_bytes), advice));
}

}  // namespace pantile
