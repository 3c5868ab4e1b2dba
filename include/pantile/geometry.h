#pragma once
/// \file
/// Where pixels lie: half-open rectangles and regions of one plane of a multi-level image.

#include <algorithm>
#include <cstdint>

namespace pantile {

/// Half-open rectangle in pixels of the level it speaks of; y grows downward.
struct Rect {
  std::int64_t x0 = 0, y0 = 0, x1 = 0, y1 = 0;

  std::int64_t width() const { return x1 - x0; }
  std::int64_t height() const { return y1 - y0; }
  bool empty() const { return x1 <= x0 || y1 <= y0; }
  /// Pixels covered; 0 when empty.
  std::int64_t area() const { return empty() ? 0 : width() * height(); }
  bool contains(const Rect& r) const {
    return r.x0 >= x0 && r.y0 >= y0 && r.x1 <= x1 && r.y1 <= y1;
  }
  friend bool operator==(const Rect&, const Rect&) = default;
};

/// The common part of `a` and `b`; empty when they do not meet.
inline Rect intersect(const Rect& a, const Rect& b) {
  return {std::max(a.x0, b.x0), std::max(a.y0, b.y0), std::min(a.x1, b.x1), std::min(a.y1, b.y1)};
}

/// The smallest rectangle that holds `a` and `b`; an empty one adds nothing.
inline Rect united(const Rect& a, const Rect& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  return {std::min(a.x0, b.x0), std::min(a.y0, b.y0), std::max(a.x1, b.x1), std::max(a.y1, b.y1)};
}

/// `r` moved by (dx, dy) pixels.
inline Rect translate(const Rect& r, std::int64_t dx, std::int64_t dy) {
  return {r.x0 + dx, r.y0 + dy, r.x1 + dx, r.y1 + dy};
}

/// One plane (t, z), channels [c0, c1), of a rectangle of one pyramid level.
struct Region {
  int level = 0;
  std::int64_t t = 0, z = 0;
  int c0 = 0, c1 = 1;
  Rect rect;

  int channels() const { return c1 - c0; }
  friend bool operator==(const Region&, const Region&) = default;
};

/// Physical size of a pixel, per axis, in the image's unit.
struct Scale2 {
  double x = 1, y = 1;
  friend bool operator==(const Scale2&, const Scale2&) = default;
};

/// Physical position of the centre of pixel (0, 0), per axis, in the image's unit.
struct Offset2 {
  double x = 0, y = 0;
  friend bool operator==(const Offset2&, const Offset2&) = default;
};

}  // namespace pantile
