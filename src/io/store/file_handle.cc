#include "io/store/file_handle.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "io/store/os_error.h"

namespace pantile {
namespace {

// Linux transfers at most 2 GiB - 4 KiB a call.
constexpr std::size_t kMaxCallBytes = std::size_t{1} << 30;

/// Calls transfer(data, size, done) until all of `bytes` is through.
template <class Byte, class Transfer>
Status transfer_all(std::span<Byte> bytes, std::string_view verb, std::string_view path,
                    Transfer transfer) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const std::size_t want = std::min(bytes.size() - done, kMaxCallBytes);
    const ssize_t n = transfer(bytes.data() + done, want, done);
    if (n < 0) {
      if (errno == EINTR) continue;
      return os_error(errno, verb, path);
    }
    if (n == 0) {
      return Error(Code::corrupt, fmt::format("{} ends {} bytes too early; it is damaged", path,
                                              bytes.size() - done));
    }
    done += static_cast<std::size_t>(n);
  }
  return {};
}

std::string parent_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

void FileHandle::close() {
  // After EINTR the descriptor is closed all the same on Linux, so there is nothing to repeat.
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Result<FileHandle> open_file(const std::string& path, int flags, std::string_view verb) {
  for (;;) {
    // A pipe in a file's place must not make us wait for somebody who writes to it.
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK, 0666);
    if (fd < 0 && errno == EINTR) continue;
    if (fd < 0) return os_error(errno, verb, path);
    FileHandle file(fd);
    struct stat facts{};
    if (::fstat(fd, &facts) != 0) return os_error(errno, verb, path);
    const bool is_read = (flags & O_ACCMODE) == O_RDONLY;
    if (is_read && !S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode)) {
      return Error(Code::foreign, std::string(path) + " is a pipe or a device, not a file");
    }
    return file;
  }
}

Status write_all(int fd, std::span<const std::byte> bytes, std::string_view path) {
  return transfer_all(bytes, "write", path, [&](const std::byte* data, std::size_t n, std::size_t) {
    return ::write(fd, data, n);
  });
}

Status write_all_at(int fd, std::int64_t offset, std::span<const std::byte> bytes,
                    std::string_view path) {
  return transfer_all(bytes, "write", path,
                      [&](const std::byte* data, std::size_t n, std::size_t done) {
                        return ::pwrite(fd, data, n, offset + static_cast<off_t>(done));
                      });
}

Status read_all_at(int fd, std::int64_t offset, std::span<std::byte> out, std::string_view path) {
  return transfer_all(out, "read", path, [&](std::byte* data, std::size_t n, std::size_t done) {
    return ::pread(fd, data, n, offset + static_cast<off_t>(done));
  });
}

Status sync_folder(const std::string& folder) {
  PANTILE_ASSIGN(const auto handle, open_file(folder, O_RDONLY | O_DIRECTORY, "sync"));
  while (::fsync(handle.get()) != 0) {
    if (errno == EINTR) continue;
    // Some network file systems cannot sync folders and make renames durable themselves.
    if (errno == EINVAL || errno == ENOTSUP) return {};
    return os_error(errno, "sync", folder);
  }
  return {};
}

Status make_folders(const std::string& folder) {
  if (::mkdir(folder.c_str(), 0777) == 0) return sync_folder(parent_of(folder));
  if (errno == ENOENT) {
    const std::string parent = parent_of(folder);
    if (parent == folder) return os_error(ENOENT, "create folder", folder);
    PANTILE_TRY(make_folders(parent));
    if (::mkdir(folder.c_str(), 0777) == 0) return sync_folder(parent);
  }
  const int error = errno;
  if (error == EEXIST) {
    struct stat info{};
    if (::stat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return {};
    return Error(Code::foreign, folder + " is a file where a folder is needed; move it away");
  }
  return os_error(error, "create folder", folder);
}

}  // namespace pantile
