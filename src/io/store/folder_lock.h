#pragma once
/// \file
/// One writer at a time: advisory locks that die with the process that holds them.

#include <string>
#include <utility>

#include "io/store/file_handle.h"
#include "pantile/result.h"

namespace pantile {

/// Holds a lock on a file or folder (flock(2)) until destroyed or moved from.
class FolderLock {
 public:
  enum class Mode { shared, exclusive };

  /// Locks `path`, which must exist, without waiting. Errors: conflict when another process (or
  /// another FolderLock of this one) holds it, io.
  static Result<FolderLock> take(const std::string& path, Mode mode);
  /// True when somebody holds `path`, which must exist, exclusively. Asking takes a shared lock for
  /// an instant. Errors: io.
  static Result<bool> is_taken(const std::string& path);

 private:
  explicit FolderLock(FileHandle handle) : handle_(std::move(handle)) {}
  FileHandle handle_;
};

}  // namespace pantile
