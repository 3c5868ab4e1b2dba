#include "pipeline/drain/open_parents.h"

#include <cstring>

#include "compute/cpu/reduce.h"
#include "core/copy.h"

namespace pantile {

PixelBuffer ChunkBuffers::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      PixelBuffer buffer = std::move(free_.back());
      free_.pop_back();
      return buffer;
    }
  }
  return {dtype_, chunk_px_, chunk_px_, channels_};
}

void ChunkBuffers::give_back(PixelBuffer buffer) {
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(buffer));
}

std::shared_ptr<OpenParents::Parent> OpenParents::parent_of(ChunkId id) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(id);
  if (found != open_.end()) return found->second;
  PixelBuffer pixels = buffers_.take();
  const Rect rect = layout_.chunk_rect(id);
  if (rect.width() < layout_.chunk_px() || rect.height() < layout_.chunk_px()) {
    std::memset(pixels.data(), 0, pixels.size_bytes());  // what lies beyond the image's edge
  }
  auto parent = std::make_shared<Parent>(std::move(pixels), layout_.child_count(id));
  open_.emplace(id, parent);
  return parent;
}

Result<std::optional<OpenParents::Finished>> OpenParents::add(ChunkId child, View pixels,
                                                              const std::optional<View>& made) {
  const ChunkId id{child.level + 1, child.x / 2, child.y / 2, child.group};
  const std::shared_ptr<Parent> parent = parent_of(id);
  const Rect rect = layout_.chunk_rect(child);
  const std::int64_t half = layout_.chunk_px() / 2;
  const std::int64_t x = (child.x % 2) * half, y = (child.y % 2) * half;
  const Rect target{x, y, x + (rect.width() + 1) / 2, y + (rect.height() + 1) / 2};
  const MutableView place = parent->pixels.view().window(target);
  if (made) {
    copy_pixels(made->window({0, 0, target.width(), target.height()}), place);
  } else {
    PANTILE_TRY(reduce_2x2(pixels.window({0, 0, rect.width(), rect.height()}), kind_, place));
  }
  if (parent->remaining.fetch_sub(1, std::memory_order_acq_rel) > 1) {
    return std::optional<Finished>{};
  }
  {
    const std::lock_guard lock(mutex_);
    open_.erase(id);
  }
  return std::optional<Finished>(Finished{id, std::move(parent->pixels)});
}

}  // namespace pantile
