#pragma once
/// \file
/// A value image seen through a colour map.

#include <memory>

#include "ops/colormap/colormap.h"
#include "ops/colormap/colour_mapper.h"
#include "pantile/tile_source.h"

namespace pantile {

/// How values become colours.
struct Colouring {
  const Colormap* map = nullptr;
  double lo = 0, hi = 1;  ///< Values of the map's two ends.
  Rgb8 nan{128, 128, 128}, neg_inf{0, 0, 0}, pos_inf{255, 255, 255};
  /// A stored sample q stands for value_offset + q × value_step (both 0 and 1 for floats).
  double value_offset = 0, value_step = 1;
};

/// RGB8 of channel 0 of `inner`. Values are mapped in double. Thread-safe as `inner` is.
class ColourSource final : public TileSource {
 public:
  /// Which levels it has. The mean of colours is not the colour of the mean: a stored pyramid
  /// takes the first level only and halves colours; a quick look may colour the values' own levels.
  enum class Levels { first, all };

  /// Errors: invalid (no map, a range that cannot be used, samples that are not u8, u16, f32, f64).
  static Result<std::unique_ptr<ColourSource>> create(std::shared_ptr<const TileSource> inner,
                                                      const Colouring& colouring, Levels levels);

  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region& region) const override;
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override;

 private:
  ColourSource(std::shared_ptr<const TileSource> inner, const Colouring& colouring, Levels levels);

  std::shared_ptr<const TileSource> inner_;
  Colouring colouring_;
  ColourMapper<double> mapper_;
  ImageSpec spec_;
};

}  // namespace pantile
