#include "pipeline/check/parents.h"

#include <cstring>
#include <utility>

#include "compute/cpu/reduce.h"
#include "core/copy.h"

namespace pantile {

Rect CheckParents::quadrant(ChunkId id, int q) const {
  const ChunkId child{id.level - 1, 2 * id.x + q % 2, 2 * id.y + q / 2, id.group};
  const Rect below = layout_.chunk_rect(child);
  if (below.empty()) return {};
  const std::int64_t half = layout_.chunk_px() / 2;
  const std::int64_t x = (q % 2) * half, y = (q / 2) * half;
  return {x, y, x + (below.width() + 1) / 2, y + (below.height() + 1) / 2};
}

PixelBuffer CheckParents::take(ChunkId id) {
  PixelBuffer pixels = buffers_.take();
  const Rect rect = layout_.chunk_rect(id);
  if (rect.width() < layout_.chunk_px() || rect.height() < layout_.chunk_px()) {
    std::memset(pixels.data(), 0, pixels.size_bytes());
  }
  return pixels;
}

std::shared_ptr<CheckParents::Parent> CheckParents::parent_of(ChunkId id) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Parent>& parent = open_[id];
  if (parent == nullptr) {
    parent = std::make_shared<Parent>();
    parent->expected.id = id;
    parent->expected.by_stored = take(id);
    parent->remaining = layout_.child_count(id);
  }
  return parent;
}

Result<std::optional<ExpectedChunk>> CheckParents::add(const CheckedChunk& child) {
  const ChunkId id{child.id.level + 1, child.id.x / 2, child.id.y / 2, child.id.group};
  const std::shared_ptr<Parent> parent = parent_of(id);
  ExpectedChunk& expected = parent->expected;
  const auto q = static_cast<std::size_t>(2 * (child.id.y % 2) + child.id.x % 2);
  if (child.known) {
    const Rect rect = layout_.chunk_rect(child.id);
    const Rect within{0, 0, rect.width(), rect.height()},
        target = quadrant(id, static_cast<int>(q));
    expected.known[q] = true;
    PANTILE_TRY(reduce_2x2(child.pixels.view().window(within), kind_,
                           expected.by_stored.view().window(target)));
    if (!child.truth.empty()) {
      {
        const std::lock_guard lock(parent->mutex);
        if (expected.by_truth.empty()) expected.by_truth = take(id);
      }
      parent->has_truth[q] = true;
      PANTILE_TRY(reduce_2x2(child.truth.view().window(within), kind_,
                             expected.by_truth.view().window(target)));
    }
  }
  if (parent->remaining.fetch_sub(1, std::memory_order_acq_rel) > 1) {
    return std::optional<ExpectedChunk>{};
  }
  if (!expected.by_truth.empty()) {
    for (std::size_t i = 0; i < 4; ++i) {
      if (parent->has_truth[i] || !expected.known[i]) continue;
      const Rect rest = quadrant(id, static_cast<int>(i));
      const View stored = expected.by_stored.view();
      copy_pixels(stored.window(rest), expected.by_truth.view().window(rest));
    }
  }
  {
    const std::lock_guard lock(mutex_);
    open_.erase(id);
  }
  return std::optional<ExpectedChunk>(std::move(expected));
}

}  // namespace pantile
