#include "core/hash.h"

#include <xxhash.h>

#include <bit>
#include <cstring>
#include <new>

namespace pantile {

std::string Fingerprint::hex() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t b : bytes) {
    text += kDigits[b >> 4];
    text += kDigits[b & 15];
  }
  return text;
}

struct Hasher::State {
  XXH3_state_t* xxh = XXH3_createState();
  State() {
    if (xxh == nullptr) throw std::bad_alloc();
    XXH3_128bits_reset(xxh);
  }
  ~State() { XXH3_freeState(xxh); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

Hasher::Hasher() : state_(std::make_unique<State>()) {}
Hasher::~Hasher() = default;

void Hasher::append(const void* data, std::size_t size) {
  XXH3_128bits_update(state_->xxh, data, size);
}

Hasher& Hasher::add(std::string_view text) {
  return add(std::as_bytes(std::span(text.data(), text.size())));
}

Hasher& Hasher::add(std::span<const std::byte> bytes) {
  add(static_cast<std::int64_t>(bytes.size()));
  append(bytes.data(), bytes.size());
  return *this;
}

Hasher& Hasher::add(std::int64_t number) {
  std::array<std::uint8_t, 8> le{};
  for (int i = 0; i < 8; ++i) {
    le[static_cast<std::size_t>(i)] =
        static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> (8 * i));
  }
  append(le.data(), le.size());
  return *this;
}

Hasher& Hasher::add(double number) { return add(std::bit_cast<std::int64_t>(number)); }

Fingerprint Hasher::finish() const {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_->xxh));
  Fingerprint f;
  static_assert(sizeof(canonical.digest) == sizeof(f.bytes));
  std::memcpy(f.bytes.data(), canonical.digest, sizeof(canonical.digest));
  return f;
}

Fingerprint hash_bytes(std::span<const std::byte> bytes) { return Hasher().add(bytes).finish(); }
Fingerprint hash_text(std::string_view text) { return Hasher().add(text).finish(); }
Fingerprint fingerprint_of(std::string_view text) { return hash_text(text); }

}  // namespace pantile
