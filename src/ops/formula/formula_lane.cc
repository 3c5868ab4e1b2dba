#include "ops/formula/formula_lane.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ops/colormap/colour_mapper.h"
#include "ops/formula/kernel_headers.h"
#include "ops/formula/kernel_text.h"

namespace pantile::formula {

/// A batch's queue on the device, and where it ends up. Memory of the device it has only while it
/// is drawn and copied.
struct FormulaLane::Slot {
  cuda::Stream stream;
  cuda::PinnedMemory copied;
  bool is_free = true;
};

/// The formula as loaded code, its parameters included.
class FormulaLane::Kernel {
 public:
  virtual ~Kernel() = default;
  virtual Status launch(const cuda::Stream& stream, PixelBatch& batch, unsigned tiles) const = 0;
  virtual std::int64_t device_bytes() const = 0;
};

template <class T> class FormulaLane::KernelOf final : public Kernel {
 public:
  static Result<std::unique_ptr<Kernel>> make(const Program& program, const FormulaImage& image,
                                              std::shared_ptr<const cuda::Device> device,
                                              cuda::KernelCompiler& compiler) {
    const KernelText text =
        kernel_text(program, image.precision, pixel_form(image.output), image.frame.samples == 1);
    PANTILE_ASSIGN(const BlockShape shape,
                   block_shape(text.row_values, text.column_values, image.frame.samples,
                               image.precision, device->facts().shared_bytes));
    PANTILE_ASSIGN(const std::string code,
                   compiler.compile(text.code, kernel_headers(), device->facts().architecture()));
    PANTILE_ASSIGN(cuda::Module module, cuda::Module::load(device, code));
    PANTILE_ASSIGN(const auto function, module.kernel(text.kernel.c_str(), shape.shared_bytes));
    std::unique_ptr<KernelOf> kernel(new KernelOf(std::move(module), function, shape));
    PANTILE_TRY(kernel->set_parameters(image, std::move(device)));
    return std::unique_ptr<Kernel>(std::move(kernel));
  }

  Status launch(const cuda::Stream& stream, PixelBatch& batch, unsigned tiles) const override {
    batch.columns = shape_.columns;
    batch.rows = shape_.rows;
    const auto blocks = [&](std::int32_t edge) {
      return static_cast<unsigned>((batch.tile_px + edge - 1) / edge);
    };
    PixelParameters<T> parameters = parameters_;
    void* arguments[] = {&parameters, &batch};
    return stream.launch(function_,
                         {blocks(shape_.columns), blocks(shape_.rows), tiles, kBlockThreads,
                          static_cast<unsigned>(shape_.shared_bytes)},
                         arguments, "the formula's kernel");
  }

  std::int64_t device_bytes() const override { return ramp_.bytes(); }

 private:
  KernelOf(cuda::Module module, cuda::api::Function function, const BlockShape& shape)
      : module_(std::move(module)), function_(function), shape_(shape) {}

  /// The colour map's stops lie on the device.
  Status set_parameters(const FormulaImage& image, std::shared_ptr<const cuda::Device> device) {
    const ColourMapper<T> mapper(*find_colormap(image.colormap), image.lo, image.hi, image.nan,
                                 image.neg_inf, image.pos_inf);
    const RampView<T> ramp = mapper.ramp();
    parameters_ = pixel_parameters<T>(image, ramp);
    const auto segments = static_cast<std::size_t>(ramp.segments);
    const auto bytes = static_cast<std::int64_t>(6 * segments * sizeof(T));
    PANTILE_ASSIGN(ramp_, cuda::DeviceMemory::take(device, bytes));
    PANTILE_ASSIGN(const auto packed, cuda::PinnedMemory::take(device, bytes));
    auto* const values = reinterpret_cast<T*>(packed.data());
    const auto* const on_device = reinterpret_cast<const T*>(ramp_.address());
    for (std::size_t c = 0; c < 3; ++c) {
      std::copy_n(ramp.base[c], segments, values + c * segments);
      std::copy_n(ramp.slope[c], segments, values + (3 + c) * segments);
      parameters_.ramp.base[c] = on_device + c * segments;
      parameters_.ramp.slope[c] = on_device + (3 + c) * segments;
    }
    PANTILE_ASSIGN(const auto stream, cuda::Stream::make(std::move(device)));
    PANTILE_TRY(stream.copy_to_device(ramp_.address(), values, bytes));
    return stream.wait();
  }

  cuda::Module module_;
  cuda::api::Function function_;
  BlockShape shape_;
  cuda::DeviceMemory ramp_;
  PixelParameters<T> parameters_{};
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

 private:
  FormulaLane& lane_;
  Slot& slot_;
  bool waited_ = false;
};

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
  const PixelForm form = pixel_form(image.output);
  const DType dtype = form == PixelForm::rgb8  ? DType::u8
                      : form == PixelForm::u16 ? DType::u16
                                               : DType::f32;
  lane->tile_layout_ =
      Layout::interleaved(dtype, options.tile_px, options.tile_px, form == PixelForm::rgb8 ? 3 : 1);
  lane->tile_layout_.place = Place::pinned;
  if (image.precision == Precision::f64) {
    PANTILE_ASSIGN(lane->kernel_, KernelOf<double>::make(program, image, device, compiler));
  } else {
    PANTILE_ASSIGN(lane->kernel_, KernelOf<float>::make(program, image, device, compiler));
  }
  PANTILE_TRY(lane->take_pinned_memory(options));
  PANTILE_ASSIGN(
      lane->arena_,
      cuda::DeviceArena::make(device, options.batches * lane->batch_tiles_ * lane->tile_bytes()));
  PANTILE_TRY(lane->try_device_memory());
  return lane;
}

