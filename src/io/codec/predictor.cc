#include "io/codec/predictor.h"

#include <cassert>
#include <type_traits>

namespace pantile::codec {
namespace {

/// Calls row(samples, count, channels) for each row, as unsigned integers of the sample's size.
template <class Row> void for_each_row(MutableView block, Row row) {
  assert(block.layout().is_packed() && !dtype_is_float(block.dtype()));
  const std::int64_t count = block.width() * block.channels();
  for (std::int64_t y = 0; y < block.height(); ++y) {
    void* const data = block.at(y, 0);
    switch (dtype_bytes(block.dtype())) {
      case 1: row(static_cast<std::uint8_t*>(data), count, block.channels()); break;
      case 2: row(static_cast<std::uint16_t*>(data), count, block.channels()); break;
      case 4: row(static_cast<std::uint32_t*>(data), count, block.channels()); break;
      default: row(static_cast<std::uint64_t*>(data), count, block.channels()); break;
    }
  }
}

}  // namespace

void apply_predictor(MutableView block) {
  for_each_row(block, [](auto* s, std::int64_t count, int channels) {
    using Sample = std::remove_reference_t<decltype(*s)>;
    for (std::int64_t i = count - 1; i >= channels; --i) {
      s[i] = static_cast<Sample>(s[i] - s[i - channels]);
    }
  });
}

void undo_predictor(MutableView block) {
  for_each_row(block, [](auto* s, std::int64_t count, int channels) {
    using Sample = std::remove_reference_t<decltype(*s)>;
    for (std::int64_t i = channels; i < count; ++i) {
      s[i] = static_cast<Sample>(s[i] + s[i - channels]);
    }
  });
}

}  // namespace pantile::codec
