#pragma once
// The bytes of one run, taken from the front.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

namespace pantile {

/// Fails the run: what must hold whatever the input is does not.
inline void require(bool condition) {
  if (!condition) std::abort();
}

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(std::as_bytes(std::span(data, size))) {}

  bool empty() const { return rest_.empty(); }
  std::span<const std::byte> rest() const { return rest_; }
  std::string_view text() const {
    return {reinterpret_cast<const char*>(rest_.data()), rest_.size()};
  }
  /// The next bytes, as many as there are.
  std::span<const std::byte> take(std::size_t size) {
    const auto taken = rest_.first(std::min(size, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  /// The next byte; 0 at the end.
  std::size_t number() {
    const auto byte = take(1);
    return byte.empty() ? 0 : std::to_integer<std::size_t>(byte[0]);
  }

 private:
  std::span<const std::byte> rest_;
};

}  // namespace pantile