/// Halves the batch until all slots fit.
Status FormulaLane::take_pinned_memory(const FormulaLaneOptions& options) {
  batch_tiles_ =
      static_cast<int>(std::clamp<std::int64_t>(options.batch_bytes / tile_bytes(), 1, kMostTiles));
  const auto take = [&]() -> Status {
    slots_.clear();
    for (int i = 0; i < options.batches; ++i) {
      PANTILE_ASSIGN(auto stream, cuda::Stream::make(device_));
      PANTILE_ASSIGN(auto copied, cuda::PinnedMemory::take(device_, batch_tiles_ * tile_bytes()));
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
    const auto block = arena_->take(stream, part_tiles_ * tile_bytes());
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

std::int64_t FormulaLane::peak_device_bytes() const {
  return arena_->peak_bytes() + kernel_->device_bytes();
}

std::string FormulaLane::note() const {
  if (part_tiles_ == batch_tiles_) return {};
  return fmt::format("{} was short of memory and drew {} tile{} at a time instead of {}.", name_,
                     part_tiles_, part_tiles_ == 1 ? "" : "s", batch_tiles_);
}

FormulaLane::Slot& FormulaLane::wait_for_slot() {
  std::unique_lock lock(mutex_);
  Slot* slot = nullptr;
  given_back_.wait(lock, [&] {
    const auto at = std::ranges::find_if(slots_, [](const auto& s) { return s->is_free; });
    slot = at == slots_.end() ? nullptr : at->get();
    return slot != nullptr;
  });
  slot->is_free = false;
  return *slot;
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
  Slot& slot = wait_for_slot();
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
  PANTILE_ASSIGN(const cuda::ArenaBlock block,
                 arena_->take(slot.stream, part_tiles * tile_bytes()));
  while (queued < rects.size()) {
    const auto part = rects.subspan(queued).first(
        std::min(static_cast<std::size_t>(part_tiles), rects.size() - queued));
    PixelBatch pixels{};
    pixels.out = reinterpret_cast<std::uint8_t*>(block.address());
    pixels.tile_px = static_cast<std::int32_t>(tile_layout_.width);
    for (std::size_t i = 0; i < part.size(); ++i) {
      const Rect& r = part[i];
      pixels.tiles[i] = {static_cast<std::int32_t>(r.x0), static_cast<std::int32_t>(r.y0),
                         static_cast<std::int32_t>(r.x1), static_cast<std::int32_t>(r.y1)};
    }
    PANTILE_TRY(kernel_->launch(slot.stream, pixels, static_cast<unsigned>(part.size())));
    const auto count = static_cast<std::int64_t>(part.size());
    PANTILE_TRY(slot.stream.copy_to_host(
        slot.copied.data() + static_cast<std::int64_t>(queued) * tile_bytes(), block.address(),
        count * tile_bytes()));
    queued += part.size();
  }
  return {};
}

}  // namespace pantile::formula
