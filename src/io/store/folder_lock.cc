#include "io/store/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "io/store/os_error.h"

namespace pantile {

Result<FolderLock> FolderLock::take(const std::string& path, Mode mode) {
  PANTILE_ASSIGN(FileHandle handle, open_file(path, O_RDONLY, "lock"));
  const int operation = (mode == Mode::shared ? LOCK_SH : LOCK_EX) | LOCK_NB;
  while (::flock(handle.get(), operation) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK) {
      return Error(Code::conflict,
                   path +
                       " is being written by another pantile process; wait for it to end, or "
                       "stop it, and run the same command again");
    }
    return os_error(errno, "lock", path);
  }
  return FolderLock(std::move(handle));
}

Result<bool> FolderLock::is_taken(const std::string& path) {
  const Result<FolderLock> lock = take(path, Mode::shared);
  if (lock.ok()) return false;
  if (lock.error().code() == Code::conflict) return true;
  return lock.error();
}

}  // namespace pantile
