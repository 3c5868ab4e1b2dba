#pragma once
/// \file
/// A formula as an image.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compute/math/kernels.h"
#include "ops/colormap/colour_kernels.h"
#include "ops/formula/coordinates.h"
#include "ops/formula/program.h"
#include "pantile/tile_source.h"

namespace pantile::formula {

/// What a pixel becomes.
using Output = StoreKind;

/// Everything besides the formula that decides a pixel.
struct FormulaImage {
  std::string name = "pantile";  ///< Metadata only; decides no pixel.
  Frame frame;
  Precision precision = Precision::f64;
  Output output = Output::rgb8;
  std::string colormap = "blue-black-red";
  double lo = -1, hi = 1;  ///< Values of the map's ends, and of 0 and 65535.
  Rgb8 nan{128, 128, 128}, neg_inf{0, 0, 0}, pos_inf{255, 255, 255};
};

/// Which machine code to use; changes no bit. Null: the widest the machine has.
struct FormulaTables {
  const math::Kernels<double>* f64 = nullptr;
  const math::Kernels<float>* f32 = nullptr;
  const ColourKernels<double>* colour_f64 = nullptr;
  const ColourKernels<float>* colour_f32 = nullptr;
};

/// One level, one plane. Reads any rectangle at the same cost per pixel; thread-safe; memory per
/// concurrent read is a few dozen KiB and is kept for the next one.
///
/// With n×n samples a pixel, rgb8 stores (Σ + n²/2) / n² of the samples' 8-bit colours per channel,
/// in whole numbers; values store the mean of the samples that are not NaN, summed in double row by
/// row, NaN where all are.
class FormulaSource : public TileSource {
 public:
  /// Errors: invalid (size, scale, samples, range or map that cannot be used, a colour formula
  /// where values are to be stored).
  static Result<std::unique_ptr<FormulaSource>> make(const Program& program,
                                                     const FormulaImage& image,
                                                     const FormulaTables& kernels = {});
  ~FormulaSource() override;

  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region& region) const override;
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override;

  /// The parameters that decide pixels, as (key, value); fingerprint() is the hash of this list.
  const std::vector<std::pair<std::string, std::string>>& describe() const { return described_; }

 private:
  class Engine;
  template <class T> class EngineOf;
  FormulaSource(ImageSpec spec, std::vector<std::pair<std::string, std::string>> described,
                std::unique_ptr<const Engine> engine);

  ImageSpec spec_;
  std::vector<std::pair<std::string, std::string>> described_;
  std::unique_ptr<const Engine> engine_;
};

}  // namespace pantile::formula
