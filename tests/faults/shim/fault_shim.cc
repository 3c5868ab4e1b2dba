// Stands between a program and the C library's file calls, to make them fail, to end the program at
// a chosen one, or to write them down. Preloaded by the fault tests; see shim.py.
//
// Nothing is really synced: no disk is lost here, and thousands of runs would wait for it.
//
//   FAULT_ROOT    only calls on files below this folder count
//   FAULT_FAIL    "<n> <errno>": the n-th call (from 0) fails; "<n> <errno> on": all from there on
//   FAULT_KILL    "<n>": SIGKILL in place of the n-th call
//   FAULT_MET     a file that takes down the name of the call that failed
//   FAULT_CLOCK   set: the time of day jumps back and forth by years
//   FAULT_RECORD  a file: every call that counted, a line each, and next to it <file>.data
//
// A line is: whether the system did it ("done") or not ("refused"), the call, file identity,
// offset, size, path, second path; tabs between.
#include <dlfcn.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace {

template <class F> F* next(const char* name) {
  return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

struct File {
  long identity;  // of the file, whatever its name becomes
  std::string path;
};

class Shim {
 public:
  Shim() {
    if (const char* root = std::getenv("FAULT_ROOT")) root_ = root;
    if (const char* fail = std::getenv("FAULT_FAIL")) {
      std::sscanf(fail, "%ld %d", &fail_at_, &error_);
      on_ = std::strstr(fail, "on") != nullptr;
    }
    if (const char* kill = std::getenv("FAULT_KILL")) kill_at_ = std::atol(kill);
    if (const char* record = std::getenv("FAULT_RECORD")) {
      lines_ = std::fopen(record, "w");
      data_ = std::fopen((std::string(record) + ".data").c_str(), "w");
    }
  }

  bool counts(const std::string& path) const {
    return !root_.empty() && path.compare(0, root_.size(), root_) == 0;
  }

  /// Counts a call: true when it has to fail, with errno set.
  bool fails(const char* call) {
    const long n = count_++;
    if (n == kill_at_) raise(SIGKILL);
    if (on_ ? fail_at_ < 0 || n < fail_at_ : n != fail_at_) return false;
    if (const char* met = std::getenv("FAULT_MET")) {
      if (std::FILE* file = std::fopen(met, "w")) {
        std::fputs(call, file);
        std::fclose(file);
      }
    }
    errno = error_;
    return true;
  }

  /// Once for every call that fails() has counted.
  void record(const char* call, bool succeeded, long identity, long offset, const void* bytes,
              std::size_t size, const std::string& path, const std::string& to = {}) {
    if (lines_ == nullptr) return;
    std::fprintf(lines_, "%s\t%s\t%ld\t%ld\t%zu\t%s\t%s\n", succeeded ? "done" : "refused", call,
                 identity, offset, size, path.c_str(), to.c_str());
    if (bytes != nullptr) std::fwrite(bytes, 1, size, data_);
    std::fflush(lines_);
    std::fflush(data_);
  }

  std::mutex mutex;
  std::map<int, File> open_files;
  long identities = 0;

 private:
  std::string root_;
  long fail_at_ = -1, kill_at_ = -1, count_ = 0;
  int error_ = EIO;
  bool on_ = false;
  std::FILE* lines_ = nullptr;
  std::FILE* data_ = nullptr;
};

/// Never destroyed: files are still written while the program ends.
Shim& shim() {
  static Shim* const one = new Shim;
  return *one;
}

std::string absolute(const char* path) {
  if (path[0] == '/') return path;
  char folder[PATH_MAX];
  if (getcwd(folder, sizeof folder) == nullptr) return path;
  return std::string(folder) + "/" + path;
}

/// A call that takes one or two paths.
template <class Call> int on_paths(const char* name, const char* from, const char* to, Call call) {
  Shim& s = shim();
  const std::lock_guard lock(s.mutex);
  const std::string a = absolute(from), b = to == nullptr ? "" : absolute(to);
  const bool counted = s.counts(a) || (to != nullptr && s.counts(b));
  if (counted && s.fails(name)) return -1;
  const int result = call();
  if (counted) s.record(name, result == 0, 0, 0, nullptr, 0, a, b);
  return result;
}

/// A call on an open file.
template <class Result, class Call>
Result on_file(const char* name, int fd, off_t offset, const void* bytes, Call call) {
  Shim& s = shim();
  const std::lock_guard lock(s.mutex);
  const auto file = s.open_files.find(fd);
  if (file == s.open_files.end()) return call();
  if (s.fails(name)) return -1;
  if (offset < 0 && bytes != nullptr) offset = lseek(fd, 0, SEEK_CUR);
  const Result result = call();
  s.record(name, result >= 0, file->second.identity, static_cast<long>(offset), bytes,
           bytes == nullptr || result < 0 ? 0 : static_cast<std::size_t>(result),
           file->second.path);
  return result;
}

int open_file(const char* path, int flags, mode_t mode) {
  using Open = int(const char*, int, ...);
  static Open* const real = next<Open>("open");
  Shim& s = shim();
  const std::lock_guard lock(s.mutex);
  const std::string full = absolute(path);
  const bool writes = (flags & O_ACCMODE) != O_RDONLY;
  const bool folder = (flags & O_DIRECTORY) != 0;
  if (!s.counts(full)) return real(path, flags, mode);
  if (writes && s.fails("create")) return -1;
  const int fd = real(path, flags, mode);
  if (fd < 0) {
    if (writes) s.record("create", false, 0, 0, nullptr, 0, full);
    return fd;
  }
  if (writes || folder) {
    s.open_files[fd] = {folder ? 0 : ++s.identities, full};
    if (writes) s.record("create", true, s.identities, 0, nullptr, 0, full);
  } else {
    s.open_files.erase(fd);
  }
  return fd;
}

/// The time of day with its jumps: a year to and fro, further each time.
void jump(long& seconds) {
  static const bool wanted = std::getenv("FAULT_CLOCK") != nullptr;
  static std::atomic<long> calls = 0;
  if (!wanted) return;
  const long n = ++calls;
  seconds += (n % 2 == 0 ? -1 : 1) * (n % 40) * 31'557'600;
}

/// True for a file whose name the test wants to be unreadable, as on a bad sector.
bool is_unreadable(int fd) {
  static const char* const wanted = std::getenv("FAULT_READ");
  if (wanted == nullptr) return false;
  char path[4096];
  const ssize_t size =
      readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof path - 1);
  return size > 0 && std::string_view(path, static_cast<std::size_t>(size)).ends_with(wanted);
}

