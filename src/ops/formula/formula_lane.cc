#include "ops/formula/formula_lane.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "compute/cuda/label.h"
#include "ops/formula/kernel_text.h"

namespace pantile::formula {

/// A batch's queue on the device, and where it ends up. Memory of the device it has only while it
/// is drawn and copied.
struct FormulaLane::Slot {
  cuda::Stream stream;
  cuda::PinnedMemory copied;
  bool is_free = true;
};

class FormulaLane::Batch final : public TileBatch {
 public:
  Batch(FormulaLane& lane, Slot& slot) : lane_(lane), slot_(slot) {}
  ~Batch() override {
    // Its memory must not be used anew before the device has left it.
    if (!waited_) static_cast<void>(slot_.stream.wait());
    lane_.give_back(slot_);
  }
  Status wait() override {
    waited_ = true;
    return slot_.stream.wait();
  }
  View tile(std::size_t i) const override {
    return {slot_.copied.data() + i * lane_.tile_layout_.packed_bytes(), lane_.tile_layout_};
  }
  std::optional<View> half(std::size_t i) const override {
    if (lane_.half_bytes() == 0) return std::nullopt;
    return View(lane_.halves_of(slot_) + i * lane_.half_layout_.packed_bytes(), lane_.half_layout_);
  }

 private:
  FormulaLane& lane_;
  Slot& slot_;
  bool waited_ = false;
};

namespace {

struct TileLayouts {
  Layout tile, half;  ///< Of no pixels where no half is wanted.
};

TileLayouts layouts_of(const FormulaImage& image, std::int32_t tile_px, Halves halves) {
  const PixelForm form = pixel_form(image.output);
  const DType dtype = form == PixelForm::rgb8  ? DType::u8
                      : form == PixelForm::u16 ? DType::u16
                                               : DType::f32;
  const int channels = form == PixelForm::rgb8 ? 3 : 1;
  const std::int32_t half_px = halves == Halves::yes ? tile_px / 2 : 0;
  TileLayouts layouts{Layout::interleaved(dtype, tile_px, tile_px, channels),
                      Layout::interleaved(dtype, half_px, half_px, channels)};
  layouts.tile.place = layouts.half.place = Place::pinned;
  return layouts;
}

}  // namespace

std::int64_t FormulaLane::bytes_of_tile(const FormulaImage& image, std::int32_t tile_px,
                                        Halves halves) {
  const TileLayouts layouts = layouts_of(image, tile_px, halves);
  return static_cast<std::int64_t>(layouts.tile.packed_bytes() + layouts.half.packed_bytes());
}

FormulaLane::FormulaLane() = default;
FormulaLane::~FormulaLane() = default;

Result<std::unique_ptr<FormulaLane>> FormulaLane::make(const Program& program,
                                                       const FormulaImage& image,
                                                       std::shared_ptr<const cuda::Device> device,
                                                       cuda::KernelCompiler& compiler,
                                                       const FormulaLaneOptions& options) {
  std::unique_ptr<FormulaLane> lane(new FormulaLane);
  lane->device_ = device;
  lane->name_ = fmt::format("GPU {} ({})", device->facts().ordinal, device->facts().name);
  const TileLayouts layouts = layouts_of(image, options.tile_px, options.halves);
  lane->tile_layout_ = layouts.tile;
  lane->half_layout_ = layouts.half;
  PANTILE_ASSIGN(lane->kernel_, FormulaKernel::make(program, image, device, compiler));
  PANTILE_TRY(lane->take_pinned_memory(options));
  PANTILE_ASSIGN(lane->arena_, cuda::DeviceArena::make(
                                   device, options.batches * lane->bytes_of(lane->batch_tiles_)));
  PANTILE_TRY(lane->try_device_memory());
  return lane;
}

/// Halves the batch until all slots fit.
Status FormulaLane::take_pinned_memory(const FormulaLaneOptions& options) {
  batch_tiles_ =
      static_cast<int>(std::clamp<std::int64_t>(options.batch_bytes / bytes_of(1), 1, kMostTiles));
  const auto take = [&]() -> Status {
    slots_.clear();
    for (int i = 0; i < options.batches; ++i) {
      PANTILE_ASSIGN(auto stream, cuda::Stream::make(device_));
      PANTILE_ASSIGN(auto copied, cuda::PinnedMemory::take(device_, bytes_of(batch_tiles_)));
      slots_.push_back(std::make_unique<Slot>(Slot{std::move(stream), std::move(copied)}));
    }
    return {};
  };
  Status taken = take();
  while (!taken.ok() && taken.error().code() == Code::out_of_memory && batch_tiles_ > 1) {
    batch_tiles_ /= 2;
    taken = take();
  }
  return taken;
}

/// Better to learn now that not even one tile fits than in the middle of the job.
Status FormulaLane::try_device_memory() {
  const cuda::Stream& stream = slots_.front()->stream;
  for (part_tiles_ = batch_tiles_;; part_tiles_ /= 2) {
    const auto block = arena_->take(stream, bytes_of(part_tiles_));
    if (block.ok()) break;
    if (block.error().code() != Code::out_of_memory || part_tiles_ == 1) return block.error();
  }
  return stream.wait();
}

std::int64_t FormulaLane::pinned_bytes() const {
  std::int64_t bytes = 0;
  for (const auto& slot : slots_) bytes += slot->copied.bytes();
  return bytes;
}

/// Behind a batch's tiles.
std::byte* FormulaLane::halves_of(const Slot& slot) const {
  return slot.copied.data() + batch_tiles_ * tile_bytes();
}

std::int64_t FormulaLane::peak_device_bytes() const {
  return arena_->peak_bytes() + kernel_->device_bytes();
}

std::string FormulaLane::note() const {
  if (part_tiles_ == batch_tiles_) return {};
  return fmt::format("{} was short of memory and drew {} tile{} at a time instead of {}.", name_,
                     part_tiles_, part_tiles_ == 1 ? "" : "s", batch_tiles_);
}

void FormulaLane::wait_for_room() {
  std::unique_lock lock(mutex_);
  given_back_.wait(lock,
                   [&] { return std::ranges::any_of(slots_, [](auto& s) { return s->is_free; }); });
}

FormulaLane::Slot& FormulaLane::take_slot() {
  wait_for_room();
  const std::lock_guard lock(mutex_);  // nobody else takes one
  Slot& slot = **std::ranges::find_if(slots_, [](auto& s) { return s->is_free; });
  slot.is_free = false;
  return slot;
}

void FormulaLane::give_back(Slot& slot) {
  const std::lock_guard lock(mutex_);
  slot.is_free = true;
  given_back_.notify_one();
}

Result<std::unique_ptr<TileBatch>> FormulaLane::begin(std::span<const Rect> rects) {
  if (rects.size() > static_cast<std::size_t>(batch_tiles_)) {
    return Error(Code::internal,
                 fmt::format("a batch of {} tiles; {} fit", rects.size(), batch_tiles_));
  }
  const cuda::Label label("batch of tiles", std::ssize(rects));
  Slot& slot = take_slot();
  auto batch = std::make_unique<Batch>(*this, slot);
  PANTILE_TRY(queue_batch(slot, rects));
  return std::unique_ptr<TileBatch>(std::move(batch));
}

/// Queues all of a batch, in smaller and smaller parts while the device is out of memory.
Status FormulaLane::queue_batch(Slot& slot, std::span<const Rect> rects) {
  std::size_t queued = 0;
  bool has_waited = false;
  while (queued < rects.size()) {
    const std::size_t before = queued;
    const int tiles = std::min(part_tiles_, static_cast<int>(rects.size() - queued));
    const Status done = queue_parts(slot, rects, tiles, queued);
    if (done.ok()) continue;
    if (done.error().code() != Code::out_of_memory) return done;
    if (queued > before) has_waited = false;
    if (tiles > 1) {
      part_tiles_ = tiles / 2;
    } else if (!has_waited) {
      // What this batch has queued so far may hold what is missing.
      PANTILE_TRY(slot.stream.wait());
      has_waited = true;
    } else {
      return done;
    }
  }
  return {};
}

/// Queues the tiles from `queued` on, `part_tiles` at a time in one piece of the device's memory,
/// which is given back behind the last copy. `queued` counts those that are safely on their way.
Status FormulaLane::queue_parts(Slot& slot, std::span<const Rect> rects, int part_tiles,
                                std::size_t& queued) {
  PANTILE_ASSIGN(const cuda::ArenaBlock block, arena_->take(slot.stream, bytes_of(part_tiles)));
  while (queued < rects.size()) {
    const auto part = rects.subspan(queued).first(
        std::min(static_cast<std::size_t>(part_tiles), rects.size() - queued));
    PixelBatch pixels{};
    pixels.out = reinterpret_cast<std::uint8_t*>(block.address());
    pixels.tile_px = static_cast<std::int32_t>(tile_layout_.width);
    for (std::size_t i = 0; i < part.size(); ++i) pixels.tiles[i] = pixel_rect(part[i]);
    const cuda::api::Address halves =
        block.address() + static_cast<cuda::api::Address>(part_tiles * tile_bytes());
    if (half_bytes() > 0) pixels.half = reinterpret_cast<std::uint8_t*>(halves);
    PANTILE_TRY(kernel_->launch(slot.stream, pixels, static_cast<unsigned>(part.size())));
    const auto first = static_cast<std::int64_t>(queued), count = std::ssize(part);
    PANTILE_TRY(slot.stream.copy_to_host(slot.copied.data() + first * tile_bytes(), block.address(),
                                         count * tile_bytes()));
    if (half_bytes() > 0) {
      PANTILE_TRY(slot.stream.copy_to_host(halves_of(slot) + first * half_bytes(), halves,
                                           count * half_bytes()));
    }
    queued += part.size();
  }
  return {};
}

}  // namespace pantile::formula
