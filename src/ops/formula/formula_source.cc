#include "ops/formula/formula_source.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/hash.h"
#include "ops/formula/sample_engine.h"

namespace pantile::formula {
namespace {

// Raised whenever a change of the maths or the colours changes a pixel: an image begun by an older
// version is then not continued by a newer one.
constexpr int kPixelRevision = 1;

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string hex(Rgb8 c) { return fmt::format("{:02x}{:02x}{:02x}", c.r, c.g, c.b); }

Error bad(std::string message) { return Error(Code::invalid, std::move(message)); }

Status check_frame(const Frame& frame) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  for (const auto& [name, size] : {std::pair{"width", frame.width}, {"height", frame.height}}) {
    if (size < 1 || size > kMost) {
      return bad(fmt::format("{} {}: must be between 1 and {} pixels", name, size, kMost));
    }
  }
  if (frame.samples < 1 || frame.samples > 16) {
    return bad(
        fmt::format("samples {}: must be between 1 and 16 (n gives n×n a pixel)", frame.samples));
  }
  if (!std::isfinite(frame.center_x) || !std::isfinite(frame.center_y)) {
    return bad(fmt::format("center {},{}: both coordinates must be finite numbers", frame.center_x,
                           frame.center_y));
  }
  if (!std::isfinite(frame.scale) || frame.scale == 0) {
    return bad(fmt::format("scale {}: must be a finite number of units per pixel other than 0",
                           frame.scale));
  }
  if (!std::isfinite(x_of(0, frame)) || !std::isfinite(y_of(0, frame)) ||
      !std::isfinite(x_of(frame.width * frame.samples - 1, frame)) ||
      !std::isfinite(y_of(frame.height * frame.samples - 1, frame))) {
    return bad(
        fmt::format("scale {}: the picture's edge is beyond the largest number, choose a "
                    "smaller scale",
                    frame.scale));
  }
  return {};
}

template <class T> Status check_single_edge(const Frame& frame) {
  const auto fits = [](double v) { return std::isfinite(static_cast<T>(v)); };
  if (!fits(x_of(0, frame)) || !fits(y_of(0, frame)) ||
      !fits(x_of(frame.width * frame.samples - 1, frame)) ||
      !fits(y_of(frame.height * frame.samples - 1, frame))) {
    return bad(
        fmt::format("scale {}: the picture's edge is beyond the largest number of single "
                    "precision, use --precision f64",
                    frame.scale));
  }
  return {};
}

template <class T> Status check(const Program& program, const FormulaImage& image) {
  PANTILE_TRY(check_frame(image.frame));
  PANTILE_TRY(check_single_edge<T>(image.frame));
  if (program.is_colour() && image.output != Output::rgb8) {
    return bad(fmt::format("the formula gives a colour, which cannot be stored as {}: use rgb8",
                           word_for(image.output)));
  }
  PANTILE_TRY(choose_colormap(image.colormap));
  if (!program.is_colour()) PANTILE_TRY(check_value_range<T>(image.lo, image.hi));
  return {};
}

Pairs describe_pixels(const Program& program, const FormulaImage& image) {
  const Frame& f = image.frame;
  Pairs pairs{{"formula", program.canonical},
              {"pixel-revision", fmt::format("{}", kPixelRevision)},
              {"width", fmt::format("{}", f.width)},
              {"height", fmt::format("{}", f.height)},
              {"center", fmt::format("{},{}", f.center_x, f.center_y)},
              {"scale", fmt::format("{}", f.scale)},
              {"precision", std::string(word_for(image.precision))},
              {"sampling", std::string(word_for(f.sampling))},
              {"samples", fmt::format("{}", f.samples)},
              {"store", std::string(word_for(image.output))}};
  if (!program.is_colour() && image.output != Output::value_f32) {
    pairs.emplace_back("range", fmt::format("{},{}", image.lo, image.hi));
  }
  if (image.output == Output::rgb8) {
    pairs.emplace_back("nan-color", hex(image.nan));
    if (!program.is_colour()) {
      pairs.emplace_back("colormap", image.colormap);
      pairs.emplace_back("neg-inf-color", hex(image.neg_inf));
      pairs.emplace_back("pos-inf-color", hex(image.pos_inf));
    }
  }
  return pairs;
}

ImageSpec spec_of(const FormulaImage& image) {
  Frame middles = image.frame;  // an offset speaks of pixel centres, wherever samples are taken
  middles.sampling = Sampling::center;
  middles.samples = 1;
  ImageSpec spec;
  spec.name = image.name;
  spec.levels = {{image.frame.width,
                  image.frame.height,
                  {image.frame.scale, image.frame.scale},
                  {x_of(0, middles), y_of(0, middles)}}};
  switch (image.output) {
    case Output::rgb8:
      spec.channels = 3;
      spec.dtype = DType::u8;
      spec.kind = Kind::rgb;
      spec.channel_info = {{"red", "FF0000"}, {"green", "00FF00"}, {"blue", "0000FF"}};
      break;
    case Output::value_u16:
      spec.dtype = DType::u16;
      spec.channel_info = {{"value", "FFFFFF", 0, 65535, 0, 65535}};
      break;
    case Output::value_f32:
      spec.dtype = DType::f32;
      spec.channel_info = {{"value", "FFFFFF", image.lo, image.hi, image.lo, image.hi}};
      break;
  }
  return spec;
}

}  // namespace

class FormulaSource::Engine {
 public:
  virtual ~Engine() = default;
  virtual Status read(const Region& region, MutableView out, ReadContext& ctx) const = 0;
  virtual std::int64_t scratch_bytes() const = 0;
};

template <class T> class FormulaSource::EngineOf final : public Engine {
 public:
  EngineOf(const Program& program, const FormulaImage& image, const math::Kernels<T>* kernels,
           const ColourKernels<T>* colour)
      : engine_(program, image, kernels != nullptr ? *kernels : math::kernels<T>(),
                colour != nullptr ? *colour : colour_kernels<T>()) {}
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override {
    return engine_.read(region, out, ctx);
  }
  std::int64_t scratch_bytes() const override { return engine_.scratch_bytes(); }

 private:
  SampleEngine<T> engine_;
};

FormulaSource::FormulaSource(ImageSpec spec, Pairs described, std::unique_ptr<const Engine> engine)
    : spec_(std::move(spec)), described_(std::move(described)), engine_(std::move(engine)) {}

FormulaSource::~FormulaSource() = default;

Result<std::unique_ptr<FormulaSource>> FormulaSource::make(const Program& program,
                                                           const FormulaImage& image,
                                                           const FormulaTables& kernels) {
  std::unique_ptr<const Engine> engine;
  if (image.precision == Precision::f64) {
    PANTILE_TRY(check<double>(program, image));
    engine = std::make_unique<EngineOf<double>>(program, image, kernels.f64, kernels.colour_f64);
  } else {
    PANTILE_TRY(check<float>(program, image));
    engine = std::make_unique<EngineOf<float>>(program, image, kernels.f32, kernels.colour_f32);
  }
  return std::unique_ptr<FormulaSource>(
      new FormulaSource(spec_of(image), describe_pixels(program, image), std::move(engine)));
}

Cost FormulaSource::cost(const Region&) const {
  return {.scratch_bytes = engine_->scratch_bytes()};
}

Status FormulaSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec_, region, out));
  if (region.rect.empty()) return {};
  return engine_->read(region, out, ctx);
}

Fingerprint FormulaSource::fingerprint() const {
  Hasher hasher;
  for (const auto& [key, value] : described_) hasher.add(key).add(value);
  return hasher.finish();
}

}  // namespace pantile::formula