mode_t mode_of(int flags, std::va_list list) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? static_cast<mode_t>(va_arg(list, int)) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  std::va_list list;
  va_start(list, flags);
  const mode_t mode = mode_of(flags, list);
  va_end(list);
  return open_file(path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  std::va_list list;
  va_start(list, flags);
  const mode_t mode = mode_of(flags, list);
  va_end(list);
  return open_file(path, flags, mode);
}
int close(int fd) {
  static auto* const real = next<int(int)>("close");
  {
    const std::lock_guard lock(shim().mutex);
    shim().open_files.erase(fd);
  }
  return real(fd);
}
ssize_t write(int fd, const void* bytes, size_t size) {
  static auto* const real = next<ssize_t(int, const void*, size_t)>("write");
  return on_file<ssize_t>("write", fd, -1, bytes, [&] { return real(fd, bytes, size); });
}
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  static auto* const real = next<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  return on_file<ssize_t>("write", fd, offset, bytes,
                          [&] { return real(fd, bytes, size, offset); });
}
ssize_t read(int fd, void* bytes, size_t size) {
  static auto* const real = next<ssize_t(int, void*, size_t)>("read");
  if (is_unreadable(fd)) return errno = EIO, -1;
  return real(fd, bytes, size);
}
ssize_t pread(int fd, void* bytes, size_t size, off_t offset) {
  static auto* const real = next<ssize_t(int, void*, size_t, off_t)>("pread");
  if (is_unreadable(fd)) return errno = EIO, -1;
  return real(fd, bytes, size, offset);
}
ssize_t pread64(int fd, void* bytes, size_t size, off64_t offset) {
  return pread(fd, bytes, size, offset);
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  return pwrite(fd, bytes, size, offset);
}
int fdatasync(int fd) {
  return on_file<int>("sync", fd, 0, nullptr, [] { return 0; });
}
int fsync(int fd) {
  return on_file<int>("sync", fd, 0, nullptr, [] { return 0; });
}
int rename(const char* from, const char* to) noexcept {
  static auto* const real = next<int(const char*, const char*)>("rename");
  return on_paths("rename", from, to, [&] { return real(from, to); });
}
int mkdir(const char* path, mode_t mode) noexcept {
  static auto* const real = next<int(const char*, mode_t)>("mkdir");
  return on_paths("mkdir", path, nullptr, [&] { return real(path, mode); });
}
int unlink(const char* path) noexcept {
  static auto* const real = next<int(const char*)>("unlink");
  return on_paths("remove", path, nullptr, [&] { return real(path); });
}
int remove(const char* path) noexcept {
  static auto* const real = next<int(const char*)>("remove");
  return on_paths("remove", path, nullptr, [&] { return real(path); });
}
int unlinkat(int folder, const char* path, int flags) noexcept {
  static auto* const real = next<int(int, const char*, int)>("unlinkat");
  std::string full = path;
  if (folder != AT_FDCWD && path[0] != '/') {
    char link[64], found[PATH_MAX];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    const ssize_t size = readlink(link, found, sizeof found);
    if (size > 0) full = std::string(found, static_cast<std::size_t>(size)) + "/" + path;
  }
  return on_paths("remove", full.c_str(), nullptr, [&] { return real(folder, path, flags); });
}

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  static auto* const real = next<int(clockid_t, timespec*)>("clock_gettime");
  const int result = real(clock, now);
  if (result == 0 && clock == CLOCK_REALTIME) jump(now->tv_sec);
  return result;
}
time_t time(time_t* out) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

}  // extern "C"
