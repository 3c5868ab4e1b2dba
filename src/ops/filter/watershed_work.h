#pragma once
/// \file
/// One window of a watershed: what is read for it, and what comes of it.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "ops/filter/flood.h"
#include "ops/label/label_source.h"

namespace pantile::filter {

/// What a watershed is made of. Channels go by number; an image of one goes with all.
struct WatershedInputs {
  std::shared_ptr<const TileSource> values;   ///< Low ones are flooded first.
  std::shared_ptr<const TileSource> markers;  ///< Whole numbers; 0: none.
  std::shared_ptr<const TileSource> mask;     ///< Null: all pixels.
};

/// Where a component of the mask lies; small, since there may be many.
struct ComponentExtent {
  ComponentExtent(std::uint32_t of, const Rect& r)
      : number(of),
        x0(static_cast<std::int32_t>(r.x0)),
        y0(static_cast<std::int32_t>(r.y0)),
        x1(static_cast<std::int32_t>(r.x1)),
        y1(static_cast<std::int32_t>(r.y1)) {}
  Rect rect() const { return {x0, y0, x1, y1}; }
  void add(const Rect& r) { *this = ComponentExtent(number, united(rect(), r)); }

  std::uint32_t number;
  std::int32_t x0, y0, x1, y1;
};

/// Where, in a block, the components lie that touch its edges. Keeps its memory.
class EdgeExtents {
 public:
  /// `labels`: of the block `rect`, row by row.
  void find(const std::uint32_t* labels, const Rect& rect);
  /// By number.
  const std::vector<ComponentExtent>& found() const { return found_; }

 private:
  std::vector<std::uint32_t> numbers_;
  std::vector<ComponentExtent> found_;
};

/// The numbers but 0 along the edges of `labels`, of that size, ascending.
void edge_numbers(const std::uint32_t* labels, std::int64_t width, std::int64_t height,
                  std::vector<std::uint32_t>& numbers);

/// Windows of a channel, one after the other; keeps its memory. For one thread. Rectangles are of
/// the image.
class WatershedWork {
 public:
  /// `components`: of the mask, found; null: all pixels are component 1.
  WatershedWork(const WatershedInputs& inputs, const label::LabelSource* components,
                label::Connectivity connectivity);

  /// What is read from here on.
  void set_channel(int channel) { channel_ = channel; }
  /// The edge_numbers() of the components in `block`. Errors: those of the mask.
  Status edge_numbers(const Rect& block, std::vector<std::uint32_t>& numbers, ReadContext& ctx);

  /// Nothing of `window` is to be flooded.
  void begin(const Rect& window);
  /// What of `part`, in the window, belongs to components of which is_inside(number) is true is to
  /// be flooded. Errors: those of the inputs; invalid (a marker that is none).
  template <class IsInside>
  Status load(const Rect& part, const IsInside& is_inside, ReadContext& ctx) {
    return load_window(part, is_inside, is_inside, part, ctx);
  }
  /// Of `part` what is_inside() says in `block`, which lies in it, and is_around() around it.
  template <class IsInside, class IsAround>
  Status load_window(const Rect& block, const IsInside& is_inside, const IsAround& is_around,
                     const Rect& part, ReadContext& ctx);
  /// Errors: cancelled.
  Status flood(const ReadContext& ctx);
  /// `rect`, in the window, to `out`, u32 and of its size.
  void write(const Rect& rect, const MutableView& out);
  /// What is not 0 in `from` to `out`, both u32 and of one size.
  static void lay_over(const View& from, const MutableView& out);

 private:
  Result<View> read(const TileSource& source, const Rect& rect, ReadContext& ctx);
  template <class IsInside>
  bool mark(const std::uint32_t* numbers, std::int64_t x0, std::int64_t x1,
            const IsInside& is_inside, std::uint32_t* pixels) const;
  Status read_numbers(const Rect& rect, ReadContext& ctx);
  Status load_rest(const Rect& part, ReadContext& ctx);
  Result<bool> load_markers(const Rect& part, ReadContext& ctx);
  std::uint32_t* row(std::int64_t y, std::int64_t x) {
    return flood_.row(y - window_.y0) + (x - window_.x0);
  }

  const WatershedInputs& inputs_;
  const label::LabelSource* components_;
  int channel_ = 0;
  Flood flood_;
  Rect window_;
  bool has_markers_ = false;
  std::vector<std::byte> read_, row_;
  std::vector<std::uint32_t> numbers_;
};

template <class IsInside>
bool WatershedWork::mark(const std::uint32_t* numbers, std::int64_t x0, std::int64_t x1,
                         const IsInside& is_inside, std::uint32_t* pixels) const {
  bool any = false;
  for (std::int64_t x = x0; x < x1;) {
    const std::uint32_t number = numbers[x];
    std::int64_t end = x + 1;
    while (end < x1 && numbers[end] == number) ++end;
    const bool is_dry = number != 0 && is_inside(number);
    if (is_dry) std::fill(pixels + x, pixels + end, Flood::kDry);
    any = any || is_dry;
    x = end;
  }
  return any;
}

template <class IsInside, class IsAround>
Status WatershedWork::load_window(const Rect& block, const IsInside& is_inside,
                                  const IsAround& is_around, const Rect& part, ReadContext& ctx) {
  PANTILE_TRY(read_numbers(part, ctx));
  bool any = false;
  const std::int64_t width = part.width(), x0 = block.x0 - part.x0, x1 = block.x1 - part.x0;
  for (std::int64_t y = 0; y < part.height(); ++y) {
    const std::uint32_t* const numbers = numbers_.data() + y * width;
    std::uint32_t* const pixels = row(part.y0 + y, part.x0);
    const bool is_beside = y + part.y0 < block.y0 || y + part.y0 >= block.y1;
    const std::int64_t begin = is_beside ? width : x0, end = is_beside ? width : x1;
    any |= mark(numbers, 0, begin, is_around, pixels);
    any |= mark(numbers, begin, end, is_inside, pixels);
    any |= mark(numbers, end, width, is_around, pixels);
  }
  return any ? load_rest(part, ctx) : Status();
}

}  // namespace pantile::filter
