#include "io/store/memory_store.h"

#include <fmt/format.h>

#include <algorithm>

namespace pantile {

struct MemoryStore::State {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<const Bytes>, std::less<>> objects;
  std::atomic<std::int64_t> bytes_read{0}, bytes_written{0};

  std::shared_ptr<const Bytes> find(std::string_view key) {
    const std::lock_guard lock(mutex);
    const auto it = objects.find(key);
    return it == objects.end() ? nullptr : it->second;
  }
  void put(const std::string& key, Bytes bytes) {
    bytes_written += static_cast<std::int64_t>(bytes.size());
    auto object = std::make_shared<const Bytes>(std::move(bytes));
    const std::lock_guard lock(mutex);
    objects[key] = std::move(object);
  }
};

namespace {

Error no_object(std::string_view key) {
  return Error(Code::not_found, fmt::format("there is no object \"{}\" in memory", key));
}

class MemorySpool final : public Spool {
 public:
  Result<std::int64_t> append(std::span<const std::byte> bytes) override {
    const auto offset = static_cast<std::int64_t>(bytes_.size());
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return offset;
  }
  Status read(std::int64_t offset, std::span<std::byte> out) const override {
    const auto have = static_cast<std::int64_t>(bytes_.size());
    if (offset < 0 || offset > have || static_cast<std::int64_t>(out.size()) > have - offset) {
      return Error(Code::corrupt, "a range outside the spool");
    }
    std::copy_n(bytes_.begin() + offset, out.size(), out.begin());
    return {};
  }

 private:
  Bytes bytes_;
};

template <class Commit> class MemoryWriter final : public ByteStore::Writer {
 public:
  explicit MemoryWriter(Commit commit) : commit_(std::move(commit)) {}
  Status append(std::span<const std::byte> bytes) override {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return {};
  }
  Status overwrite(std::int64_t offset, std::span<const std::byte> bytes) override {
    if (offset < 0 || static_cast<std::size_t>(offset) + bytes.size() > bytes_.size()) {
      return Error(Code::invalid, "only bytes that were appended can be replaced");
    }
    std::copy(bytes.begin(), bytes.end(), bytes_.begin() + offset);
    return {};
  }
  Status commit() override {
    commit_(std::move(bytes_));
    return {};
  }

 private:
  Commit commit_;
  Bytes bytes_;
};

}  // namespace

MemoryStore::MemoryStore() : state_(std::make_shared<State>()) {}
MemoryStore::~MemoryStore() = default;

Result<Bytes> MemoryStore::read(std::string_view key) const {
  PANTILE_TRY(check_key(key));
  const auto object = state_->find(key);
  if (object == nullptr) return no_object(key);
  state_->bytes_read += static_cast<std::int64_t>(object->size());
  return Bytes(*object);
}

Status MemoryStore::read_into(std::string_view key, std::int64_t offset,
                              std::span<std::byte> out) const {
  PANTILE_TRY(check_key(key));
  const auto object = state_->find(key);
  if (object == nullptr) return no_object(key);
  if (offset < 0) return Error(Code::invalid, "a range from before the first byte");
  const auto have = static_cast<std::int64_t>(object->size());
  if (offset > have || static_cast<std::int64_t>(out.size()) > have - offset) {
    return Error(Code::corrupt, fmt::format("object \"{}\" in memory: want {} bytes from byte {}, "
                                            "it has {}",
                                            key, out.size(), offset, have));
  }
  std::copy_n(object->begin() + offset, out.size(), out.begin());
  state_->bytes_read += static_cast<std::int64_t>(out.size());
  return {};
}

Result<std::optional<std::int64_t>> MemoryStore::size(std::string_view key) const {
  PANTILE_TRY(check_key(key));
  const auto object = state_->find(key);
  if (object == nullptr) return std::optional<std::int64_t>();
  return std::optional<std::int64_t>(static_cast<std::int64_t>(object->size()));
}

Result<std::unique_ptr<ByteStore::Writer>> MemoryStore::open_writer(std::string_view key) {
  PANTILE_TRY(check_key(key));
  auto commit = [state = state_, name = std::string(key)](Bytes bytes) {
    state->put(name, std::move(bytes));
  };
  return std::unique_ptr<Writer>(new MemoryWriter<decltype(commit)>(std::move(commit)));
}

Status MemoryStore::remove(std::string_view key) {
  PANTILE_TRY(check_key(key));
  const std::lock_guard lock(state_->mutex);
  const auto it = state_->objects.find(key);
  if (it != state_->objects.end()) state_->objects.erase(it);
  return {};
}

Result<std::vector<ByteStore::Entry>> MemoryStore::list(std::string_view prefix) const {
  std::string start;
  if (!prefix.empty()) {
    PANTILE_TRY(check_key(prefix));
    start = std::string(prefix) + "/";
  }
  std::vector<Entry> entries;
  const std::lock_guard lock(state_->mutex);
  for (auto it = state_->objects.lower_bound(start);
       it != state_->objects.end() && it->first.starts_with(start); ++it) {
    entries.push_back({it->first, static_cast<std::int64_t>(it->second->size())});
  }
  return entries;
}

Result<std::unique_ptr<Spool>> MemoryStore::open_spool() {
  return std::unique_ptr<Spool>(new MemorySpool);
}

std::int64_t MemoryStore::bytes_read() const { return state_->bytes_read; }
std::int64_t MemoryStore::bytes_written() const { return state_->bytes_written; }

}  // namespace pantile
