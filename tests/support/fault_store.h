#pragma once
/// \file
/// A byte store that fails on purpose, to test what others do about it.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "io/store/byte_store.h"

namespace pantile {

/// Passes everything on to another store, except that chosen calls fail with a chosen code.
class FaultStore final : public ByteStore {
 public:
  enum class Call : std::uint8_t { read, size, open_writer, append, commit, remove, list, spool };

  explicit FaultStore(std::shared_ptr<ByteStore> inner) : inner_(std::move(inner)) {}

  /// The `nth` call of that kind from now on (1: the next) fails with `code`, once.
  /// Not to be called while others use the store.
  void fail(Call call, std::int64_t nth, Code code);
  /// Calls of that kind so far.
  std::int64_t calls(Call call) const;

  std::string name() const override { return inner_->name(); }
  Result<Bytes> read(std::string_view key) const override;
  Status read_into(std::string_view key, std::int64_t offset,
                   std::span<std::byte> out) const override;
  Result<std::optional<std::int64_t>> size(std::string_view key) const override;
  Result<std::unique_ptr<Writer>> open_writer(std::string_view key) override;
  Status remove(std::string_view key) override;
  Result<std::vector<Entry>> list(std::string_view prefix) const override;
  Status remove_leftovers() override { return inner_->remove_leftovers(); }
  Result<std::unique_ptr<Spool>> open_spool() override;
  std::int64_t bytes_read() const override { return inner_->bytes_read(); }
  std::int64_t bytes_written() const override { return inner_->bytes_written(); }

 private:
  class FaultWriter;
  static constexpr std::size_t kCalls = 8;
  struct Counter {
    std::atomic<std::int64_t> calls{0};
    std::int64_t fail_at = 0;
    Code code = Code::io;
  };

  Status count(Call call, std::string_view key) const;

  std::shared_ptr<ByteStore> inner_;
  mutable std::array<Counter, kCalls> counters_;
};

}  // namespace pantile
