#include "io/store/file_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "io/store/file_handle.h"
#include "io/store/os_error.h"

namespace pantile {
namespace {

namespace fs = std::filesystem;

// Data is pushed to the device in steps of this, so that the final sync has little left to do.
constexpr std::int64_t kWriteBackBytes = std::int64_t{8} << 20;

/// Every name between `root` and `path` that is a symbolic link leads to a place below `root`
/// (which may be one itself): a store that came from elsewhere reads and writes nothing beside
/// itself.
Status check_links(const std::string& root, const std::string& path) {
  for (std::size_t end = root.size(); end < path.size();) {
    end = std::min(path.find('/', end + 1), path.size());
    const std::string name = path.substr(0, end);
    struct stat info{};
    if (::lstat(name.c_str(), &info) != 0) return {};  // not there: there is nothing behind it
    if (!S_ISLNK(info.st_mode)) continue;
    std::error_code error;
    const std::string target = fs::weakly_canonical(name, error).string();
    const std::string home = fs::weakly_canonical(root, error).string();
    if (error || !target.starts_with(home + "/")) {
      return Error(Code::foreign,
                   fmt::format("{}: a symbolic link that leads out of {}; put what it leads to in "
                               "its place",
                               name, root));
    }
  }
  return {};
}

std::string folder_of(const std::string& path) { return path.substr(0, path.find_last_of('/')); }

/// A new file ".tmp-<process>-<n>" in `folder`, which is made when missing.
Result<FileHandle> create_temporary(const std::string& folder, std::string& path) {
  bool made_folder = false;
  for (int n = 0;; ++n) {
    path = fmt::format("{}/{}{}-{}", folder, kTemporaryPrefix, ::getpid(), n);
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0) return FileHandle(fd);
    const int error = errno;
    if (error == ENOENT && !made_folder) {
      PANTILE_TRY(make_folders(folder));
      made_folder = true;
    } else if (error != EEXIST && error != EINTR) {
      return os_error(error, "create a file in", folder);
    }
  }
}

class FileWriter final : public ByteStore::Writer {
 public:
  FileWriter(FileHandle handle, std::string temporary, std::string path,
             std::atomic<std::int64_t>& counter)
      : handle_(std::move(handle)),
        temporary_(std::move(temporary)),
        path_(std::move(path)),
        counter_(counter) {}

  ~FileWriter() override {
    handle_.close();
    if (!committed_) ::unlink(temporary_.c_str());
  }

  Status append(std::span<const std::byte> bytes) override {
    PANTILE_TRY(write_all(handle_.get(), bytes, path_));
    size_ += static_cast<std::int64_t>(bytes.size());
    if (size_ - pushed_ >= kWriteBackBytes) {
      // Only a hint: where it is not supported, the sync at the end does it all.
      ::sync_file_range(handle_.get(), pushed_, size_ - pushed_, SYNC_FILE_RANGE_WRITE);
      pushed_ = size_;
    }
    return {};
  }

  Status overwrite(std::int64_t offset, std::span<const std::byte> bytes) override {
    if (offset < 0 || offset + static_cast<std::int64_t>(bytes.size()) > size_) {
      return Error(Code::invalid, path_ + ": only bytes that were appended can be replaced");
    }
    return write_all_at(handle_.get(), offset, bytes, path_);
  }

  Status commit() override {
    while (::fdatasync(handle_.get()) != 0) {
      // Not to be tried again after a failure: the kernel may have dropped the pages.
      if (errno != EINTR) return os_error(errno, "write", path_);
    }
    handle_.close();
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
      return os_error(errno, "rename a new file to", path_);
    }
    committed_ = true;
    PANTILE_TRY(sync_folder(folder_of(path_)));
    counter_ += size_;
    return {};
  }

 private:
  FileHandle handle_;
  std::string temporary_, path_;
  std::atomic<std::int64_t>& counter_;
  std::int64_t size_ = 0, pushed_ = 0;
  bool committed_ = false;
};

class FileSpool final : public Spool {
 public:
  FileSpool(FileHandle handle, std::string path)
      : handle_(std::move(handle)), path_(std::move(path)) {}

  Result<std::int64_t> append(std::span<const std::byte> bytes) override {
    PANTILE_TRY(write_all_at(handle_.get(), size_, bytes, path_));
    const std::int64_t offset = size_;
    size_ += static_cast<std::int64_t>(bytes.size());
    return offset;
  }
  Status read(std::int64_t offset, std::span<std::byte> out) const override {
    return read_all_at(handle_.get(), offset, out, path_);
  }

 private:
  FileHandle handle_;
  std::string path_;
  std::int64_t size_ = 0;
};

/// Opens the regular file at `path` and tells its size; a folder is no object.
Result<FileHandle> open_object(const std::string& path, std::int64_t& size) {
  PANTILE_ASSIGN(auto handle, open_file(path, O_RDONLY, "open"));
  struct stat info{};
  if (::fstat(handle.get(), &info) != 0) return os_error(errno, "read", path);
  if (!S_ISREG(info.st_mode)) return Error(Code::not_found, path + " is not a file");
  size = info.st_size;
  return handle;
}

