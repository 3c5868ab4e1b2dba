// A store of made-up objects opens or is refused; what opens can be read or is refused.
//
// Input: objects one after the other, each `key length (1 byte), key, size (2 bytes), bytes`.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "core/buffer.h"
#include "io/store/memory_store.h"
#include "io/zarr/zarr_source.h"

namespace {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(std::as_bytes(std::span(data, size))) {}

  bool empty() const { return rest_.empty(); }
  std::span<const std::byte> take(std::size_t size) {
    const auto taken = rest_.first(std::min(size, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  std::size_t number() {
    const auto byte = take(1);
    return byte.empty() ? 0 : std::to_integer<std::size_t>(byte[0]);
  }

 private:
  std::span<const std::byte> rest_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  auto store = std::make_shared<pantile::MemoryStore>();
  while (!input.empty()) {
    const std::string key(pantile::as_text(input.take(input.number())));
    const std::size_t low = input.number();
    const auto object = input.take(low + 256 * input.number());
    static_cast<void>(store->write(key, object));
  }
  auto source = pantile::zarr::ZarrSource::open(store, {});
  if (!source.ok()) return 0;
  const auto& spec = (*source)->spec();
  for (std::size_t level = 0; level < spec.levels.size(); ++level) {
    const pantile::Rect corner = intersect(spec.levels[level].bounds(), {0, 0, 64, 64});
    if (spec.channels > 16) return 0;
    pantile::PixelBuffer pixels(spec.dtype, corner.height(), corner.width(), spec.channels);
    pantile::ReadContext context;
    static_cast<void>(
        (*source)->read(spec.region(static_cast<int>(level), corner), pixels.view(), context));
  }
  return 0;
}
