#include "io/store/byte_store.h"

#include <fmt/format.h>

#include <algorithm>

namespace pantile {

Status check_key(std::string_view key) {
  const auto bad = [&](std::string_view why) {
    return Error(Code::invalid,
                 fmt::format("key \"{}\": {}; use parts separated by single \"/\"", key, why));
  };
  if (key.empty()) return bad("it is empty");
  if (key.find('\0') != std::string_view::npos) return bad("it holds a NUL");
  std::size_t begin = 0;
  while (begin <= key.size()) {
    const std::size_t end = std::min(key.find('/', begin), key.size());
    const std::string_view part = key.substr(begin, end - begin);
    if (part.empty()) return bad("it has an empty part");
    if (part == "." || part == "..") return bad("it has a part that is . or ..");
    if (part.starts_with(kTemporaryPrefix)) return bad("a part begins like a temporary file");
    begin = end + 1;
  }
  return {};
}

Result<bool> ByteStore::exists(std::string_view key) const {
  PANTILE_ASSIGN(const auto bytes, size(key));
  return bytes.has_value();
}

Result<Bytes> ByteStore::read_range(std::string_view key, std::int64_t offset,
                                    std::int64_t length) const {
  if (length < 0) return Error(Code::invalid, "a range of negative length");
  PANTILE_ASSIGN(const auto have, size(key));
  // Before allocating: a length from damaged metadata must not ask for the whole memory.
  if (have && (offset < 0 || offset > *have || length > *have - offset)) {
    return Error(Code::corrupt, fmt::format("{}/{}: want {} bytes from byte {}, it has {}", name(),
                                            key, length, offset, *have));
  }
  Bytes out(have ? static_cast<std::size_t>(length) : 0);
  PANTILE_TRY(read_into(key, offset, out));
  return out;
}

Result<Bytes> ByteStore::read_at_most(std::string_view key, std::int64_t most_bytes) const {
  PANTILE_ASSIGN(const auto have, size(key));
  if (have && *have > most_bytes) {
    return Error(Code::corrupt, fmt::format("{}/{}: want at most {} bytes, it has {}; restore it "
                                            "from a copy, or make it again",
                                            name(), key, most_bytes, *have));
  }
  return read(key);
}

Status ByteStore::write(std::string_view key, std::span<const std::span<const std::byte>> parts) {
  PANTILE_ASSIGN(const auto writer, open_writer(key));
  for (const auto part : parts) PANTILE_TRY(writer->append(part));
  return writer->commit();
}

Status ByteStore::write(std::string_view key, std::span<const std::byte> bytes) {
  return write(key, std::span<const std::span<const std::byte>>(&bytes, 1));
}

}  // namespace pantile
