#include "core/copy.h"

#include <cassert>
#include <cstring>

namespace pantile {
namespace {

bool rows_are_packed(const Layout& l) {
  const auto sample = static_cast<std::ptrdiff_t>(dtype_bytes(l.dtype));
  return (l.channels == 1 || l.channel_stride == sample) && l.col_stride == sample * l.channels;
}

/// Calls fn(a_run, b_run, bytes) over the longest runs that are contiguous in both layouts.
template <class A, class B, class Fn> bool for_each_run(A a, B b, Fn fn) {
  assert(a.height() == b.height() && a.width() == b.width() && a.channels() == b.channels());
  assert(a.dtype() == b.dtype());
  const std::size_t sample = dtype_bytes(a.dtype());
  const bool by_row = rows_are_packed(a.layout()) && rows_are_packed(b.layout());
  for (std::int64_t y = 0; y < a.height(); ++y) {
    if (by_row) {
      const auto bytes =
          static_cast<std::size_t>(a.width()) * sample * static_cast<std::size_t>(a.channels());
      if (!fn(a.at(y, 0), b.at(y, 0), bytes)) return false;
      continue;
    }
    for (std::int64_t x = 0; x < a.width(); ++x) {
      for (int c = 0; c < a.channels(); ++c) {
        if (!fn(a.at(y, x, c), b.at(y, x, c), sample)) return false;
      }
    }
  }
  return true;
}

}  // namespace

void copy_pixels(View from, MutableView to) {
  for_each_run(from, to, [](const std::byte* s, std::byte* d, std::size_t n) {
    if (n != 0) std::memcpy(d, s, n);
    return true;
  });
}

void clear_pixels(MutableView to) {
  for_each_run(View(to), to, [](const std::byte*, std::byte* d, std::size_t n) {
    if (n != 0) std::memset(d, 0, n);
    return true;
  });
}

bool same_pixels(View a, View b) {
  return for_each_run(a, b, [](const std::byte* p, const std::byte* q, std::size_t n) {
    return n == 0 || std::memcmp(p, q, n) == 0;
  });
}

}  // namespace pantile
