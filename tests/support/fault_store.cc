#include "support/fault_store.h"

#include <fmt/format.h>

namespace pantile {

class FaultStore::FaultWriter final : public ByteStore::Writer {
 public:
  FaultWriter(const FaultStore& store, std::unique_ptr<Writer> inner, std::string_view key)
      : store_(store), inner_(std::move(inner)), key_(key) {}
  Status append(std::span<const std::byte> bytes) override {
    PANTILE_TRY(store_.count(Call::append, key_));
    return inner_->append(bytes);
  }
  Status overwrite(std::int64_t offset, std::span<const std::byte> bytes) override {
    PANTILE_TRY(store_.count(Call::append, key_));
    return inner_->overwrite(offset, bytes);
  }
  Status commit() override {
    PANTILE_TRY(store_.count(Call::commit, key_));
    return inner_->commit();
  }

 private:
  const FaultStore& store_;
  std::unique_ptr<Writer> inner_;
  std::string key_;
};

void FaultStore::fail(Call call, std::int64_t nth, Code code) {
  Counter& counter = counters_[static_cast<std::size_t>(call)];
  counter.fail_at = counter.calls + nth;
  counter.code = code;
}

std::int64_t FaultStore::calls(Call call) const {
  return counters_[static_cast<std::size_t>(call)].calls;
}

Status FaultStore::count(Call call, std::string_view key) const {
  Counter& counter = counters_[static_cast<std::size_t>(call)];
  if (++counter.calls != counter.fail_at) return {};
  return Error(counter.code, fmt::format("{}/{}: failed on request", name(), key));
}

Result<Bytes> FaultStore::read(std::string_view key) const {
  PANTILE_TRY(count(Call::read, key));
  return inner_->read(key);
}

Status FaultStore::read_into(std::string_view key, std::int64_t offset,
                             std::span<std::byte> out) const {
  PANTILE_TRY(count(Call::read, key));
  return inner_->read_into(key, offset, out);
}

Result<std::optional<std::int64_t>> FaultStore::size(std::string_view key) const {
  PANTILE_TRY(count(Call::size, key));
  return inner_->size(key);
}

Result<std::unique_ptr<ByteStore::Writer>> FaultStore::open_writer(std::string_view key) {
  PANTILE_TRY(count(Call::open_writer, key));
  PANTILE_ASSIGN(auto writer, inner_->open_writer(key));
  return std::unique_ptr<Writer>(new FaultWriter(*this, std::move(writer), key));
}

Status FaultStore::remove(std::string_view key) {
  PANTILE_TRY(count(Call::remove, key));
  return inner_->remove(key);
}

Result<std::vector<ByteStore::Entry>> FaultStore::list(std::string_view prefix) const {
  PANTILE_TRY(count(Call::list, prefix));
  return inner_->list(prefix);
}

Result<std::unique_ptr<Spool>> FaultStore::open_spool() {
  PANTILE_TRY(count(Call::spool, "spool"));
  return inner_->open_spool();
}

}  // namespace pantile
