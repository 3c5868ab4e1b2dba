#pragma once
/// \file
/// A byte store in memory: for tests and for pictures too small to deserve a file.

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "io/store/byte_store.h"

namespace pantile {

class MemoryStore final : public ByteStore {
 public:
  MemoryStore();
  ~MemoryStore() override;

  std::string name() const override { return "memory"; }
  Result<Bytes> read(std::string_view key) const override;
  Status read_into(std::string_view key, std::int64_t offset,
                   std::span<std::byte> out) const override;
  Result<std::optional<std::int64_t>> size(std::string_view key) const override;
  Result<std::unique_ptr<Writer>> open_writer(std::string_view key) override;
  Status remove(std::string_view key) override;
  Result<std::vector<Entry>> list(std::string_view prefix) const override;
  Status remove_leftovers() override { return {}; }
  Result<std::unique_ptr<Spool>> open_spool() override;
  std::int64_t bytes_read() const override;
  std::int64_t bytes_written() const override;

 private:
  struct State;
  std::shared_ptr<State> state_;  // writers hold it too
};

}  // namespace pantile
