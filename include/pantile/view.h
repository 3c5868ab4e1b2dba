#pragma once
/// \file
/// Strided, non-owning windows onto one plane of pixels.

#include <cassert>
#include <cstddef>
#include <cstdint>

#include "pantile/dtype.h"
#include "pantile/geometry.h"

namespace pantile {

/// Where the bytes of a view lie.
enum class Place : std::uint8_t { host, pinned, device };

/// Shape, type and strides of a (height, width, channels) block. Strides are in bytes, any sign.
struct Layout {
  DType dtype = DType::u8;
  std::int64_t height = 0, width = 0;
  int channels = 1;
  std::ptrdiff_t row_stride = 0, col_stride = 0, channel_stride = 0;
  Place place = Place::host;
  int device = -1;  ///< Device ordinal when place is `device`.

  /// Rows of interleaved samples without padding: (y, x, c), C order.
  static Layout interleaved(DType dtype, std::int64_t height, std::int64_t width, int channels) {
    const auto sample = static_cast<std::ptrdiff_t>(dtype_bytes(dtype));
    const auto pixel = sample * channels;
    return {dtype, height, width, channels, pixel * static_cast<std::ptrdiff_t>(width),
            pixel, sample};
  }
  /// Bytes of all samples, as if packed.
  std::size_t packed_bytes() const {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) *
           static_cast<std::size_t>(channels) * dtype_bytes(dtype);
  }
  /// True when the block is interleaved and without gaps, so it may be treated as one run of bytes.
  bool is_packed() const {
    const Layout p = interleaved(dtype, height, width, channels);
    return row_stride == p.row_stride && col_stride == p.col_stride &&
           channel_stride == p.channel_stride;
  }
};

/// From one plane of a stack to the next, in bytes.
struct PlaneStrides {
  std::ptrdiff_t t = 0, z = 0;
};

namespace detail {

template <class Byte> class BasicView {
 public:
  BasicView() = default;
  BasicView(Byte* data, const Layout& layout) : data_(data), layout_(layout) {}

  Byte* data() const { return data_; }
  const Layout& layout() const { return layout_; }
  DType dtype() const { return layout_.dtype; }
  std::int64_t height() const { return layout_.height; }
  std::int64_t width() const { return layout_.width; }
  int channels() const { return layout_.channels; }

  /// First byte of sample (y, x, c), relative to the view.
  Byte* at(std::int64_t y, std::int64_t x, int c = 0) const {
    return data_ + y * layout_.row_stride + x * layout_.col_stride + c * layout_.channel_stride;
  }
  /// The window `r` (relative to this view, inside it).
  BasicView window(const Rect& r) const {
    assert((Rect{0, 0, width(), height()}.contains(r)));
    Layout l = layout_;
    l.height = r.height();
    l.width = r.width();
    return {at(r.y0, r.x0), l};
  }
  /// Channels [c0, c1) of the same pixels.
  BasicView select_channels(int c0, int c1) const {
    Layout l = layout_;
    l.channels = c1 - c0;
    return {at(0, 0, c0), l};
  }

 protected:
  Byte* data_ = nullptr;
  Layout layout_;
};

}  // namespace detail

/// A read-only window. Never owns memory; the owner outlives it.
class View : public detail::BasicView<const std::byte> {
 public:
  using BasicView::BasicView;
  View(const BasicView& v) : BasicView(v) {}  // NOLINT: implicit
};

/// A writable window. Never owns memory; the owner outlives it.
class MutableView : public detail::BasicView<std::byte> {
 public:
  using BasicView::BasicView;
  MutableView(const BasicView& v) : BasicView(v) {}   // NOLINT: implicit
  operator View() const { return {data_, layout_}; }  // NOLINT: implicit
};

}  // namespace pantile
