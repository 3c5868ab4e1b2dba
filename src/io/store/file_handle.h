#pragma once
/// \file
/// A file descriptor that closes itself, and the system calls on it made whole: interrupted and
/// partial ones are continued.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "pantile/result.h"

namespace pantile {

class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int fd) : fd_(fd) {}
  FileHandle(FileHandle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileHandle() { close(); }

  int get() const { return fd_; }
  void close();

 private:
  int fd_ = -1;
};

/// open(2) with O_CLOEXEC; the errors name `path` and `verb`. Reading takes files and folders only,
/// never waits for a pipe. Errors: those of the system; foreign (a pipe or a device to be read).
Result<FileHandle> open_file(const std::string& path, int flags, std::string_view verb);
/// Writes all of `bytes` at the file's position. `path` is for the message.
Status write_all(int fd, std::span<const std::byte> bytes, std::string_view path);
/// Writes all of `bytes` at `offset`.
Status write_all_at(int fd, std::int64_t offset, std::span<const std::byte> bytes,
                    std::string_view path);
/// Fills `out` from `offset` on; corrupt when the file ends before.
Status read_all_at(int fd, std::int64_t offset, std::span<std::byte> out, std::string_view path);
/// Makes `folder`'s entries durable.
Status sync_folder(const std::string& folder);
/// Makes `folder` and those above it as far as they are missing, durably.
Status make_folders(const std::string& folder);

}  // namespace pantile