/// Calls visit(entry) for each regular file below `folder`; a missing folder has none.
template <class Visit> Status walk(const std::string& folder, Visit visit) {
  const auto failed = [&](const std::error_code& error) {
    return os_error(error.value(), "list", folder);
  };
  const auto missing = [](const std::error_code& error) {
    return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
  };
  std::error_code error;
  fs::recursive_directory_iterator it(folder, error);
  if (error) return missing(error) ? Status() : Status(failed(error));
  for (; it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (error) return failed(error);
    if (!it->is_regular_file(error)) continue;
    PANTILE_TRY(visit(*it));
  }
  // A failed increment ends the loop as the end does.
  return error ? Status(failed(error)) : Status();
}

}  // namespace

FileStore::FileStore(std::string root) : root_(root.empty() ? std::string(".") : std::move(root)) {
  while (root_.size() > 1 && root_.back() == '/') root_.pop_back();
}

Result<std::string> FileStore::path_of(std::string_view key) const {
  PANTILE_TRY(check_key(key));
  std::string path = fmt::format("{}/{}", root_, key);
  PANTILE_TRY(check_links(root_, path));
  return path;
}

Result<Bytes> FileStore::read(std::string_view key) const {
  PANTILE_ASSIGN(const std::string path, path_of(key));
  std::int64_t size = 0;
  PANTILE_ASSIGN(const auto handle, open_object(path, size));
  Bytes out(static_cast<std::size_t>(size));
  PANTILE_TRY(read_all_at(handle.get(), 0, out, path));
  bytes_read_ += size;
  return out;
}

Status FileStore::read_into(std::string_view key, std::int64_t offset,
                            std::span<std::byte> out) const {
  PANTILE_ASSIGN(const std::string path, path_of(key));
  if (offset < 0) return Error(Code::invalid, path + ": a range from before its first byte");
  std::int64_t size = 0;
  PANTILE_ASSIGN(const auto handle, open_object(path, size));
  PANTILE_TRY(read_all_at(handle.get(), offset, out, path));
  bytes_read_ += static_cast<std::int64_t>(out.size());
  return {};
}

Result<std::optional<std::int64_t>> FileStore::size(std::string_view key) const {
  PANTILE_ASSIGN(const std::string path, path_of(key));
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<std::int64_t>();
    return os_error(errno, "look up", path);
  }
  if (!S_ISREG(info.st_mode)) return std::optional<std::int64_t>();
  return std::optional<std::int64_t>(info.st_size);
}

Result<std::unique_ptr<ByteStore::Writer>> FileStore::open_writer(std::string_view key) {
  PANTILE_ASSIGN(const std::string path, path_of(key));
  std::string temporary;
  PANTILE_ASSIGN(auto handle, create_temporary(folder_of(path), temporary));
  return std::unique_ptr<Writer>(
      new FileWriter(std::move(handle), std::move(temporary), path, bytes_written_));
}

Status FileStore::remove(std::string_view key) {
  PANTILE_ASSIGN(const std::string path, path_of(key));
  if (::unlink(path.c_str()) == 0) return sync_folder(folder_of(path));
  if (errno == ENOENT || errno == ENOTDIR) return {};
  return os_error(errno, "remove", path);
}

Result<std::vector<ByteStore::Entry>> FileStore::list(std::string_view prefix) const {
  std::string folder = root_;
  if (!prefix.empty()) {
    PANTILE_ASSIGN(folder, path_of(prefix));
  }
  std::vector<Entry> entries;
  PANTILE_TRY(walk(folder, [&](const fs::directory_entry& file) {
    std::string key = file.path().string().substr(root_.size() + 1);
    if (!check_key(key).ok()) return Status();  // a temporary file
    std::error_code error;
    const auto size = file.file_size(error);
    if (error == std::errc::no_such_file_or_directory) return Status();  // removed meanwhile
    if (error) return Status(os_error(error.value(), "look up", file.path().string()));
    entries.push_back({std::move(key), static_cast<std::int64_t>(size)});
    return Status();
  }));
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.key < b.key; });
  return entries;
}

Status FileStore::remove_leftovers() {
  return walk(root_, [](const fs::directory_entry& file) {
    if (!file.path().filename().string().starts_with(kTemporaryPrefix)) return Status();
    std::error_code error;
    fs::remove(file.path(), error);
    if (error) return Status(os_error(error.value(), "remove", file.path().string()));
    return Status();
  });
}

Result<std::unique_ptr<Spool>> FileStore::open_spool() {
  std::string path;
  PANTILE_ASSIGN(auto handle, create_temporary(root_, path));
  // Unlinked at once: the space is given back however the process ends.
  if (::unlink(path.c_str()) != 0) return os_error(errno, "remove", path);
  return std::unique_ptr<Spool>(new FileSpool(std::move(handle), std::move(path)));
}

}  // namespace pantile
