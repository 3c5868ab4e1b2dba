#pragma once
/// \file
/// Where bytes lie: a flat map from keys such as "0/c/0/3/1" to runs of bytes, written atomically.
///
///     auto store = std::make_shared<FileStore>("run1/image.ome.zarr");   // io/store/file_store.h
///     PANTILE_TRY(store->write("zarr.json", as_bytes(text)));
///     PANTILE_ASSIGN(Bytes bytes, store->read("zarr.json"));

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pantile/result.h"

namespace pantile {

using Bytes = std::vector<std::byte>;

inline std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A key is relative, its parts are separated by "/", no part is empty, "." or "..", or begins
/// with ".tmp-" (reserved for files being written), and none holds a NUL. So no key can leave its
/// store. Errors: invalid.
Status check_key(std::string_view key);

/// Name prefix of files that are being written; one left by a dead process is a leftover.
inline constexpr std::string_view kTemporaryPrefix = ".tmp-";

/// Room for bytes that need not survive; gone when destroyed. One thread at a time.
class Spool {
 public:
  virtual ~Spool() = default;
  /// Appends and returns the offset at which `bytes` begin. Errors: out_of_space, io.
  virtual Result<std::int64_t> append(std::span<const std::byte> bytes) = 0;
  /// Fills `out` from what was appended. Errors: io.
  virtual Status read(std::int64_t offset, std::span<std::byte> out) const = 0;
};

/// Thread-safe. Every method returns `invalid` for a bad key. A reader sees the old bytes or the
/// new ones, never a mixture, also after a power cut.
class ByteStore {
 public:
  struct Entry {
    std::string key;
    std::int64_t size = 0;
    friend bool operator==(const Entry&, const Entry&) = default;
  };

  /// Writes one object from front to back. Destroyed without commit(): nothing happened.
  /// One thread at a time.
  class Writer {
   public:
    virtual ~Writer() = default;
    virtual Status append(std::span<const std::byte> bytes) = 0;
    /// Replaces bytes that were appended, from `offset` on. Errors: invalid (beyond the end).
    virtual Status overwrite(std::int64_t offset, std::span<const std::byte> bytes) = 0;
    /// Makes the object durable, then visible under its key. Call once.
    virtual Status commit() = 0;
  };

  virtual ~ByteStore() = default;
  /// Where the store is, for messages: a folder's path, "memory".
  virtual std::string name() const = 0;

  /// The whole object. Errors: not_found, io.
  virtual Result<Bytes> read(std::string_view key) const = 0;
  /// Fills `out` with the bytes from `offset` on. Errors: not_found; corrupt when the object ends
  /// before; io.
  virtual Status read_into(std::string_view key, std::int64_t offset,
                           std::span<std::byte> out) const = 0;
  /// Size in bytes, nothing when there is no such object. Errors: io.
  virtual Result<std::optional<std::int64_t>> size(std::string_view key) const = 0;
  /// Begins an object; replaces one of the same key on commit. Errors: out_of_space, io.
  virtual Result<std::unique_ptr<Writer>> open_writer(std::string_view key) = 0;
  /// Removes an object; not an error when there is none. Errors: io.
  virtual Status remove(std::string_view key) = 0;
  /// All objects whose key begins with `prefix` followed by "/" (or all, when it is empty), sorted
  /// by key. Temporary files are left out. Errors: io.
  virtual Result<std::vector<Entry>> list(std::string_view prefix) const = 0;
  /// Removes temporary files that dead writers left. Only for a caller who knows that nobody
  /// writes. Errors: io.
  virtual Status remove_leftovers() = 0;
  /// Scratch room on the same device as the store. Errors: out_of_space, io.
  virtual Result<std::unique_ptr<Spool>> open_spool() = 0;

  virtual std::int64_t bytes_read() const = 0;     ///< Through this object, so far.
  virtual std::int64_t bytes_written() const = 0;  ///< Committed through this object, so far.

  // In terms of the above.
  Result<bool> exists(std::string_view key) const;
  Result<Bytes> read_range(std::string_view key, std::int64_t offset, std::int64_t length) const;
  /// The whole object, whose size is not ours to choose: before anything is allocated for it.
  /// Errors: those of read(); corrupt when it is longer than `most_bytes`.
  Result<Bytes> read_at_most(std::string_view key, std::int64_t most_bytes) const;
  /// Writes the parts, one after another, as one object, atomically.
  Status write(std::string_view key, std::span<const std::span<const std::byte>> parts);
  Status write(std::string_view key, std::span<const std::byte> bytes);
};

}  // namespace pantile
