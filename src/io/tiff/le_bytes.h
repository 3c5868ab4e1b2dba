#pragma once
/// \file
/// Little-endian numbers in runs of bytes.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

namespace pantile::tiff {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie");

template <class T>
  requires std::is_trivially_copyable_v<T>
void append_le(std::vector<std::byte>& out, const T& value) {
  const auto* bytes = reinterpret_cast<const std::byte*>(&value);
  out.insert(out.end(), bytes, bytes + sizeof(T));
}

/// Takes numbers off the front of a run of bytes whose length the caller has checked.
class LeReader {
 public:
  explicit LeReader(std::span<const std::byte> bytes) : rest_(bytes) {}

  template <class T>
    requires std::is_trivially_copyable_v<T>
  T take() {
    T value;
    std::memcpy(&value, rest_.data(), sizeof(T));
    rest_ = rest_.subspan(sizeof(T));
    return value;
  }
  std::span<const std::byte> rest() const { return rest_; }

 private:
  std::span<const std::byte> rest_;
};

}  // namespace pantile::tiff
