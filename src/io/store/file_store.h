#pragma once
/// \file
/// A byte store in a folder: key "a/b" is the file "<root>/a/b".

#include <atomic>
#include <string>

#include "io/store/byte_store.h"

namespace pantile {

/// Folders are made as keys need them, the root too. Writing goes to a temporary file beside the
/// final one, then fsync, rename, fsync of the folder; long files are pushed to disk as they grow.
/// A symbolic link in the folder that leads out of it is a foreign error, and nothing behind it is
/// touched; the folder itself may be one.
/// Names longer than the file system allows are io errors.
class FileStore final : public ByteStore {
 public:
  /// Touches nothing yet. `root` is a folder, existing or not.
  explicit FileStore(std::string root);

  const std::string& root() const { return root_; }
  std::string name() const override { return root_; }
  Result<Bytes> read(std::string_view key) const override;
  Status read_into(std::string_view key, std::int64_t offset,
                   std::span<std::byte> out) const override;
  Result<std::optional<std::int64_t>> size(std::string_view key) const override;
  Result<std::unique_ptr<Writer>> open_writer(std::string_view key) override;
  Status remove(std::string_view key) override;
  Result<std::vector<Entry>> list(std::string_view prefix) const override;
  Status remove_leftovers() override;
  Result<std::unique_ptr<Spool>> open_spool() override;
  std::int64_t bytes_read() const override { return bytes_read_; }
  std::int64_t bytes_written() const override { return bytes_written_; }

 private:
  /// The file of `key`. Errors: invalid (a bad key), foreign (a link on the way that leads out).
  Result<std::string> path_of(std::string_view key) const;

  std::string root_;
  mutable std::atomic<std::int64_t> bytes_read_{0};
  std::atomic<std::int64_t> bytes_written_{0};
};

}  // namespace pantile
