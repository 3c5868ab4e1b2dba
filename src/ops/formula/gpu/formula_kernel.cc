#include "ops/formula/gpu/formula_kernel.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "compute/cuda/halve_kernel.h"
#include "compute/cuda/load_text.h"
#include "ops/colormap/colour_mapper.h"
#include "ops/formula/gpu/kernel_arguments.h"
#include "ops/formula/gpu/kernel_headers.h"
#include "ops/formula/gpu/kernel_text.h"

namespace pantile::formula {
namespace {

template <class T> class KernelOf final : public FormulaKernel {
 public:
  static Result<std::unique_ptr<FormulaKernel>> make(const Program& program,
                                                     const FormulaImage& image,
                                                     std::shared_ptr<const cuda::Device> device,
                                                     cuda::KernelCompiler& compiler) {
    const KernelText text =
        kernel_text(program, image.precision, pixel_form(image.output), image.frame.samples == 1);
    PANTILE_ASSIGN(const BlockShape shape,
                   block_shape(text.row_values, text.column_values, image.frame.samples,
                               image.precision, device->facts().shared_bytes));
    PANTILE_ASSIGN(cuda::Module module,
                   cuda::load_text(text.code, kernel_headers(), device, compiler));
    PANTILE_ASSIGN(const auto draw, module.kernel(text.kernel.c_str(), shape.shared_bytes));
    PANTILE_ASSIGN(const auto halve, module.kernel(text.halve_kernel.c_str(), 0));
    std::unique_ptr<KernelOf> kernel(new KernelOf(std::move(module), draw, halve, shape));
    PANTILE_TRY(kernel->set_parameters(image, std::move(device)));
    return std::unique_ptr<FormulaKernel>(std::move(kernel));
  }

  Status launch(const cuda::Stream& stream, const TileMemory& to,
                std::span<const Rect> rects) const override {
    if (rects.size() > std::size_t{kMostTiles}) {
      return Error(Code::internal,
                   fmt::format("{} tiles in one launch; {} fit", rects.size(), kMostTiles));
    }
    PixelBatch batch{};
    batch.out = reinterpret_cast<std::uint8_t*>(to.tiles);
    batch.half = reinterpret_cast<std::uint8_t*>(to.halves);
    batch.tile_px = to.tile_px;
    batch.set_blocks(shape_.column_bits, shape_.rows, form_);
    std::ranges::transform(rects, batch.tiles, pixel_rect);
    const auto tiles = static_cast<unsigned>(rects.size());
    const auto blocks = [&](std::int32_t edge) {
      return static_cast<unsigned>((to.tile_px + edge - 1) / edge);
    };
    PixelParameters<T> parameters = parameters_;
    void* arguments[] = {&parameters, &batch};
    PANTILE_TRY(stream.launch(draw_,
                              {blocks(shape_.columns()), blocks(shape_.rows), tiles, kBlockThreads,
                               static_cast<unsigned>(shape_.shared_bytes)},
                              arguments, "the formula's kernel"));
    if (to.halves == 0) return {};
    const std::int64_t half_px = to.tile_px / 2;
    constexpr std::int64_t kPixels = kBlockThreads * cuda::Halving<PixelForm::rgb8>::kGroup;
    const auto all = static_cast<unsigned>((half_px * half_px + kPixels - 1) / kPixels);
    void* halve_arguments[] = {&batch};
    return stream.launch(halve_, {all, 1, tiles, kBlockThreads, 0}, halve_arguments,
                         "the halving of tiles");
  }

  std::int64_t device_bytes() const override { return ramp_.bytes(); }

 private:
  KernelOf(cuda::Module module, cuda::api::Function draw, cuda::api::Function halve,
           const BlockShape& shape)
      : module_(std::move(module)), draw_(draw), halve_(halve), shape_(shape) {}

  /// The colour map's stops lie on the device.
  Status set_parameters(const FormulaImage& image, std::shared_ptr<const cuda::Device> device) {
    const ColourMapper<T> mapper(*find_colormap(image.colormap), image.lo, image.hi, image.nan,
                                 image.neg_inf, image.pos_inf);
    const RampView<T> ramp = mapper.ramp();
    form_ = pixel_form(image.output);
    parameters_ = pixel_parameters<T>(image, ramp);
    const auto stops = static_cast<std::size_t>(ramp.last) + 1;
    const auto bytes = static_cast<std::int64_t>(stops * sizeof(RampStop<T>));
    PANTILE_ASSIGN(ramp_, cuda::DeviceMemory::take(device, bytes));
    PANTILE_ASSIGN(const auto packed, cuda::PinnedMemory::take(device, bytes));
    std::memcpy(packed.data(), ramp.stops, static_cast<std::size_t>(bytes));
    parameters_.ramp.stops = reinterpret_cast<const RampStop<T>*>(ramp_.address());
    PANTILE_ASSIGN(const auto stream, cuda::Stream::make(std::move(device)));
    PANTILE_TRY(stream.copy_to_device(ramp_.address(), packed.data(), bytes));
    return stream.wait();
  }

  cuda::Module module_;
  cuda::api::Function draw_, halve_;
  BlockShape shape_;
  PixelForm form_ = PixelForm::rgb8;
  cuda::DeviceMemory ramp_;
  PixelParameters<T> parameters_{};
};

}  // namespace

Result<std::unique_ptr<FormulaKernel>> FormulaKernel::make(
    const Program& program, const FormulaImage& image, std::shared_ptr<const cuda::Device> device,
    cuda::KernelCompiler& compiler) {
  if (image.precision == Precision::f64) {
    return KernelOf<double>::make(program, image, std::move(device), compiler);
  }
  return KernelOf<float>::make(program, image, std::move(device), compiler);
}

}  // namespace pantile::formula
