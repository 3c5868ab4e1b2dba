#pragma once
/// \file
/// Owning pixel memory. Views refer to it.

#include <cstdlib>
#include <memory>
#include <new>

#include "pantile/view.h"

namespace pantile {

/// Packed interleaved pixels, 64-byte aligned, zeroed.
class PixelBuffer {
 public:
  PixelBuffer() = default;
  PixelBuffer(DType dtype, std::int64_t height, std::int64_t width, int channels)
      : layout_(Layout::interleaved(dtype, height, width, channels)),
        bytes_(new(std::align_val_t{kAlignment}) std::byte[layout_.packed_bytes() + 1]()) {}

  MutableView view() { return {bytes_.get(), layout_}; }
  View view() const { return {bytes_.get(), layout_}; }
  std::byte* data() { return bytes_.get(); }
  const std::byte* data() const { return bytes_.get(); }
  std::size_t size_bytes() const { return layout_.packed_bytes(); }
  bool empty() const { return bytes_ == nullptr; }

 private:
  static constexpr std::size_t kAlignment = 64;
  struct Free {
    void operator()(std::byte* p) const { ::operator delete[](p, std::align_val_t{kAlignment}); }
  };
  Layout layout_;
  std::unique_ptr<std::byte[], Free> bytes_;
};

}  // namespace pantile
