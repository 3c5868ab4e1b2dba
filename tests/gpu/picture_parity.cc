#include "gpu/picture_parity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "compute/cpu/reduce.h"
#include "core/buffer.h"
#include "ops/formula/compile.h"
#include "ops/formula/gpu/formula_lane.h"
#include "ops/formula/gpu/text_tool/sample_formulas.h"

namespace pantile::gpu {
namespace {

using formula::FormulaImage;
using formula::Output;

/// Units a pixel, where a picture of 700 pixels has `scale` of them.
double scaled(double scale, PictureSize size) {
  return scale * 700 / static_cast<double>(size.width);
}

FormulaImage plain_image(PictureSize size) {
  FormulaImage image;
  image.frame = {size.width, size.height, 0.3, -0.2, scaled(0.013, size), Sampling::center, 1};
  image.lo = -2;
  image.hi = 3;
  image.colormap = "viridis";
  return image;
}

std::string word(Output output) {
  return output == Output::rgb8 ? "rgb8" : output == Output::value_u16 ? "u16" : "f32";
}

}  // namespace

std::string Picture::words() const {
  return fmt::format("{} [{}, {}, {} samples, {}, {} to {}, {}, scale {}]", formula,
                     image.precision == Precision::f64 ? "f64" : "f32", word(image.output),
                     image.frame.samples,
                     image.frame.sampling == Sampling::center ? "center" : "corner", image.lo,
                     image.hi, image.colormap, image.frame.scale);
}

std::vector<Picture> pictures(PictureSize size) {
  std::vector<Picture> all;
  for (const std::string_view formula : formula::kSampleFormulas) {
    for (const Precision precision : {Precision::f64, Precision::f32}) {
      const bool colour = formula::compile(formula, precision)->is_colour();
      for (const Output output : {Output::rgb8, Output::value_u16, Output::value_f32}) {
        if (colour && output != Output::rgb8) continue;
        for (const int samples : {1, 2}) {
          Picture picture{std::string(formula), plain_image(size)};
          picture.image.precision = precision;
          picture.image.output = output;
          picture.image.frame.samples = samples;
          all.push_back(std::move(picture));
        }
      }
    }
  }
  const std::pair<double, double> ranges[] = {{-1, 1}, {0, 1e-30}, {-1e30, 2.5}};
  for (const std::string_view formula : kOptionFormulas) {
    for (const Precision precision : {Precision::f64, Precision::f32}) {
      for (const Output output : {Output::rgb8, Output::value_u16, Output::value_f32}) {
        for (const Sampling sampling : {Sampling::center, Sampling::corner}) {
          for (const int samples : {1, 2, 3, 8}) {
            for (const auto& [lo, hi] : ranges) {
              for (const std::string_view colormap : colormap_names()) {
                if (output != Output::rgb8 && colormap != "gray") continue;  // decides nothing
                Picture picture{std::string(formula), plain_image(size)};
                FormulaImage& image = picture.image;
                image.precision = precision;
                image.output = output;
                image.frame.sampling = sampling;
                image.frame.samples = samples;
                image.lo = lo;
                image.hi = hi;
                image.colormap = colormap;
                image.nan = {1, 2, 3};
                image.neg_inf = {4, 5, 6};
                image.pos_inf = {7, 8, 9};
                // A large scale takes arguments to where functions change their path.
                image.frame.scale = scaled(samples == 3 ? 1e6 : 0.01, size);
                all.push_back(std::move(picture));
              }
            }
          }
        }
      }
    }
  }
  return all;
}

Result<PictureParity> compare_picture(const Picture& picture,
                                      const std::shared_ptr<const cuda::Device>& device,
                                      cuda::KernelCompiler& compiler, std::int32_t tile_px) {
  PANTILE_ASSIGN(const auto program, formula::compile(picture.formula, picture.image.precision));
  PANTILE_ASSIGN(const auto source, formula::FormulaSource::make(program, picture.image));
  const ImageSpec& spec = source->spec();
  const LevelInfo& level = spec.levels.front();
  std::vector<Rect> tiles;
  for (std::int64_t y = 0; y < level.height; y += tile_px) {
    for (std::int64_t x = 0; x < level.width; x += tile_px) {
      tiles.push_back(
          {x, y, std::min(x + tile_px, level.width), std::min(y + tile_px, level.height)});
    }
  }
  formula::FormulaLaneOptions options;
  options.tile_px = tile_px;
  options.halves = formula::Halves::yes;
  options.batches = 2;
  options.batch_bytes =
      formula::FormulaLane::bytes_of_tile(picture.image, tile_px, options.halves) *
      static_cast<std::int64_t>((tiles.size() + 1) / 2);
  PANTILE_ASSIGN(const auto lane,
                 formula::FormulaLane::make(program, picture.image, device, compiler, options));
  PictureParity parity;
  // Compares a tile at (x, y) of its level, `edge` pixels a side.
  const auto compare = [&](const PixelBuffer& cpu, View gpu, std::int64_t edge, std::string_view of,
                           std::int64_t x, std::int64_t y) {
    parity.compared += static_cast<std::int64_t>(cpu.size_bytes());
    if (std::memcmp(cpu.data(), gpu.data(), cpu.size_bytes()) == 0) return;
    const std::size_t pixel_bytes = cpu.size_bytes() / static_cast<std::size_t>(edge * edge);
    for (std::size_t b = 0; b < cpu.size_bytes(); ++b) {
      if (cpu.data()[b] == gpu.data()[b]) continue;
      const auto pixel = static_cast<std::int64_t>(b / pixel_bytes);
      if (parity.different++ > 0) continue;
      parity.first =
          fmt::format("pixel {}, {} {}: byte {} is {} on the CPU and {} on the GPU",
                      x + pixel % edge, y + pixel / edge, of, b % pixel_bytes,
                      std::to_integer<int>(cpu.data()[b]), std::to_integer<int>(gpu.data()[b]));
    }
  };
  PixelBuffer cpu(spec.dtype, tile_px, tile_px, spec.channels);
  PixelBuffer cpu_half(spec.dtype, tile_px / 2, tile_px / 2, spec.channels);
  ReadContext context;
  const auto most = static_cast<std::size_t>(lane->batch_tiles());
  for (std::size_t begin = 0; begin < tiles.size(); begin += most) {
    const std::size_t count = std::min(most, tiles.size() - begin);
    PANTILE_ASSIGN(const auto batch, lane->begin({tiles.data() + begin, count}));
    PANTILE_TRY(batch->wait());
    for (std::size_t i = 0; i < count; ++i) {
      const Rect& rect = tiles[begin + i];
      const Rect whole{0, 0, rect.width(), rect.height()};
      const Rect half{0, 0, (rect.width() + 1) / 2, (rect.height() + 1) / 2};
      std::memset(cpu.data(), 0, cpu.size_bytes());
      std::memset(cpu_half.data(), 0, cpu_half.size_bytes());
      PANTILE_TRY(source->read(spec.region(0, rect), cpu.view().window(whole), context));
      PANTILE_TRY(reduce_2x2(std::as_const(cpu).view().window(whole), spec.kind,
                             cpu_half.view().window(half)));
      compare(cpu, batch->tile(i), tile_px, "of the picture", rect.x0, rect.y0);
      compare(cpu_half, batch->half(i).value(), tile_px / 2, "of the next level", rect.x0 / 2,
              rect.y0 / 2);
    }
  }
  return parity;
}

}  // namespace pantile::gpu
