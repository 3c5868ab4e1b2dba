#include "ops/formula/gpu/formula_lane.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "compute/cuda/label.h"
#include "ops/formula/gpu/kernel_text.h"

namespace pantile::formula {

class FormulaLane::Batch final : public TileBatch {
 public:
  Batch(const FormulaLane& lane, cuda::BatchRing::Batch batch)
      : lane_(lane), batch_(std::move(batch)) {}
  Status wait() override { return batch_.wait(); }
  View tile(std::size_t i) const override {
    return {batch_.data() + i * lane_.tile_layout_.packed_bytes(), lane_.tile_layout_};
  }
  std::optional<View> half(std::size_t i) const override {
    if (lane_.half_bytes() == 0) return std::nullopt;
    std::byte* const halves = lane_.halves_of(batch_.data());
    return View(halves + i * lane_.half_layout_.packed_bytes(), lane_.half_layout_);
  }

 private:
  const FormulaLane& lane_;
  cuda::BatchRing::Batch batch_;
};

namespace {

struct TileLayouts {
  Layout tile, half;  ///< Of no pixels where no half is wanted.
};

DType sample_type(PixelForm form) {
  switch (form) {
    case PixelForm::rgb8: return DType::u8;
    case PixelForm::u16: return DType::u16;
    case PixelForm::f32: return DType::f32;
  }
  return DType::f32;
}

TileLayouts layouts_of(const FormulaImage& image, std::int32_t tile_px, Halves halves) {
  const PixelForm form = pixel_form(image.output);
  const DType dtype = sample_type(form);
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
  lane->name_ = fmt::format("GPU {} ({})", device->facts().ordinal, device->facts().name);
  const TileLayouts layouts = layouts_of(image, options.tile_px, options.halves);
  lane->tile_layout_ = layouts.tile;
  lane->half_layout_ = layouts.half;
  PANTILE_ASSIGN(lane->kernel_, FormulaKernel::make(program, image, device, compiler));
  const std::int64_t bytes = lane->tile_bytes() + lane->half_bytes();
  const auto tiles =
      static_cast<int>(std::clamp<std::int64_t>(options.batch_bytes / bytes, 1, kMostTiles));
  PANTILE_ASSIGN(lane->ring_,
                 cuda::BatchRing::make(
                     std::move(device),
                     {.item_bytes = bytes, .batch_items = tiles, .batches = options.batches}));
  return lane;
}

std::int64_t FormulaLane::peak_device_bytes() const {
  return ring_->peak_device_bytes() + kernel_->device_bytes();
}

std::string FormulaLane::note() const {
  const int tiles = ring_->part_items();
  if (tiles == batch_tiles()) return {};
  return fmt::format("{} was short of memory and drew {} tile{} at a time instead of {}.", name_,
                     tiles, tiles == 1 ? "" : "s", batch_tiles());
}

Result<std::unique_ptr<TileBatch>> FormulaLane::begin(std::span<const Rect> rects) {
  if (rects.size() > static_cast<std::size_t>(batch_tiles())) {
    return Error(Code::internal,
                 fmt::format("a batch of {} tiles; {} fit", rects.size(), batch_tiles()));
  }
  const cuda::Label label("batch of tiles", std::ssize(rects));
  PANTILE_ASSIGN(
      auto batch,
      ring_->begin(static_cast<int>(rects.size()),
                   [this, all = std::vector(rects.begin(), rects.end())](const auto& part) {
                     return queue(part,
                                  std::span(all).subspan(static_cast<std::size_t>(part.first),
                                                         static_cast<std::size_t>(part.count)));
                   }));
  return std::unique_ptr<TileBatch>(std::make_unique<Batch>(*this, std::move(batch)));
}

/// On the device the halves lie behind the part's tiles, on the host behind the batch's.
Status FormulaLane::queue(const cuda::BatchPart& part, std::span<const Rect> rects) const {
  TileMemory to{part.memory, 0, static_cast<std::int32_t>(tile_layout_.width)};
  if (half_bytes() > 0) {
    to.halves = part.memory + static_cast<cuda::api::Address>(part.most * tile_bytes());
  }
  PANTILE_TRY(kernel_->launch(part.stream, to, rects));
  PANTILE_TRY(part.stream.copy_to_host(part.host + part.first * tile_bytes(), to.tiles,
                                       part.count * tile_bytes()));
  if (half_bytes() == 0) return {};
  return part.stream.copy_to_host(halves_of(part.host) + part.first * half_bytes(), to.halves,
                                  part.count * half_bytes());
}

}  // namespace pantile::formula
